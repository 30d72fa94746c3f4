/**
 * The landing loop: derive the change from the tip, push it, and believe only what the remote
 * shows.
 */

import { asFailure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { type Backoff, waitMsAfterLosing, waitMsBefore } from "../../core/landing/backoff.ts";
import type { Doubt, Ending, Landing } from "../../core/landing/landing.ts";
import {
  classifyPush,
  dispelsDoubt,
  leavesDoubt,
  type PushReply,
} from "../../core/landing/push-outcome.ts";
import type { Waits } from "../../core/landing/waiting.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Along } from "../../ports-waiting.ts";
import { noLuck, outOfTime, refused } from "./endings.ts";
import { askPatiently, type Patience, type ReadPorts, readPatiently } from "./read-patiently.ts";
import { Together } from "./together.ts";

/** What a tip asks for: a commit on top of it, or nothing, for a reason that the caller knows. */
export type Plan<Why> =
  | {
      readonly kind: "write";
      readonly draft: Omit<CommitDraft, "parent">;
      readonly why: Why;
      /** The same change as others may land it. Absent: they may not. */
      readonly waits?: Waits | undefined;
    }
  | {
      readonly kind: "rest";
      readonly why: Why;
      /** The tip holds what is wanted, or newer. */
      readonly isReached?: boolean | undefined;
    };

/** How long the loop tries. A deadline and not a count, because losing a race is not an error. */
export interface LandPolicy extends Patience {
  /** Milliseconds from the first round to the last. */
  readonly timeoutMs: number;
  readonly rounds: Backoff;
  /**
   * How often in a row a rule must say no before that is final. Not once: a ref whose lock is held
   * for a moment is refused in the same words.
   */
  readonly refusalsMax: number;
}

/** Bounds for trouble; lost races have their own measure (waitMsAfterLosing). */
export const landPolicy: LandPolicy = {
  timeoutMs: 5 * 60_000,
  rounds: { firstMs: 500, maxMs: 6_000 },
  reads: { firstMs: 1_000, maxMs: 10_000 },
  fetchesMax: 4,
  readsMax: 6,
  readingMs: 60_000,
  refusalsMax: 2,
};

/** A push, and what the server said to it. */
interface Pushed<Why> extends Doubt<Why> {
  readonly parent: CommitId;
  readonly along: Along | undefined;
  readonly reply: PushReply;
  readonly waits: Waits | undefined;
}

/** What the loop remembers from round to round. */
interface Rounds<Why> {
  readonly derive: (tip: CommitId) => Promise<Plan<Why>>;
  readonly ports: ReadPorts;
  readonly policy: LandPolicy;
  readonly deadlineMs: number;
  readonly together: Together<Why>;
  /** Pushes that may be in the branch, or may yet come there, as far as we were told. */
  doubts: readonly Pushed<Why>[];
  refusals: number;
  /** What the last plan wanted. */
  why: Why | undefined;
}

/**
 * Lands what `derive` asks for. It is asked again on every new tip, so nothing is ever rebased,
 * merged or forced. A Failure of the world becomes `failed` or `unknown`, whichever is true;
 * anything else that is thrown is a bug and passes through.
 */
export async function land<Why>(
  derive: (tip: CommitId) => Promise<Plan<Why>>,
  ports: ReadPorts,
  policy: LandPolicy,
): Promise<Landing<Why>> {
  const deadlineMs = ports.clock.nowMs() + policy.timeoutMs;
  const together = new Together(derive, ports, { ...policy, deadlineMs });
  const start = { doubts: [], refusals: 0, why: undefined };
  const race: Rounds<Why> = { derive, ports, policy, deadlineMs, together, ...start };
  for (let attempts = 1; ; attempts += 1) {
    const came = await tryOnce(attempts, race);
    if ("kind" in came) return { ...(await together.concluded(came)), attempts };
    const { reply, waitMs } = came;
    ports.progress.step(`${noLuck[reply.kind]}; round ${attempts + 1} in ${waitMs} ms`);
    await ports.clock.sleepMs(waitMs);
  }
}

/** A round that came to nothing, and how long to wait before the next. */
interface Lost {
  readonly reply: PushReply;
  readonly waitMs: number;
}

/** One round: a push, and what the remote shows of it. */
async function tryOnce<Why>(attempts: number, race: Rounds<Why>): Promise<Lost | Ending<Why>> {
  const { clock } = race.ports;
  const startedMs = clock.nowMs();
  try {
    const pushed = await swap(race);
    if ("kind" in pushed) return pushed;
    const { reply } = pushed;
    const waitMs = waitAfter(reply, { attempts, roundMs: clock.nowMs() - startedMs }, race);
    const settled = await settle(pushed, waitMs, race);
    if (settled !== undefined) return settled;
    // What may yet come in by itself is not left for others to bring in.
    if (reply.kind === "raced" && race.doubts.length === 0) await race.together.lost(pushed);
    return { reply, waitMs };
  } catch (error) {
    // Whatever went wrong, also a fault of ours: that a push may have landed stays true.
    if (race.doubts.length > 0) return unknown(race, messageOf(error));
    const failure = asFailure(error);
    return { kind: "failed", failure, why: race.why };
  }
}

/**
 * One compare-and-swap from the tip as it is now. Ends where there is nothing to push, or no way
 * to.
 */
async function swap<Why>(race: Rounds<Why>): Promise<Pushed<Why> | Ending<Why>> {
  const { ports, deadlineMs } = race;
  const { remote } = ports;
  const within = { patience: race.policy, deadlineMs };
  const { together } = race;
  const tip = await askPatiently(() => together.fetchTip(), ports, within);
  const landed =
    (await settleDoubts(tip, race)) ??
    (await askPatiently(() => together.landedBy(tip), ports, within));
  if (landed !== undefined) return landed;
  // Deriving reads files, which are fetched as they are needed.
  const plan = await askPatiently(() => race.derive(tip), ports, within);
  race.why = plan.why;
  // To rest while a push of ours may still come in would be to speak too soon: look for it.
  if (plan.kind === "rest") return race.doubts[0] ?? { kind: "rested", tip, why: plan.why };
  const draft = { parent: tip, ...plan.draft };
  const commit = await remote.commit(draft);
  const along = await askPatiently(() => together.along(commit, draft), ports, within);
  const reply = await remote.push(commit, along);
  const { why, waits } = plan;
  const pushed = { commit, parent: tip, along, reply, why, waits };
  if (along !== undefined) together.heard(reply, tip);
  const isKnown = race.doubts.some((doubt) => doubt.commit === commit);
  if (leavesDoubt(pushed.reply) && !isKnown) race.doubts = [...race.doubts, pushed];
  return pushed;
}

/** Looks at a tip for the pushes in doubt, and forgets those that it shuts out for ever. */
async function settleDoubts<Why>(
  tip: CommitId,
  race: Rounds<Why>,
): Promise<Ending<Why> | undefined> {
  const { remote } = race.ports;
  const open: Pushed<Why>[] = [];
  for (const doubt of race.doubts) {
    const { commit, parent, why } = doubt;
    if (await remote.contains(tip, commit)) return { kind: "landed", commit, tip, why };
    // The server compares, so a branch that went on from the parent without the commit never takes
    // it. A tip that does not descend from the parent says nothing: a replica's, that lags.
    const isShutOut = tip !== parent && (await remote.contains(tip, parent));
    if (!isShutOut) open.push(doubt);
  }
  race.doubts = open;
  return undefined;
}

/** Reads the remote again and concludes. Undefined means: another round. */
async function settle<Why>(
  pushed: Pushed<Why>,
  waitMs: number,
  race: Rounds<Why>,
): Promise<Ending<Why> | undefined> {
  const { commit, reply, why } = pushed;
  const isLast = race.ports.clock.nowMs() + waitMs > race.deadlineMs;
  const refusals = race.refusals;
  race.refusals = 0;
  // A lost race needs no read of its own, because the next round begins with one.
  if (reply.kind === "raced" && !isLast) return undefined;

  const reread = await readPatiently(pushed, race.ports, race.policy);
  const outcome = classifyPush(reply, reread);
  if (outcome.kind === "landed") return { kind: "landed", commit, tip: outcome.tip, why };
  // With company, it may be others whom the rule is about.
  if (outcome.kind === "refused" && !pushed.along) race.refusals = refusals + 1;
  if (dispelsDoubt(reread, reply)) race.doubts = race.doubts.filter((doubt) => doubt !== pushed);
  const landed = "tip" in reread ? await settleDoubts(reread.tip, race) : undefined;
  if (landed !== undefined) return landed;

  const isRefused = race.refusals >= race.policy.refusalsMax;
  const isOver = isLast || isRefused || outcome.kind === "unreadable";
  if (race.doubts.length > 0) {
    const words = reread.kind === "unreadable" ? reread.why : reply.words;
    return isOver ? unknown(race, words) : undefined;
  }
  if (isRefused) return refused(pushed);
  return isLast ? outOfTime(pushed) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function waitAfter<Why>(
  reply: PushReply,
  { attempts, roundMs }: { attempts: number; roundMs: number },
  { ports, policy }: Rounds<Why>,
): number {
  const unit = ports.random.unit();
  // Losing says that others are at work, and a round is the time in which two get in each other's
  // way. Any other trouble says nothing of that kind, and is waited for as trouble is.
  if (reply.kind === "raced") return waitMsAfterLosing(roundMs, unit);
  const jitterMs = waitMsBefore(attempts, policy.rounds, unit);
  return Math.max(jitterMs, ("retryAfterMs" in reply ? reply.retryAfterMs : undefined) ?? 0);
}

function unknown<Why>({ doubts, why }: Rounds<Why>, words: string): Ending<Why> {
  return { kind: "unknown", words, doubts, why };
}
