/** What shows that a request has landed: never the forge's word alone, always the branch. */

import { asFailure } from "../../core/failure.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import { readCommit } from "../../core/landing/commit-message.ts";
import type { Plan } from "./land.ts";
import type { ProposalRun } from "./propose.ts";

/** What was read at the beginning of a round. */
export interface Seen {
  readonly request: ForgeRequest | undefined;
  readonly tip: CommitId;
}

/**
 * Returns the commit that brought what this run proposed, if the branch shows it: by its hash, or
 * as what a squash or a rebase made of it, in the tip's own history and with the pins in it.
 */
export async function landedAs<Why>(
  run: ProposalRun<Why>,
  { request, tip, plan }: Seen & { readonly plan: Plan<Why> },
): Promise<CommitId | undefined> {
  const { remote } = run.ports;
  if (plan.kind === "rest") {
    for (const commit of run.sent) if (await remote.contains(tip, commit)) return commit;
  }
  const merged = request?.state === "merged" ? request.mergedAs : undefined;
  if (merged === undefined || run.sent.size === 0) return undefined;
  if (!(await remote.contains(tip, merged))) return undefined;
  const isOurs = run.sent.has(request?.head as CommitId) || (await saysOurs(run, merged));
  if (!isOurs) return undefined;
  const isThere = plan.kind === "rest" || (await run.derive(merged)).kind === "rest";
  return isThere ? merged : undefined;
}

/** People may have put more on our branch before they merged it: the trailers tell. */
async function saysOurs<Why>({ ports, sent }: ProposalRun<Why>, merged: CommitId) {
  const { remote } = ports;
  const deploy = readCommit(await remote.messageOf(merged))?.deploy;
  const [own] = sent;
  return deploy !== undefined && deploy === readCommit(await remote.messageOf(own!))?.deploy;
}

/** The forge says that it merged ours, and the branch does not show it: a replica that lags. */
export function isMergedUnseen<Why>(
  request: ForgeRequest | undefined,
  run: ProposalRun<Why>,
): boolean {
  if (request?.state !== "merged" || !run.sent.has(request.head as CommitId)) return false;
  run.unseen += 1;
  // What is not there after a while was taken out again, and is proposed anew.
  return run.unseen <= run.policy.readsMax;
}

/** Takes our branch away once it has served, unless somebody has put something else there. */
export async function tidyUp<Why>({ ports, sent }: ProposalRun<Why>): Promise<void> {
  const { proposals } = ports;
  try {
    const head = await proposals.head();
    if (head !== undefined && sent.has(head.commit)) await proposals.swap(head.commit, undefined);
  } catch (error) {
    // What is left over is taken over by the next run.
    asFailure(error);
  }
}
