/** The landing loop: derive the change from the tip, push it, and believe only what the remote shows. */

import { type Backoff, waitMsBefore } from "../core/backoff.ts";
import { Failure, type FailureCode } from "../core/failure.ts";
import type { CommitId } from "../core/ids.ts";
import {
  classifyPush,
  type PushReply,
  type Reread,
  worthReadingAgain,
} from "../core/push-outcome.ts";
import type { Clock, CommitDraft, Progress, Random, Remote } from "../ports.ts";

/** What a tip asks for: a commit on top of it, or nothing, for a reason that the caller knows. */
export type Plan<Why> =
  | { readonly kind: "write"; readonly draft: Omit<CommitDraft, "parent">; readonly why: Why }
  | { readonly kind: "rest"; readonly why: Why };

/** How a landing ended. `why` is the last plan's own word for what it wanted. */
export type Ending<Why> =
  | {
      readonly kind: "landed";
      readonly commit: CommitId;
      readonly tip: CommitId;
      readonly why: Why;
    }
  | { readonly kind: "rested"; readonly tip: CommitId; readonly why: Why }
  | { readonly kind: "refused"; readonly words: string; readonly why: Why }
  | { readonly kind: "failed"; readonly failure: Failure; readonly why: Why | undefined }
  | {
      readonly kind: "unknown";
      readonly words: string;
      readonly commit: CommitId;
      readonly why: Why;
    };

/** An ending, and how many rounds it took. */
export type Landing<Why> = Ending<Why> & { readonly attempts: number };

/** What the loop needs of the world. */
export interface LandPorts {
  readonly remote: Remote;
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}

/** How long the loop tries. A deadline and not a count, because losing a race is no fault. */
export interface LandPolicy {
  /** Milliseconds from the first round to the last. */
  readonly timeoutMs: number;
  readonly rounds: Backoff;
  readonly reads: Backoff;
  /** How often the tip is asked for before the remote counts as unreachable. */
  readonly fetchesMax: number;
  /** How often a read that may still change its mind is repeated after a push. */
  readonly readsMax: number;
}

/** The bounds that 64 deployers of one branch were measured to do best with (bench/results.md). */
export const landPolicy: LandPolicy = {
  timeoutMs: 5 * 60_000,
  rounds: { firstMs: 500, maxMs: 6_000 },
  reads: { firstMs: 1_000, maxMs: 10_000 },
  fetchesMax: 4,
  readsMax: 6,
};

/** A rule must say no twice, for a ref whose lock is held for a moment is refused in the same words. */
const refusalsInARowMax = 2;

/** A push whose fate the tips have not settled yet. */
interface Pushed<Why> {
  readonly commit: CommitId;
  readonly parent: CommitId;
  readonly reply: PushReply;
  readonly why: Why;
}

/** What the loop remembers from round to round. */
interface Race<Why> {
  readonly derive: (tip: CommitId) => Promise<Plan<Why>>;
  readonly ports: LandPorts;
  readonly policy: LandPolicy;
  readonly deadlineMs: number;
  pushed: Pushed<Why> | undefined;
  /** Whether the last push may be in the branch without our knowing. */
  inDoubt: boolean;
  refusals: number;
}

/**
 * Lands what `derive` asks for. It is asked again on every new tip, so nothing is ever rebased,
 * merged or forced. A Failure of the world becomes `failed` or `unknown`, whichever is true;
 * anything else that is thrown is a bug and passes through.
 */
