/** Which commit of the source a pin's tag was made from. */

import type { Revision } from "../ids.ts";
import { isRelease, releasesIn, revisionPrefixIn, type TagFormat } from "../tag-format.ts";
import type { Releases } from "./releases.ts";
import type { SourceGraph } from "./source-graph.ts";

/** Tells revisions of the source by what names them, as their places in its graph. */
export interface RevisionReader {
  /** Returns the commit that an id or a prefix names alone. */
  find(idOrPrefix: string): number | undefined;
  /**
   * Returns the commit that a pin holds: by its tag's digits, which are enough where they name one
   * alone, or by the git tag of that name. What a deploy recorded of itself counts where the digits
   * fit, or where nothing else tells.
   *
   * @param held What the pin holds, `tag`, `tag@digest` or nothing.
   */
  heldBy(held: string | undefined, recorded?: Revision): number | undefined;
  /** Returns whether a commit is another or one of its ancestors. */
  isIn(ancestor: number, descendant: number): boolean;
}

/** Returns a reader for the tags of one format. */
export function revisionReader(
  graph: SourceGraph,
  format: TagFormat,
  releases: Releases,
): RevisionReader {
  const byRelease = (held: string) => {
    // What is called `latest` or `prod` today was elsewhere then.
    if (!isRelease(format, tagIn(held))) return undefined;
    const ids = releasesIn(format, tagIn(held)).flatMap((name) => releases.commitOf(name) ?? []);
    return ids[0] === undefined ? undefined : graph.find(ids[0]);
  };
  return {
    find: (idOrPrefix) => graph.find(idOrPrefix),
    isIn: (ancestor, descendant) => graph.isAncestor(ancestor, descendant),
    heldBy(held, recorded) {
      if (held === undefined) return undefined;
      const digits = digitsIn(held, format);
      const fits = recorded !== undefined && (digits === undefined || recorded.startsWith(digits));
      const byRecord = fits ? graph.find(recorded) : undefined;
      if (digits === undefined) return byRelease(held) ?? byRecord;
      return byRecord ?? graph.find(digits);
    },
  };
}

/** Returns the digits of a revision in what a pin holds, or undefined where there are none. */
export function digitsIn(held: string, format: TagFormat): string | undefined {
  return revisionPrefixIn(format, tagIn(held));
}

/** Returns the tag in what a pin holds, empty where it holds none. */
export function tagIn(held: string): string {
  return held.split("@")[0]!;
}
