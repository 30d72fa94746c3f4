/** The history checker: checks the laws on the branch, and on what was reported about it. */

import { branchInvariants } from "./invariants/branch.ts";
import { endInvariants } from "./invariants/end.ts";
import { environmentInvariants, historyIn } from "./invariants/environments.ts";
import type { RaceHistory, Violation } from "./invariants/history.ts";
import { HistoryIndex, type PinsRead } from "./invariants/ledger.ts";
import { peopleInvariant } from "./invariants/people.ts";
import { requestInvariants } from "./invariants/request.ts";
import { outcomeInvariants } from "./invariants/words.ts";

/** The laws of one environment. */
const environmentLaws = [
  ...[branchInvariants, peopleInvariant, outcomeInvariants, endInvariants, requestInvariants],
];

/**
 * Returns every law that is broken, and by what.
 *
 * @param pins Kept from one race to the next, where the same files come again.
 */
export function check(evidence: RaceHistory, pins: PinsRead = new Map()): readonly Violation[] {
  const { places } = evidence;
  const ledger = new HistoryIndex(evidence, pins);
  if (places === undefined) return environmentLaws.flatMap((laws) => laws(ledger));
  return [
    ...environmentInvariants(ledger),
    ...places.flatMap((place) => check(historyIn(place, evidence))),
  ];
}
