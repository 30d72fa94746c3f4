/** The source as one deployer first saw it: what came later is not there until it looks again. */

import type { Revision } from "../../core/ids.ts";
import type { SourceHistory } from "../../ports.ts";
import type { ModelSource } from "./source.ts";

/** Returns a source that shows nothing newer than a revision until somebody asks it to refresh. */
export function unseenAfter(revision: Revision, source: ModelSource): SourceHistory {
  let isOld = true;
  const isShown = (one: Revision) => !isOld || source.precedes(one, revision);
  const shown = async (found: Promise<readonly Revision[]>) => (await found).filter(isShown);
  return {
    named: (text) => shown(source.named(text)),
    candidates: (digits) => shown(source.candidates(digits)),
    async resolve(digits) {
      const [only, ...others] = await shown(source.candidates(digits));
      return others.length === 0 ? only : undefined;
    },
    refresh() {
      isOld = false;
    },
    isAncestor: (ancestor, descendant) => source.isAncestor(ancestor, descendant),
    changed: () => source.changed(),
    lacking: (from, to) => source.lacking(from, to),
    tagsAt: () => source.tagsAt(),
    committedAtSeconds: () => source.committedAtSeconds(),
  };
}
