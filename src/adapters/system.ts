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

/** Chance that nobody needs to guess or repeat: it spreads retries, it guards nothing. */
export const systemRandom: Random = { unit: () => Math.random() };
