/** The real clock and the real dice. The only file that asks the operating system for either. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Random } from "../ports.ts";

/** Wall-clock time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleepMs: async (duration) => {
    await sleep(duration);
  },
};

/** Wall-clock time in which a sleep ends early once we are told to stop. */
export function clockUnder(signal: AbortSignal): Clock {
  return {
    nowMs: systemClock.nowMs,
    sleepMs: (duration) => sleep(duration, undefined, { signal }).catch(() => {}),
  };
}

/** Chance that nobody needs to guess or repeat: it spreads retries, it guards nothing. */
export const systemRandom: Random = { unit: () => Math.random() };
