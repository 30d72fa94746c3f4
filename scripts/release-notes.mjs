/**
 * Prints what CHANGELOG.md says of a version: `node scripts/release-notes.mjs 0.2.0 [CHANGELOG.md]`.
 * Fails where it says nothing, or where package.json is another version.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [version = "", file = join(root, "CHANGELOG.md")] = process.argv.slice(2);

function refuse(message, hint) {
  process.stderr.write(`${message}\n${hint}\n`);
  process.exit(1);
}

const { version: own } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
if (version !== own) {
  refuse(`This is version ${own}, not "${version}"`, "Tag what `npm version` has committed.");
}
const [, ...sections] = readFileSync(file, "utf8").split(/^## /m);
const section = sections.find(
  (text) => /^\[(.+?)\] - \d{4}-\d\d-\d\d$/m.exec(text)?.[1] === version,
);
const notes =
  section
    ?.replace(/^.*\n/, "")
    .replace(/^\[.+?\]: .*$/gm, "")
    .trim() ?? "";
if (notes === "") {
  const heading = `## [${version}] - YYYY-MM-DD`;
  refuse(
    `${file} says nothing of ${version}`,
    `Write it under "${heading}", as \`npm version\` does.`,
  );
}
process.stdout.write(`${notes}\n`);
