/** What is read again and again, for those who ask in between. */

import { asFailure, type Failure } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";

/** What was read last, and why it could not be read again since, where that is so. */
export interface Kept<Found> {
  readonly found: Found;
  readonly trouble?: Failure | undefined;
}

/** How to keep something fresh. */
export interface FreshOptions {
  /** How long it stays fresh. */
  readonly everyMs: number;
  /** Its sleep ends when `signal` fires. */
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Calls `keep` with what `look` finds, again and again until told to stop. */
export async function keepFresh<Found>(
  look: () => Promise<Found>,
  keep: (change: Partial<Kept<Found>>) => void,
  { everyMs, clock, signal }: FreshOptions,
): Promise<void> {
  for (;;) {
    await clock.sleepMs(everyMs);
    if (signal.aborted) return;
    try {
      keep({ found: await look(), trouble: undefined });
    } catch (error) {
      keep({ trouble: asFailure(error) });
    }
  }
}
