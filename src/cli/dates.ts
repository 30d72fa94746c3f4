/** Moments as people write them on the command line. */

import { usageError } from "../settings/process.ts";

/**
 * Reads a date with or without a time, as milliseconds since the epoch. Without a zone a time would
 * mean another one on every machine; a date alone is UTC.
 *
 * @param more What else the flag takes, as the beginning of the remedy.
 * @throws Failure `usage` when it is none.
 */
export function parseDate(text: string, flag: string, more = ""): number {
  const isDate = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(
    text,
  );
  const ms = isDate ? Date.parse(text.replace(" ", "T")) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw usageError(
    `Cannot read the date "${text}" of ${flag}`,
    `Write ${more}2026-03-29 or 2026-03-29T06:00:00Z, with its zone.`,
  );
}
