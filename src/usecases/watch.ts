/** Looks at one thing until it has come right, has stayed wrong, or the time is over. */

import { Failure, type FailureCode } from "../core/failure.ts";
import type { StepName, StepVerdict, VerifyStep } from "../core/verify-result.ts";
import type { Clock, Progress, Random } from "../ports.ts";

/** What waiting needs of the world. */
export interface WatchPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}

/** How often something is looked at, and how soon it counts as failed. */
export interface WatchPolicy {
  /** Bounds of the wait between two looks, in milliseconds; anything between, by chance. */
  readonly leastMs: number;
  readonly mostMs: number;
  /**
   * How long a failure must stand, in milliseconds. Not once: what was broken before is often still
   * said to be so for a moment after the remedy has arrived.
   */
  readonly standMs: number;
}

/** One thing to watch. */
export interface Watched {
  readonly name: StepName;
  readonly target: string;
  /** Takes a look. A Failure that may pass is looked past; any other ends the watch. */
  readonly look: () => Promise<StepVerdict>;
  /** How many looks at most; undefined means until the time is over. */
  readonly looksMax?: number | undefined;
}

/** How to watch, and when to stop. */
export interface Watching {
  readonly policy: WatchPolicy;
  readonly deadlineMs: number;
  /** Whether something else has failed, so that this need not be waited for. */
  readonly isPointless: () => boolean;
}

/** Failures that a later look may not meet. */
const passing: ReadonlySet<FailureCode> = new Set([
  "cluster-unreachable",
  "registry-unreachable",
  "remote-unreachable",
  "throttled",
]);

type Seen = Pick<VerifyStep, "state" | "detail" | "hint">;

/** Watches until it can be said how the step ended. Takes at least one look. */
export async function watch(
  watched: Watched,
  ports: WatchPorts,
  { policy, deadlineMs, isPointless }: Watching,
): Promise<VerifyStep> {
  const { name, target, looksMax } = watched;
  const { clock, random, progress } = ports;
  const startedMs = clock.nowMs();
  const conclude = (seen: Seen): VerifyStep => {
    return { name, target, ...seen, waitedMs: clock.nowMs() - startedMs };
  };
  let failedSinceMs: number | undefined;
  let told = "";
  for (let looks = 1; ; looks += 1) {
    const { seen, isFinal, leastWaitMs } = await lookOnce(watched);
    if (seen.state !== "failed") failedSinceMs = undefined;
    else failedSinceMs ??= clock.nowMs();
    const hasStood = failedSinceMs !== undefined && clock.nowMs() - failedSinceMs >= policy.standMs;
    if (isFinal || hasStood || isPointless()) return conclude(seen);
    if (looks === looksMax) return conclude({ ...seen, state: "failed", hint: seen.hint ?? later });

    const jitterMs = policy.leastMs + (policy.mostMs - policy.leastMs) * random.unit();
    const waitMs = Math.max(Math.floor(jitterMs), leastWaitMs);
    if (clock.nowMs() + waitMs > deadlineMs) return conclude(seen);
    if (seen.detail !== told) progress.step(`${name} ${target}: ${seen.detail}`);
    told = seen.detail;
    await clock.sleepMs(waitMs);
  }
}

const later = "It may come right later: ask again more often, or for longer.";

/** What one look came to. */
interface Look {
  readonly seen: Seen;
  readonly isFinal: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly leastWaitMs: number;
}

async function lookOnce({ look }: Watched): Promise<Look> {
  try {
    const verdict = await look();
    const { kind, detail } = verdict;
    const hint = kind === "failed" ? verdict.hint : undefined;
    return { seen: { state: kind, detail, hint }, isFinal: kind === "done", leastWaitMs: 0 };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { message: detail, hint, retryAfterMs: leastWaitMs = 0 } = error;
    const mayPass = passing.has(error.code);
    const state = mayPass ? "unreadable" : "failed";
    return { seen: { state, detail, hint }, isFinal: !mayPass, leastWaitMs };
  }
}
