/**
 * Builds dist/ when npm packs this package or installs it from git or from a folder.
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
const needed = ["typescript", "@types/node"];

/** Returns the compiler's own script, or undefined when something that it needs is not there. */
function compiler() {
  const require = createRequire(join(root, "package.json"));
  try {
    for (const name of needed) require.resolve(`${name}/package.json`);
    const manifest = require.resolve("typescript/package.json");
    return join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.tsc);
  } catch {
    return undefined;
  }
}

function install() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // What npm was told for the package around us would move these somewhere else.
  const misled = /^npm_config_(?:global|local_)?(?:prefix|location|global)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !misled.test(name)),
  );
  const how = ["--no-save", "--no-package-lock", "--omit=dev", "--ignore-scripts", "--no-audit"];
  const names = needed.map((name) => `${name}@${devDependencies[name]}`);
  const npm = process.env.npm_execpath;
  const [program, first] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const args = [...first, "install", ...how, "--no-fund", "--global=false", ...names];
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
if (compiler() === undefined) install();
const script = compiler();
if (script === undefined) throw new Error("landfall: cannot build without TypeScript");
execFileSync(process.execPath, [script, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
});
