/**
 * Landing through a request on the forge: our commit goes to a branch of our own, people or the
 * forge merge it, and only what the target branch shows is believed.
 */

import { asFailure, Failure, mayPass } from "../../core/failure.ts";
import { nextStep } from "../../core/forge/decide.ts";
import type { ForgeRequest } from "../../core/forge/request.ts";
import type { CommitId } from "../../core/ids.ts";
import { type Backoff, waitMsBefore } from "../../core/landing/backoff.ts";
import { isDeploy, type ReadCommit, readCommit } from "../../core/landing/commit-message.ts";
import type { Ending, Landing } from "../../core/landing/landing.ts";
import { leavesDoubt } from "../../core/landing/push-outcome.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Proposals, ProposedHead } from "../../ports-forge.ts";
import type { LandPolicy, Plan } from "./land.ts";
import { isMergedUnseen, landedAs, ownRequest, type Seen, tidyUp } from "./proposal-proof.ts";
import { goesFirst, refusal, standingOf, stateOf } from "./proposal-standing.ts";
import { closeRequest, keepRequest, openRequest } from "./proposal-text.ts";
import { unknown, withdrawn } from "./proposal-withdrawal.ts";
import type { ReadPorts } from "./read-patiently.ts";

/** How often the forge and the branch are looked at while nothing happens. */
const polls: Backoff = { firstMs: 1_000, maxMs: 15_000 };

/** What landing by request needs of the world. */
export interface ProposePorts extends ReadPorts {
  readonly proposals: Proposals;
}

/** What a command wants of a tip, and what may have been proposed before it. */
export interface Proposal<Why> {
  readonly derive: (tip: CommitId) => Promise<Plan<Why>>;
  /** Returns whether what this command wants goes before what a request proposes already. */
  readonly overtakes: (record: ReadCommit, wanted?: ReadCommit) => Promise<boolean>;
}

/** What a run remembers from round to round. */
export interface ProposalRun<Why> extends Proposal<Why> {
  readonly ports: ProposePorts;
  readonly policy: LandPolicy;
  /** Our commits that may be on our branch, or may yet come there. */
  readonly sent: Set<CommitId>;
  /** What they were to take the place of: a push under way does so as long as that is there. */
  readonly replaced: Set<CommitId>;
  /** The deploy that they say they are of, once there is one, and what the last one writes. */
  deploy: string | undefined;
  drafted: CommitDraft["changes"];
  /** Commits that the forge was asked to merge. */
  readonly asked: Set<CommitId>;
  request: ForgeRequest | undefined;
  refusals: number;
  /** How often a merge was told that the branch does not show. */
  unseen: number;
  /** Nothing of ours is proposed any more, as far as the last look showed. */
  isCalm: boolean;
  why: Why | undefined;
  /** What the plan wanted that was proposed last. */
  wanted: Why | undefined;
}

/** How it would end now; `isFinal` when waiting cannot change it. */
export interface Turn<Why> {
  readonly ending: Ending<Why>;
  readonly next: "end" | "go on" | "wait";
  readonly retryAfterMs?: number | undefined;
}

/** Lands what `derive` asks for by way of a request, or says how far it came. */
export async function propose<Why>(
  proposal: Proposal<Why>,
  ports: ProposePorts,
  policy: LandPolicy,
): Promise<Landing<Why>> {
  const { clock, random } = ports;
  const deadlineMs = clock.nowMs() + policy.timeoutMs;
  const none = () => new Set<CommitId>();
  const start = { sent: none(), replaced: none(), asked: none() };
  const memory = {
    request: undefined,
    refusals: 0,
    unseen: 0,
    isCalm: false,
    why: undefined,
    wanted: undefined,
  };
  const own = { deploy: undefined, drafted: [] };
  const run: ProposalRun<Why> = { ...proposal, ports, policy, ...start, ...memory, ...own };
  for (let attempts = 1, idle = 1; ; attempts += 1) {
    const { ending, next, retryAfterMs = 0 } = await tryOnce(run);
    idle = next === "go on" ? 1 : idle + 1;
    const bounds = next === "go on" ? policy.rounds : polls;
    const waitMs = Math.max(waitMsBefore(idle, bounds, random.unit()), retryAfterMs);
    const isOver = next === "end" || clock.nowMs() + waitMs > deadlineMs;
    if (isOver) return { ...ending, attempts, request: referenceOf(run.request) };
    await clock.sleepMs(waitMs);
  }
}

function referenceOf(request: ForgeRequest | undefined) {
  return request && { number: request.number, url: request.url };
}

/** One look at the forge and the branch, and the one step that follows from it. */
async function tryOnce<Why>(run: ProposalRun<Why>): Promise<Turn<Why>> {
  try {
    return await look(run);
  } catch (error) {
    const failure = asFailure(error);
    const next = mayPass(failure) ? "wait" : "end";
    return { ending: endingOf(failure, run), next, retryAfterMs: failure.retryAfterMs };
  }
}

/** Whatever was proposed may be merged at any time, so it is not certain any more. */
function endingOf<Why>(failure: Failure, run: ProposalRun<Why>): Ending<Why> {
  if (run.sent.size > 0) return unknown(run, failure.message);
  return { kind: "failed", failure, why: run.why };
}

