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
 * The longest wait after losing a race, in rounds. The same however often one lost: a bound that
 * grows leaves the branch idle at the end, when few are left and all of them wait long. With less
 * than 2, 64 deployers lose more rounds than this machine has time for (bench/results.md).
 */
const roundsMax = 2;

/**
 * Returns the wait after losing a race, in milliseconds, with full jitter. It is measured in
 * rounds, for a round is the time in which two deployers get in each other's way: so it fits a slow
 * line as well as a fast one. Of those that race one always lands, so nobody has to go for long.
 *
 * @param roundMs How long the lost round took, in milliseconds.
 * @param unit A random number in [0, 1).
 */
export function waitMsAfterLosing(roundMs: number, unit: number): number {
  return Math.floor(roundsMax * roundMs * unit);
}
