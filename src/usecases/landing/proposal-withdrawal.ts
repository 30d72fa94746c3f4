/** How a run ends that has proposed something, and must not say so while that may still land. */

import type { Ending } from "../../core/landing/landing.ts";
import type { ProposedHead } from "../../ports-forge.ts";
import type { ProposalRun, Turn } from "./propose.ts";

/**
 * Ends without a landing, once two looks in a row have shown that nothing of ours can land: our
 * commit is taken off the branch, and what was merged before that shows in the look after it. Until
 * then the outcome is `unknown`.
 */
export async function withdrawn<Why>(
  run: ProposalRun<Why>,
  ending: Ending<Why>,
  head: ProposedHead | undefined,
): Promise<Turn<Why>> {
  const { sent, replaced, ports } = run;
  if (sent.size === 0) return { ending, next: "end" };
  const wasCalm = run.isCalm;
  run.isCalm = false;
  if (head !== undefined && sent.has(head.commit)) {
    await ports.proposals.swap(head.commit, undefined);
    return { ending: unknown(run, "our branch is being taken away"), next: "go on" };
  }
  // People's commits are not ours to take away, and ours may be merged with them.
  if (head !== undefined && head.record === undefined) {
    return { ending: unknown(run, "people added to what was proposed"), next: "wait" };
  }
  if (head !== undefined && replaced.has(head.commit)) {
    return { ending: unknown(run, "what was sent may be on its way yet"), next: "wait" };
  }
  if (wasCalm) return { ending, next: "end" };
  run.isCalm = true;
  return { ending: unknown(run, "what was proposed may be merged yet"), next: "go on" };
}

/** What was proposed may be in the branch, or come there, for all that was seen. */
export function unknown<Why>({ sent, why }: ProposalRun<Why>, words: string): Ending<Why> {
  const doubts = [...sent].map((commit) => ({ commit, why: why! }));
  return { kind: "unknown", words, doubts, why };
}
