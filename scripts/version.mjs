/**
 * What `npm version` runs once it has written the new version to package.json: writes it wherever
 * else it stands, and gives what is unreleased in CHANGELOG.md its heading.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const today = new Date().toISOString().slice(0, 10);

/** Replaces the one place of a pattern; its first group stays. */
function replace(file, pattern, text) {
  const path = join(root, file);
  const before = readFileSync(path, "utf8");
  if ([...before.matchAll(pattern)].length !== 1) throw new Error(`${file}: not one ${pattern}`);
  writeFileSync(path, before.replace(pattern, `$1${text}`));
}

replace("src/version.ts", /(version = ")[^"]+/g, version);
replace("templates/landfall.yml", /(npm\n {6}default: ).+/g, version);
replace("CHANGELOG.md", /(## \[Unreleased\]\n)/g, `\n## [${version}] - ${today}\n`);
