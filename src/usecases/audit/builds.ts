/** Which images are built together, and of which commits: by the source paths they are made of. */

import type { CodePlace } from "../../core/history/code-line.ts";
import type { FileChange } from "../../core/history/commits.ts";
import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { DeployLog } from "../../ports.ts";

/** Source paths whose changes rebuild an image. Undefined: every change does. */
export interface WithPaths {
  readonly paths?: readonly string[] | undefined;
}

/** Returns items in sets: those with the same paths are built of the same commits. */
export function builtTogether<Item extends WithPaths>(
  items: readonly Item[],
): readonly (readonly [Item, ...Item[]])[] {
  const sets = new Map<string, [Item, ...Item[]]>();
  for (const item of items) {
    const key = JSON.stringify(item.paths && [...item.paths].sort());
    const known = sets.get(key);
    if (known === undefined) sets.set(key, [item]);
    else known.push(item);
  }
  return [...sets.values()];
}

/** Tells whether the commit at a place changed anything under some paths. */
export type Touches = (place: number, paths: readonly string[] | undefined) => boolean;

/** Reads what commits of the source changed against those before them, where that matters. */
export async function touchesOf(
  code: readonly CodePlace[],
  items: readonly WithPaths[],
  { graph, log }: { readonly graph: SourceGraph; readonly log: Pick<DeployLog, "changes"> },
): Promise<Touches> {
  // A commit is compared with the first parent it is recorded with.
  const commits = code.map(({ place, before }) => {
    const parents = before === undefined ? [] : [graph.revisionAt(before)];
    return { ...graph.commits[place]!, parents };
  });
  const wanted = [...new Set(items.flatMap(({ paths }) => paths ?? []))];
  const changes: ReadonlyMap<string, readonly FileChange[]> =
    wanted.length === 0 ? new Map() : await log.changes(commits, wanted);
  return (place, paths) => {
    if (paths === undefined) return true;
    const files = changes.get(graph.revisionAt(place)) ?? [];
    return files.some(({ path }) =>
      paths.some((one) => one === "." || path === one || path.startsWith(`${one}/`)),
    );
  };
}
