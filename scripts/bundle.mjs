/**
 * src/ → dist/bin/landfall.cjs: the program as one file, with the packages that it needs, and
 * dist/bin/licenses.txt: the licenses of those packages. It is what people install, what the
 * action and the image run, and what the executables are made of. An argument names another
 * folder than dist/bin.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = resolve(process.argv[2] ?? join(root, "dist/bin"));

const build = await rolldown({
  cwd: root,
  input: "src/cli.ts",
  platform: "node",
  logLevel: "warn",
  // A colour for messages that nobody switches on; asked for only where it happens to be.
  external: ["supports-color"],
  // Modules are wrapped to run when they are first asked for. Most never are: V8 should not
  // compile them ahead.
  optimization: { pifeForModuleWrappers: false },
});
const { output } = await build.write({
  file: join(folder, "landfall.cjs"),
  // An executable of Node takes no other, and it starts faster than the same as an ES module.
  format: "cjs",
  codeSplitting: false,
  comments: { legal: true, annotation: false, jsdoc: false },
  // Names stay, so that a stack in a bug report says where.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
});
await build.close();

const paths = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
const packages = new Set(
  paths.flatMap((path) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path) ?? []),
);
writeFileSync(join(folder, "licenses.txt"), [...packages].sort().map(licenseOf).join("\n"));

/** Returns a package's name, version and the text of its license. */
function licenseOf(place) {
  const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  const file = readdirSync(place).find((entry) => /^licen[cs]e(?:\.|$)/i.test(entry));
  const text = file === undefined ? "" : `\n${readFileSync(join(place, file), "utf8").trim()}\n`;
  return `${name} ${version} (${license})\n${text}`;
}
