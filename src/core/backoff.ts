/** How long to wait before trying again. Arithmetic only: chance is passed in. */

/** The bounds of the wait, in milliseconds. */
export interface Backoff {
  /** Upper bound of the first wait. It doubles with every further one. */
  readonly firstMs: number;
  /** Upper bound of every wait. */
  readonly maxMs: number;
}

/**
 * Returns the wait before retry number `retry`, in milliseconds, with full jitter: anything from
 * nothing to the bound, so that those who lost together do not come back together.
 *
 * @param retry Counted from 1.
 * @param unit A random number in [0, 1).
 */
export function waitMsBefore(retry: number, backoff: Backoff, unit: number): number {
  const boundMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** (retry - 1));
  return Math.floor(boundMs * unit);
}

/**
 * The longest wait after losing a race, in rounds. More left the branch idle (bench/results.md).
 */
const roundsMax = 8;

/**
 * Returns the wait after losing a race, in milliseconds, with full jitter. The bound grows with the
 * races lost, of which each shows one rival more, and with how long a round takes here, so that it
 * fits a slow line as well as a fast one: a round after four losses, eight after sixteen. With 16
 * and with 64 deployers it did better than doubling, which is late for few and crowded for many.
 *
 * @param losses Races lost so far, counted from 1.
 * @param roundMs How long the lost round took, in milliseconds.
 * @param unit A random number in [0, 1).
 */
export function waitMsAfterLosing(losses: number, roundMs: number, unit: number): number {
  return Math.floor(Math.min((losses / 4) ** 1.5, roundsMax) * roundMs * unit);
}
