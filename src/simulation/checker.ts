/** The history checker: holds the laws against the branch, and against what was said of it. */

import { branchLaws } from "./invariants/branch.ts";
import { endLaws } from "./invariants/end.ts";
import type { Evidence, Violation } from "./invariants/history.ts";
import { Ledger, type PinsRead } from "./invariants/ledger.ts";
import { peopleLaw } from "./invariants/people.ts";
import { wordLaws } from "./invariants/words.ts";

/**
 * Returns every law that is broken, and by what.
 *
 * @param pins Kept from one race to the next, where the same files come again.
 */
export function check(evidence: Evidence, pins: PinsRead = new Map()): readonly Violation[] {
  const ledger = new Ledger(evidence, pins);
  return [branchLaws, peopleLaw, wordLaws, endLaws].flatMap((laws) => laws(ledger));
}
