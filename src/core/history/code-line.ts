/** The commits of the source's own line that deploys are made of. */

import type { CommitJudge } from "./code-commits.ts";
import type { Releases } from "./releases.ts";
import type { SourceGraph } from "./source-graph.ts";

/** A commit that deploys are made of, by its place in the source. */
export interface CodePlace {
  readonly place: number;
  /** The one that it is compared with to see what it changed. A first one has none. */
  readonly before: number | undefined;
  /** Commits with the same code that it merged: whichever was built, production lacks nothing. */
  readonly same: readonly number[];
}

/** Returns them newest first. Every push of the branch is on its line of first parents. */
export function codeLine(graph: SourceGraph, judge: CommitJudge): readonly CodePlace[] {
  const isCode = (place: number) => !judge.isNoCode(graph.commits[place]!);
  /** The commit that a side of a merge was built of: what is based on it are deploys. */
  const builtOf = (parent: string): number | undefined => {
    const from = graph.find(parent);
    return from === undefined ? undefined : graph.line(from).find(isCode);
  };
  const sameAs = (place: number): readonly number[] => {
    const found = new Set<number>();
    const rest = [place];
    for (let at = rest.pop(); at !== undefined; at = rest.pop()) {
      for (const parent of judge.sameCode(graph.commits[at]!)) {
        const built = builtOf(parent);
        if (built === undefined || found.has(built)) continue;
        found.add(built);
        rest.push(built);
      }
    }
    return [...found];
  };
  return graph
    .line()
    .filter(isCode)
    .map((place) => ({ place, before: graph.parentsOf(place)[0], same: sameAs(place) }));
}

/**
 * Returns the releases of the source's own line, newest first: where images are made of them, a
 * commit between two is not a deploy. A release is one wherever it was tagged, on a deploy too.
 */
export function releaseLine(graph: SourceGraph, releases: Releases): readonly CodePlace[] {
  const places = graph.line().filter((place) => releases.isReleased(graph.commits[place]!.id));
  return places.map((place, at) => ({ place, before: places[at + 1], same: [] }));
}
