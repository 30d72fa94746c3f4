/** A history that is read already, and one to ask about whatever that does not have. */

import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { DeployLog, SourceHistory } from "../../ports.ts";

/** Returns both as one. What is read answers at once; the other may have to ask a server. */
export function knownHistory(
  graph: SourceGraph,
  log: Pick<DeployLog, "changes">,
  beyond: SourceHistory,
): SourceHistory {
  const known = (digits: string) => graph.findAll(digits).map((place) => graph.revisionAt(place));
  return {
    named: (text) => beyond.named(text),
    async candidates(digits) {
      const found = known(digits);
      return found.length > 0 ? found : beyond.candidates(digits);
    },
    async resolve(digits) {
      const [only, ...others] = known(digits);
      if (only === undefined) return beyond.resolve(digits);
      return others.length === 0 ? only : undefined;
    },
    async isAncestor(ancestor, descendant) {
      const [older, newer] = [graph.find(ancestor), graph.find(descendant)];
      // All ancestors of what is read are read too.
      if (newer !== undefined) return older !== undefined && graph.isAncestor(older, newer);
      return beyond.isAncestor(ancestor, descendant);
    },
    refresh: () => beyond.refresh(),
    async changed(from, to, paths) {
      const [older, newer] = [graph.find(from), graph.find(to)];
      if (older === undefined || newer === undefined) return beyond.changed(from, to, paths);
      // What a commit changed is measured against the parent it is recorded with.
      const pair = { ...graph.commits[newer]!, parents: [from] };
      return (await log.changes([pair], paths)).size > 0;
    },
    lacking: (from, to) => beyond.lacking(from, to),
    tagsAt: (revision) => beyond.tagsAt(revision),
    committedAtSeconds: (revision) => beyond.committedAtSeconds(revision),
  };
}
