/** Wall-clock limits by real timers: a peer that hangs or drips knows no other clock. */

import { onAbort } from "../abort.ts";

/** A limit that has begun. `end` must be called, or its timer keeps the process alive. */
interface Limit {
  readonly signal: AbortSignal;
  end(): void;
}

/** Limits that all abort together with one outer signal. */
export interface Limits {
  /** Starts a limit that aborts after `limitMs` milliseconds. */
  start(limitMs: number): Limit;
  /** Resolves when the outer signal aborts; without one, never. */
  readonly outerEnd: Promise<void>;
}

const known = new WeakMap<AbortSignal, Limits>();

/** Returns limits that all abort together with `outer`: the same ones for every caller. */
export function limitsUnder(outer: AbortSignal | undefined): Limits {
  const limits = (outer && known.get(outer)) ?? newLimits(outer);
  if (outer !== undefined) known.set(outer, limits);
  return limits;
}

function newLimits(outer: AbortSignal | undefined): Limits {
  const running = new Set<AbortController>();
  const outerEnd = new Promise<void>((resolve) => {
    onAbort(outer, () => {
      for (const controller of running) controller.abort(outer?.reason);
      resolve();
    });
  });
  return {
    outerEnd,
    start(limitMs) {
      const controller = new AbortController();
      const late = new Error(`no full answer within ${Math.round(limitMs)} ms`);
      const timer = setTimeout(() => controller.abort(late), limitMs);
      running.add(controller);
      if (outer?.aborted) controller.abort(outer.reason);
      return {
        signal: controller.signal,
        end() {
          clearTimeout(timer);
          running.delete(controller);
        },
      };
    },
  };
}
