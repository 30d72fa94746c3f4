/** Freezes that the settings order → those that are in force at a moment. */

import { Cron } from "croner";
import { type Freeze, printTime, type Scope } from "../core/landing/hold.ts";
import type { FreezeWindow } from "./config-schema.ts";

/** Returns the freezes of a scope at a moment, each with its end. */
export function freezesAt(
  windows: readonly FreezeWindow[],
  scope: Scope,
  nowMs: number,
): readonly Freeze[] {
  return windows.flatMap((window) => {
    const span = spanAt(window, nowMs);
    if (span === undefined || nowMs < span.fromMs || nowMs >= span.toMs) return [];
    const words = { reason: window.reason, by: "landfall.yaml" };
    return [{ ...scope, ...words, at: printTime(span.fromMs), until: printTime(span.toMs) }];
  });
}

function spanAt(window: FreezeWindow, nowMs: number) {
  if ("fromMs" in window) return window;
  const { cron, lasts, timezone } = window;
  if (cron === undefined || lasts === undefined) return undefined;
  // The first beginning whose end is still to come. Croner knows when clocks are put forward.
  const schedule = new Cron(cron, { timezone: timezone ?? "UTC", paused: true });
  const begins = schedule.nextRun(new Date(nowMs - lasts));
  return begins === null ? undefined : { fromMs: begins.getTime(), toMs: begins.getTime() + lasts };
}
