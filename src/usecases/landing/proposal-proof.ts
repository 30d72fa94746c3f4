/** What shows that a request has landed: never the forge's word alone, always the branch. */

import { asFailure } from "../../core/failure.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import type { Remote } from "../../ports.ts";
import type { Plan } from "./land.ts";
import { holdsAll } from "./proposal-standing.ts";
import type { ProposalRun } from "./propose.ts";

/** What was read at the beginning of a round. */
export interface Seen {
  readonly request: ForgeRequest | undefined;
  readonly tip: CommitId;
}

/** Ours may be merged already, while somebody else's is open by now. */
export async function ownRequest<Why>(
  latest: ForgeRequest | undefined,
  run: ProposalRun<Why>,
): Promise<ForgeRequest | undefined> {
  const { request, ports, sent } = run;
  const isOurs = latest?.head !== undefined && sent.has(latest.head);
  if (latest?.state === "open" && (request === undefined || isOurs)) run.request = latest;
  if (request === undefined || request.number === latest?.number) return latest;
  return (await ports.proposals.read(request.number)) ?? latest;
}

/**
 * Returns the commit that brought what this run proposed, if the branch shows it: by its hash, by
 * its trailers, or as the forge says; always in the tip's own history, and with the pins in it.
 */
export async function landedAs<Why>(
  run: ProposalRun<Why>,
  { request, tip, plan }: Seen & { readonly plan: Plan<Why> },
): Promise<CommitId | undefined> {
  const { sent, deploy, drafted, ports } = run;
  const { remote, proposals } = ports;
  if (deploy === undefined) return undefined;
  const told = await proposals.landedAs(tip, deploy);
  const isOurs = request?.state === "merged" && sent.has(request.head as CommitId);
  const merge =
    isOurs && (await isIn(tip, request.mergedAs, remote)) ? request.mergedAs : undefined;
  const found = told ?? (await containedOf(sent, tip, remote));
  if (found === undefined && merge === undefined) return undefined;
  if (found !== undefined && merge === undefined && plan.kind === "rest") return found;
  // A conflict may have been resolved for what was there: then ours is in the history, and no more.
  const isTold = found !== undefined;
  const holds = async (commit: CommitId) => {
    const plan = await run.derive(commit);
    if (plan.kind === "rest" && (isTold || plan.isReached === true)) return true;
    return holdsAll(commit, drafted, remote);
  };
  if (!(await holds(told ?? merge ?? found!))) return undefined;
  if (isTold) return found;
  // Without a word of ours in it, it must be what moved the pins.
  const before = await proposals.parentOf(merge!);
  return before === undefined || (await holds(before)) ? undefined : merge;
}

async function containedOf(
  sent: ReadonlySet<CommitId>,
  tip: CommitId,
  remote: Remote,
): Promise<CommitId | undefined> {
  for (const commit of sent) if (await remote.contains(tip, commit)) return commit;
  return undefined;
}

async function isIn(tip: CommitId, commit: CommitId | undefined, remote: Remote): Promise<boolean> {
  return commit !== undefined && (await remote.contains(tip, commit));
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
