/** What tests do to repositories by files alone, so that it takes no process. */

import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Returns where a branch stands by its own file. Undefined: there is none, or it was packed. */
export function looseRef(gitDir: string, branch: string): string | undefined {
  const file = join(gitDir, "refs", "heads", branch);
  return existsSync(file) ? readFileSync(file, "latin1").trim() : undefined;
}

/** Gives a repository all objects of another one that it lacks, and a branch at one of them. */
export function pullFiles(from: string, to: string, at: { branch: string; commit: string }): void {
  const objects = join(from, "objects");
  for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const copy = join(to, file.slice(from.length));
    if (existsSync(copy)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    // git never writes into an object again, so both may have the same one.
    linkSync(file, copy);
  }
  writeFileSync(join(to, "refs", "heads", at.branch), `${at.commit}\n`);
}
