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
