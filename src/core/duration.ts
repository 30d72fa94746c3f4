/** Spans of time as people write them. */

import { Failure } from "./failure.ts";

const unitMs = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

type Unit = keyof typeof unitMs;

// Six digits of weeks are the most that adds up exactly in a number of milliseconds.
/** What a duration looks like. */
export const durationPattern = /^(?:\d{1,6}(?:ms|[smhdw]))+$/;
/** How to write a duration, as a remedy. */
export const durationHint = "Write a number and a unit: 90s, 5m, 6h, 30d.";

/**
 * Reads `90s`, `5m`, `1h30m` or `30d` as milliseconds.
 *
 * @throws Failure `usage` for any other text.
 */
export function parseDuration(text: string): number {
  if (!durationPattern.test(text)) {
    throw new Failure("usage", `Cannot read the duration "${text}"`, durationHint);
  }
  const parts = [...text.matchAll(/(\d+)(ms|[smhdw])/g)];
  const msOf = ([, count, unit]: RegExpExecArray) => Number(count) * unitMs[unit as Unit];
  return parts.reduce((sum, part) => sum + msOf(part), 0);
}