async function look<Why>(run: ProposalRun<Why>): Promise<Turn<Why>> {
  const { remote, proposals } = run.ports;
  // In this order: what the forge calls merged must be in a tip that is read after that.
  const request = await proposals.latest();
  const own = await ownRequest(request, run);
  const tip = await remote.fetchTip();
  const plan = await run.derive(tip);
  run.why = plan.why;
  const landed = await landedAs(run, { request: own, tip, plan });
  if (landed !== undefined) {
    await tidyUp(run);
    return end({ kind: "landed", commit: landed, tip, why: run.wanted ?? plan.why });
  }
  if (isMergedUnseen(own, run)) return { ending: unknown(run, unseenWords), next: "wait" };
  const seen = { request, tip };
  return plan.kind === "rest" ? rest(run, plan, seen) : move(run, plan, seen);
}

const unseenWords = "the forge says that it was merged, and the branch does not show it yet";

function end<Why>(ending: Ending<Why>): Turn<Why> {
  return { ending, next: "end" };
}

/** Nothing is to be moved: a request that would do so all the same is closed. */
async function rest<Why>(
  run: ProposalRun<Why>,
  plan: Plan<Why> & { readonly kind: "rest" },
  { request, tip }: Seen,
): Promise<Turn<Why>> {
  const ending: Ending<Why> = { kind: "rested", tip, why: plan.why };
  const { proposals } = run.ports;
  const isOpen = request?.state === "open";
  const hasSent = run.sent.size > 0;
  const head = isOpen || hasSent ? await proposals.head() : undefined;
  if (head !== undefined && (await isNeedless(run, head, plan))) {
    run.isCalm = false;
    if (isOpen) await closeRequest(request, head, run.ports);
    else await proposals.swap(head.commit, undefined);
    const words = "our branch is being taken away";
    return { ending: hasSent ? unknown(run, words) : ending, next: "go on" };
  }
  return withdrawn(run, ending, head);
}

/** Whether a request's change has been overtaken by the branch, or is our own and may not land. */
async function isNeedless<Why>(
  run: ProposalRun<Why>,
  { commit, record }: ProposedHead,
  { isReached }: Plan<Why> & { readonly kind: "rest" },
): Promise<boolean> {
  if (run.sent.has(commit)) return true;
  return isReached === true && record !== undefined && (await run.overtakes(record));
}

/** Something is to be moved: it is proposed, unless it is already, or something else goes first. */
async function move<Why>(
  run: ProposalRun<Why>,
  { draft, why }: Plan<Why> & { readonly kind: "write" },
  { request, tip }: Seen,
): Promise<Turn<Why>> {
  const { proposals } = run.ports;
  const head = await proposals.head();
  const standing = await standingOf({ request, tip, head, draft }, run);
  const state = stateOf(request, draft);
  const step = nextStep(state, standing);
  // What people added to ours may be merged with it: only whoever comes anew keeps away from it.
  const isShared = standing === "edited" && state === "open" && run.sent.size > 0;
  if (step === "refuse" && !isShared) {
    return withdrawn(run, refusal({ request, state, standing, head, why }), head);
  }
  if (head === undefined || step === "push") {
    return push(run, { parent: tip, ...draft }, { from: head?.commit, why });
  }
  const proposed = { kind: "proposed", commit: head.commit, tip, isAwaited: true, why } as const;
  if (step === "open" || request === undefined) {
    await openRequest(head, request, run.ports);
    return { ending: { ...proposed, words: "the request is being opened" }, next: "go on" };
  }
  await keepRequest(request, head, run);
  const isOurs = step !== "yield";
  if (proposals.isAwaited) {
    const words = isOurs ? "nobody has merged it yet" : "something that goes first is proposed";
    return { ending: { ...proposed, words }, next: "wait" };
  }
  if (!isOurs && head.record && !isDeploy(head.record.outcome)) {
    return withdrawn(run, goesFirst(request, why), head);
  }
  const words = isOurs ? "" : "a newer revision is proposed there";
  return end({ ...proposed, isAwaited: false, words });
}

/** Puts our commit on our branch. The next round reads the outcome. */
async function push<Why>(
  run: ProposalRun<Why>,
  draft: CommitDraft,
  { from, why }: { readonly from: CommitId | undefined; readonly why: Why },
): Promise<Turn<Why>> {
  const { remote, proposals } = run.ports;
  const commit = await remote.commit(draft);
  const reply = await proposals.swap(from, commit);
  if (leavesDoubt(reply)) {
    run.isCalm = false;
    run.sent.add(commit);
    if (from !== undefined) run.replaced.add(from);
    run.deploy = readCommit(draft.message)?.deploy;
    run.drafted = draft.changes;
    run.wanted = why;
  }
  run.refusals = reply.kind === "refused" ? run.refusals + 1 : 0;
  if (run.refusals >= run.policy.refusalsMax && run.sent.size === 0) {
    const remedy = "remedy" in reply ? reply.remedy : undefined;
    return end({ kind: "refused", words: reply.words, remedy, why });
  }
  const failure = new Failure(
    reply.kind === "throttled" ? "throttled" : "deadline",
    `Cannot propose before the deadline: ${reply.words || "the branch does not show it"}`,
    "Nothing of this deploy is in the branch. Run it again, with a longer --timeout.",
  );
  const retryAfterMs = "retryAfterMs" in reply ? reply.retryAfterMs : undefined;
  return { ending: endingOf(failure, run), next: "go on", retryAfterMs };
}