export async function land<Why>(
  derive: (tip: CommitId) => Promise<Plan<Why>>,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<Landing<Why>> {
  const deadlineMs = ports.clock.nowMs() + policy.timeoutMs;
  const race: Race<Why> = {
    ...{ derive, ports, policy, deadlineMs },
    ...{ pushed: undefined, inDoubt: false, refusals: 0 },
  };
  for (let attempts = 1; ; attempts += 1) {
    const pushed = await swap(race);
    if ("kind" in pushed) return { ...pushed, attempts };
    const waitMs = waitAfter(pushed.reply, attempts, race);
    const ended = await settle(pushed, waitMs, race);
    if (ended !== undefined) return { ...ended, attempts };
    ports.progress.step(`${noLuck[pushed.reply.kind]}; round ${attempts + 1} in ${waitMs} ms`);
    await ports.clock.sleepMs(waitMs);
  }
}

/** One compare-and-swap from the tip as it is now. Ends where there is nothing to push, or no way to. */
async function swap<Why>(race: Race<Why>): Promise<Pushed<Why> | Ending<Why>> {
  const { remote } = race.ports;
  try {
    const tip = await fetchPatiently(race);
    const before = race.pushed;
    if (before !== undefined && (await remote.contains(tip, before.commit))) {
      return { kind: "landed", commit: before.commit, tip, why: before.why };
    }
    // A tip that went on without our commit can never take it any more: the server compares.
    if (before?.parent !== tip) race.inDoubt = false;
    const plan = await race.derive(tip);
    if (plan.kind === "rest") return { kind: "rested", tip, why: plan.why };
    const commit = await remote.commit({ parent: tip, ...plan.draft });
    race.inDoubt = true;
    const reply = await remote.push(commit);
    race.pushed = { commit, parent: tip, reply, why: plan.why };
    return race.pushed;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (race.inDoubt && race.pushed) return unknown(race.pushed, error.message);
    return { kind: "failed", failure: error, why: race.pushed?.why };
  }
}

/** Reads the remote again and concludes. Undefined means: another round. */
async function settle<Why>(
  pushed: Pushed<Why>,
  waitMs: number,
  race: Race<Why>,
): Promise<Ending<Why> | undefined> {
  const isLast = race.ports.clock.nowMs() + waitMs > race.deadlineMs;
  // A lost race needs no read of its own, because the next round begins with one.
  if (pushed.reply.kind === "raced" && !isLast) return undefined;

  const reread = await readPatiently(pushed, race);
  const outcome = classifyPush(pushed.reply, reread);
  race.refusals = outcome.kind === "refused" ? race.refusals + 1 : 0;
  race.inDoubt = outcome.kind === "not-arrived" && !outcome.certain;

  switch (outcome.kind) {
    case "landed":
      return { kind: "landed", commit: pushed.commit, tip: outcome.tip, why: pushed.why };
    case "unreadable":
      return unknown(pushed, reread.kind === "unreadable" ? reread.why : "");
    case "refused":
      if (race.refusals < refusalsInARowMax && !isLast) return undefined;
      return { kind: "refused", words: pushed.reply.words, why: pushed.why };
    default:
      if (!isLast) return undefined;
      return race.inDoubt ? unknown(pushed, pushed.reply.words) : outOfTime(pushed);
  }
}

/** Fetches the tip, and again when the remote cannot be reached for a moment. */
async function fetchPatiently<Why>(race: Race<Why>): Promise<CommitId> {
  const { remote, clock, random, progress } = race.ports;
  for (let fetches = 1; ; fetches += 1) {
    try {
      return await remote.fetchTip();
    } catch (error) {
      const mayPass = error instanceof Failure && passing.has(error.code);
      if (!mayPass || fetches >= race.policy.fetchesMax) throw error;
      const jitterMs = waitMsBefore(fetches, race.policy.reads, random.unit());
      const waitMs = Math.max(jitterMs, error.retryAfterMs ?? 0);
      if (clock.nowMs() + waitMs > race.deadlineMs) throw error;
      progress.step(`${error.message}; asking again in ${waitMs} ms`);
      await clock.sleepMs(waitMs);
    }
  }
}

/** Reads until the answer is one that time cannot change, or the reads are used up. */
async function readPatiently<Why>(pushed: Pushed<Why>, race: Race<Why>): Promise<Reread> {
  const { remote, clock, random, progress } = race.ports;
  for (let reads = 1; ; reads += 1) {
    const reread = await remote.reread(pushed.parent, pushed.commit);
    if (!worthReadingAgain(pushed.reply, reread) || reads >= race.policy.readsMax) return reread;
    const waitMs = waitMsBefore(reads, race.policy.reads, random.unit());
    progress.step(`The remote does not show the push yet; reading again in ${waitMs} ms`);
    await clock.sleepMs(waitMs);
  }
}

/** Failures that another try, a little later, may not meet. */
const passing: ReadonlySet<FailureCode> = new Set(["remote-unreachable", "throttled"]);

function waitAfter<Why>(reply: PushReply, attempts: number, race: Race<Why>): number {
  const jitterMs = waitMsBefore(attempts, race.policy.rounds, race.ports.random.unit());
  return Math.max(jitterMs, ("retryAfterMs" in reply ? reply.retryAfterMs : undefined) ?? 0);
}

function unknown<Why>(pushed: Pushed<Why>, words: string): Ending<Why> {
  return { kind: "unknown", words, commit: pushed.commit, why: pushed.why };
}

function outOfTime<Why>({ reply, why }: Pushed<Why>): Ending<Why> {
  const failure =
    reply.kind === "throttled"
      ? new Failure(
          "throttled",
          `Cannot push: the server asks to wait: ${reply.words}`,
          "Run it again later.",
          { retryAfterMs: reply.retryAfterMs },
        )
      : new Failure(
          "deadline",
          `Cannot land before the deadline: ${noLuck[reply.kind]}`,
          "Nothing of this deploy is in the branch. Run it again, with a longer --timeout.",
        );
  return { kind: "failed", failure, why };
}

const noLuck: Readonly<Record<PushReply["kind"], string>> = {
  accepted: "The server said yes, but the branch does not show it",
  raced: "Somebody else landed first",
  refused: "The server said no",
  "not-sent": "The push did not get through",
  throttled: "The server asks to wait",
  silent: "The server gave no clear answer, and the branch has not moved",
};
