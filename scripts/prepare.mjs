/**
 * Builds the program when npm packs this package or installs it from git or from a folder.
 *
 * `npm install --global` of a git URL (seen with npm 11) prepares its clone by an `npm
 * install` that takes itself for global, too: it leaves out what the build needs, and puts a link
 * to the clone where the package is to go. The one is fetched here, the
 * other taken away again.
 */

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, renameSync, unlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

/** Returns the place of a package, or undefined when it is not there. */
function placeOf(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function install(name) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // What npm was told for the package around us would move these somewhere else.
  const misled = /^npm_config_(?:global|local_)?(?:prefix|location|global)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !misled.test(name)),
  );
  const how = ["--no-save", "--no-package-lock", "--omit=dev", "--ignore-scripts", "--no-audit"];
  const npm = process.env.npm_execpath;
  const [program, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const what = ["--no-fund", "--global=false", `${name}@${devDependencies[name]}`];
  const args = [...first, "install", ...how, ...what];
  execFileSync(program, args, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
}

/** Puts back what npm moved aside for its link: the packages that it has unpacked meanwhile. */
function unlinkClone() {
  const prefix = process.env.npm_config_global_prefix;
  if (prefix === undefined || !/[\\/]_cacache[\\/]tmp[\\/]/.test(root)) return;
  const modules = join(prefix, process.platform === "win32" ? "" : "lib", "node_modules");
  const link = join(modules, "landfall");
  const aside = readdirSync(modules).find((name) => name.startsWith(".landfall-"));
  if (aside === undefined || realpathSync(link) !== realpathSync(root)) return;
  unlinkSync(link);
  renameSync(join(modules, aside), link);
}

unlinkClone();
if (placeOf("rolldown") === undefined) install("rolldown");
await import("./bundle.mjs");

// The tests and benches of a clone start the modules.
const compiler = placeOf("typescript");
if (compiler !== undefined) {
  const { bin } = require("typescript/package.json");
  const args = [join(compiler, bin.tsc), "-p", "tsconfig.build.json"];
  execFileSync(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
}
