/** The history checker: holds the laws against the branch, and against what was said of it. */

import { branchInvariants } from "./invariants/branch.ts";
import { endInvariants } from "./invariants/end.ts";
import type { RaceHistory, Violation } from "./invariants/history.ts";
import { HistoryIndex, type PinsRead } from "./invariants/ledger.ts";
import { peopleInvariant } from "./invariants/people.ts";
import { outcomeInvariants } from "./invariants/words.ts";

/**
 * Returns every law that is broken, and by what.
 *
 * @param pins Kept from one race to the next, where the same files come again.
 */
export function check(evidence: RaceHistory, pins: PinsRead = new Map()): readonly Violation[] {
  const ledger = new HistoryIndex(evidence, pins);
  return [branchInvariants, peopleInvariant, outcomeInvariants, endInvariants].flatMap((laws) =>
    laws(ledger),
  );
}
