/** Times, spans and counts as the HTML reports print them: in UTC, and the same everywhere. */

import { type Html, html } from "./html.ts";

const units: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** Returns a span in its two largest units, whole seconds at the least: `3 min 44 s`, `2 d 4 h`. */
export function printSpan(ms: number): string {
  if (ms < 0) return `−${printSpan(-ms)}`;
  const rounded = Math.round(ms / 1_000) * 1_000;
  const first = units.findIndex(([, size]) => rounded >= size);
  if (first < 0) return "0 s";
  const [major, minor] = [units[first], units[first + 1]];
  if (major === undefined) return "0 s";
  const rest = rounded % major[1];
  const head = `${printCount(Math.floor(rounded / major[1]))} ${major[0]}`;
  if (minor === undefined || rest < minor[1]) return head;
  return `${head} ${Math.floor(rest / minor[1])} ${minor[0]}`;
}

const thousands = new Intl.NumberFormat("en");

/** Returns a number with its thousands set apart: `10,000`. */
export function printCount(count: number): string {
  return thousands.format(count);
}

/** Returns a count with its noun: `1 deploy`, `2 deploys`. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${printCount(count)} ${count === 1 ? noun : nouns}`;
}

// A commit may claim any date; git counts from 1970, and `<time>` reads years of four digits.
const latest = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Returns a time as RFC 3339 has it, in whole seconds of UTC, within the years 1970 to 9999. */
export function printTime(ms: number): string {
  const known = Number.isFinite(ms) ? Math.min(latest, Math.max(0, ms)) : 0;
  return new Date(known).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Returns a `time` element that shows UTC to the minute, and holds the seconds for machines. */
export function timeTag(ms: number): Html {
  const exact = printTime(ms).replace("T", " ");
  return html`<time datetime="${exact}">${exact.slice(0, 16)}</time>`;
}

/** Returns the first seven digits of a commit id; the whole id is its title. */
export function idTag(id: string): Html {
  return html`<code title="${id}">${id.slice(0, 7)}</code>`;
}
