/** Looks at one thing until it is right, has stayed wrong, or time is up. */

import {
  isOfTheWorld,
  type Observation,
  sightOf,
  unobserved,
} from "../../core/cluster/observation.ts";
import { mayPass } from "../../core/failure.ts";
import type { StepName, StepVerdict, VerifyStep } from "../../core/results/verify.ts";
import type { Clock, Progress, Random } from "../../ports.ts";

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
   * How long a failure must last, in milliseconds. Not once: what was broken before is often still
   * said to be so for a moment after the remedy has arrived.
   */
  readonly standMs: number;
}

/** One thing to watch. */
export interface Watched {
  readonly name: StepName;
  readonly target: string;
  /**
   * Takes a look. A Failure that may pass is looked past; any other ends the watch, and one of the
   * settings ends all.
   */
  readonly look: () => Promise<StepVerdict>;
  /** The most looks; undefined means until time is up. */
  readonly looksMax?: number | undefined;
}

/** How to watch, and when to stop. */
export interface Watching {
  readonly policy: WatchPolicy;
  readonly deadlineMs: number;
  /** Whether something else has failed, so that this need not be waited for. */
  readonly isPointless: () => boolean;
}

/**
 * Watches until it can be said how the step ended. Takes at least one look.
 *
 * @throws Failure `config` or `usage` of a look, and `interrupted`.
 */
export async function watch(
  watched: Watched,
  ports: WatchPorts,
  { policy, deadlineMs, isPointless }: Watching,
): Promise<VerifyStep> {
  const { name, target, looksMax } = watched;
  const { clock, random, progress } = ports;
  const startedMs = clock.nowMs();
  const conclude = (seen: Observation): VerifyStep => {
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
    if (looks === looksMax) return conclude(seen.state === "waiting" ? givenUp(seen) : seen);

    const jitterMs = policy.leastMs + (policy.mostMs - policy.leastMs) * random.unit();
    const waitMs = Math.max(Math.floor(jitterMs), leastWaitMs);
    if (clock.nowMs() + waitMs > deadlineMs) return conclude(seen);
    if (seen.detail !== told) progress.step(`${name} ${target}: ${seen.detail}`);
    told = seen.detail;
    await clock.sleepMs(waitMs);
  }
}

function givenUp(seen: Observation): Observation {
  const hint = "It may come right later: ask again more often, or for longer.";
  return { ...seen, state: "failed", hint };
}

/** What one look came to. */
interface WatchRound {
  readonly seen: Observation;
  readonly isFinal: boolean;
  /** How long the server asked us to wait, in milliseconds. */
  readonly leastWaitMs: number;
}

async function lookOnce({ look }: Watched): Promise<WatchRound> {
  try {
    const seen = sightOf(await look());
    return { seen, isFinal: seen.state === "done", leastWaitMs: 0 };
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    const { retryAfterMs: leastWaitMs = 0 } = error;
    return { seen: unobserved(error), isFinal: !mayPass(error), leastWaitMs };
  }
}
