/** Files that say what was agreed. Written on purpose alone: a missing one is a failure. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-files.ts";

/**
 * Returns what a golden file says. With `TEXTS=write` (`npm run texts`) it is written first.
 *
 * @param path From the repository's root.
 * @param text What there is now.
 */
export function golden(path: string, text: string): string {
  const file = join(root, path);
  if (process.env.TEXTS === "write") writeFileSync(file, text);
  return readFileSync(file, "utf8");
}
