/** The history checker: holds the laws against the branch, and against what was said of it. */

import type { Evidence, Violation } from "./evidence.ts";
import { peopleLaw } from "./law-of-people.ts";
import { branchLaws } from "./laws-of-branch.ts";
import { endLaws } from "./laws-of-end.ts";
import { wordLaws } from "./laws-of-words.ts";
import { Ledger } from "./ledger.ts";

/** Returns every law that is broken, and by what. */
export function check(evidence: Evidence): readonly Violation[] {
  const ledger = new Ledger(evidence);
  return [branchLaws, peopleLaw, wordLaws, endLaws].flatMap((laws) => laws(ledger));
}
