/** A history that is read already, and one to ask about whatever that does not have. */

import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { History } from "../../ports.ts";

/** Returns both as one. What is read answers at once; the other may have to ask a server. */
export function knownHistory(graph: SourceGraph, beyond: History): History {
  return {
    async resolve(idOrPrefix) {
      const place = graph.find(idOrPrefix);
      return place === undefined ? beyond.resolve(idOrPrefix) : graph.revisionAt(place);
    },
    async isAncestor(ancestor, descendant) {
      const [older, newer] = [graph.find(ancestor), graph.find(descendant)];
      // All ancestors of what is read are read too.
      if (newer !== undefined) return older !== undefined && graph.isAncestor(older, newer);
      return beyond.isAncestor(ancestor, descendant);
    },
  };
}
