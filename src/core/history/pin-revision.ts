/** Which commit of the source a pin's tag was made from. */

import type { Revision } from "../ids.ts";
import { revisionPrefixIn, type TagFormat } from "../tag-format.ts";
import type { SourceGraph } from "./source-graph.ts";

/** Tells revisions of the source by what names them, as their places in its graph. */
export interface RevisionReader {
  /** Returns the commit that an id or a prefix names alone. */
  find(idOrPrefix: string): number | undefined;
  /**
   * Returns the commit that a pin holds: by its tag's digits, which are enough where they name one
   * alone. What a deploy recorded of itself counts where the digits fit, or where there are none.
   *
   * @param held What the pin holds, `tag`, `tag@digest` or nothing.
   */
  heldBy(held: string | undefined, recorded?: Revision): number | undefined;
  /** Returns whether a commit is another or one of its ancestors. */
  isIn(ancestor: number, descendant: number): boolean;
}

/** Returns a reader for the tags of one format. */
export function revisionReader(graph: SourceGraph, format: TagFormat): RevisionReader {
  return {
    find: (idOrPrefix) => graph.find(idOrPrefix),
    isIn: (ancestor, descendant) => graph.isAncestor(ancestor, descendant),
    heldBy(held, recorded) {
      if (held === undefined) return undefined;
      const digits = digitsIn(held, format);
      const fits = recorded !== undefined && (digits === undefined || recorded.startsWith(digits));
      const byRecord = fits ? graph.find(recorded) : undefined;
      return byRecord ?? (digits === undefined ? undefined : graph.find(digits));
    },
  };
}

/** Returns the digits of a revision in what a pin holds, or undefined where there are none. */
export function digitsIn(held: string, format: TagFormat): string | undefined {
  const at = held.indexOf("@");
  return revisionPrefixIn(format, at < 0 ? held : held.slice(0, at));
}
