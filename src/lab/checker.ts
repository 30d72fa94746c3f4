/** The history checker: holds the laws against the branch, and against what was said of it. */

import type { Evidence, Violation } from "./evidence.ts";
import { peopleLaw } from "./law-of-people.ts";
import { branchLaws } from "./laws-of-branch.ts";
import { endLaws } from "./laws-of-end.ts";
import { wordLaws } from "./laws-of-words.ts";
import { Ledger, type PinsRead } from "./ledger.ts";

/**
 * Returns every law that is broken, and by what.
 *
 * @param pins Kept from one race to the next, where the same files come again.
 */
export function check(evidence: Evidence, pins: PinsRead = new Map()): readonly Violation[] {
  const ledger = new Ledger(evidence, pins);
  return [branchLaws, peopleLaw, wordLaws, endLaws].flatMap((laws) => laws(ledger));
}
