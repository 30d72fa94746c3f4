/** Reads what tells code from deploys on a branch that has both. */

import { type CommitJudge, judgeByFiles } from "../../core/history/code-commits.ts";
import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import { readTool } from "../../core/history/deploys.ts";
import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { DeployLog } from "../../ports.ts";
import type { AuditSubject } from "./facts.ts";

/** Where it was read from, and what was read already. */
interface MixedFacts {
  /** What commits changed at or under the paths of manifests. */
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  readonly manifests: readonly LoggedCommit[];
  readonly pins: { readonly files: ReadonlySet<string> };
  readonly graph: SourceGraph;
  readonly log: DeployLog;
}

/** Judges a branch with code and manifests by all that its commits touch. */
export async function judgeMixed(
  { paths, manifestPaths = paths, pattern }: AuditSubject,
  { changes, manifests, pins, graph, log }: MixedFacts,
): Promise<CommitJudge> {
  const merged = await mergedChanges(graph, log);
  const suspects = manifests.filter(
    (commit) =>
      changes.has(commit.id) || merged.has(commit.id) || readTool(commit, pattern) !== undefined,
  );
  return judgeByFiles({
    pattern,
    paths: manifestPaths,
    touched: await log.changes(suspects, []),
    merged,
    hasPinned: (path) => pins.files.has(path),
    files: await log.filesAt(manifests[0]!.id),
  });
}

/** Reads what the merges of the branch's own line changed against their further parents. */
async function mergedChanges(
  graph: SourceGraph,
  log: DeployLog,
): Promise<ReadonlyMap<string, readonly (readonly FileChange[])[]>> {
  const merges = graph
    .line()
    .map((place) => graph.commits[place]!)
    .filter(({ parents }) => parents.length > 1);
  const merged = new Map(merges.map(({ id }): [string, (readonly FileChange[])[]] => [id, []]));
  const most = Math.max(1, ...merges.map(({ parents }) => parents.length));
  for (let at = 1; at < most; at += 1) {
    const some = merges.filter(({ parents }) => parents.length > at);
    // A commit is compared with the first parent it is recorded with.
    const sides = some.map((merge) => ({ ...merge, parents: merge.parents.slice(at) }));
    const changed = await log.changes(sides, []);
    for (const { id } of some) merged.get(id)!.push(changed.get(id) ?? []);
  }
  return merged;
}
