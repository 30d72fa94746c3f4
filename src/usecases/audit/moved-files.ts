/** Manifests that came from elsewhere: `git mv`, and paths in the settings that changed with it. */

import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import { isManifestPath } from "../../core/pins/index.ts";
import type { DeployLog } from "../../ports.ts";

type Changes = ReadonlyMap<string, readonly FileChange[]>;

/** How often files may have been moved on before it is taken for a bug. */
const movesMax = 20;

/** Reads what commits changed at or under some paths, and where its manifests had been before. */
export async function followedChanges(
  paths: readonly string[],
  commits: readonly LoggedCommit[],
  log: DeployLog,
): Promise<Changes> {
  const wanted = new Set(paths);
  let changes = await log.changes(commits, paths);
  if (wanted.has(".")) return changes;
  for (let moves = 0; moves < movesMax; moves += 1) {
    const sources = await sourcesOf({ changes, wanted }, commits, log);
    const fresh = sources.filter((path) => !isUnder(path, [...wanted]));
    if (fresh.length === 0) return changes;
    for (const path of fresh) wanted.add(path);
    changes = await log.changes(commits, [...wanted]);
  }
  return changes;
}

/**
 * Returns the manifests that a commit took away when it brought others, and those that had the name
 * of the first one below a path: a folder may be copied first, and its source be removed later.
 */
async function sourcesOf(
  { changes, wanted }: { readonly changes: Changes; readonly wanted: ReadonlySet<string> },
  commits: readonly LoggedCommit[],
  log: DeployLog,
): Promise<readonly string[]> {
  const bornIn = ({ id, parents }: LoggedCommit) =>
    parents.length === 0 ? [] : (changes.get(id) ?? []).filter(isBirth);
  const moving = commits.filter((commit) => bornIn(commit).length > 0);
  const sources = new Set<string>();
  for (const files of (await log.changes(moving, [])).values()) {
    for (const { path, after } of files) {
      if (after === undefined && isManifestPath(path)) sources.add(path);
    }
  }
  for (const folder of wanted) {
    const isIn = ({ path }: FileChange) => isUnder(path, [folder]);
    const first = moving.findLast((commit) => bornIn(commit).some(isIn));
    if (first === undefined) continue;
    const names = new Set(bornIn(first).map(({ path }) => nameOf(path)));
    for (const path of await log.filesAt(first.parents[0]!)) {
      if (names.has(nameOf(path))) sources.add(path);
    }
  }
  return [...sources];
}

function isBirth({ path, before, after }: FileChange): boolean {
  return before === undefined && after !== undefined && isManifestPath(path);
}

function isUnder(path: string, paths: readonly string[]): boolean {
  return paths.some((one) => path === one || path.startsWith(`${one}/`));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
