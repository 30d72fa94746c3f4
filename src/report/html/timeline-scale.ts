/** The two scales of a timeline: time from left to right in UTC, and lag upwards by logarithm. */

/** A line of the grid: its value in milliseconds, and what is written at it. */
export interface Tick {
  readonly ms: number;
  readonly label: string;
}

/** From one time or span to a later or longer one, in milliseconds. */
export type Range = readonly [from: number, to: number];

const hour = 3_600_000;
const day = 24 * hour;
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const tickMax = 10;

/** Steps that divide a day, or are days: ticks are at whole multiples since the epoch. */
const evenSteps = [1, 3, 6, 12, 24, 48, 96, 168, 336].map((hours) => hours * hour);
/** Steps of whole months, for spans too long for days. */
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000];

/** Returns at most ten times to draw lines at, written as dates, or as hours of short spans. */
export function timeTicks([from, to]: Range): readonly Tick[] {
  // Of more than two days the hours are not of interest.
  const isLong = to - from > 2 * day;
  const step = evenSteps.find((size) => (to - from) / size <= tickMax && (size >= day || !isLong));
  if (step === undefined) return monthTicks([from, to]);
  const first = Math.ceil(from / step) * step;
  const count = Math.floor((to - first) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => {
    const ms = first + at * step;
    return { ms, label: ms % day === 0 ? dateLabel(ms) : timeLabel(ms) };
  });
}

function monthTicks([from, to]: Range): readonly Tick[] {
  const [first, last] = [monthOf(from) + 1, monthOf(to)];
  const step = monthSteps.find((size) => (last - first) / size < tickMax) ?? 12_000;
  const start = Math.ceil(first / step) * step;
  const count = Math.floor((last - start) / step) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => {
    const ms = Date.UTC(1900, start + at * step);
    const date = new Date(ms);
    const name = months[date.getUTCMonth()];
    return { ms, label: step >= 12 ? yearOf(date) : `${name} ${yearOf(date)}` };
  });
}

/** Months since 1900. */
function monthOf(ms: number): number {
  const date = new Date(ms);
  return (date.getUTCFullYear() - 1900) * 12 + date.getUTCMonth();
}

function yearOf(date: Date): string {
  return String(date.getUTCFullYear());
}

function dateLabel(ms: number): string {
  const date = new Date(ms);
  const year = date.getUTCMonth() === 0 && date.getUTCDate() <= 14 ? ` ${yearOf(date)}` : "";
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}${year}`;
}

function timeLabel(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}

const lagTicksAll: readonly Tick[] = [
  { ms: 1_000, label: "1 s" },
  { ms: 10_000, label: "10 s" },
  { ms: 60_000, label: "1 min" },
  { ms: 600_000, label: "10 min" },
  { ms: hour, label: "1 h" },
  { ms: 6 * hour, label: "6 h" },
  { ms: day, label: "1 d" },
  { ms: 7 * day, label: "7 d" },
  { ms: 30 * day, label: "30 d" },
  { ms: 365 * day, label: "1 y" },
  { ms: 3_650 * day, label: "10 y" },
];

/** Returns the spans to draw lines at so that all lags lie between the first and the last. */
export function lagTicks([shortest, longest]: Range): readonly Tick[] {
  const above = lagTicksAll.findIndex(({ ms }) => ms >= longest);
  const end = above < 0 ? lagTicksAll.length - 1 : Math.max(1, above);
  const below = lagTicksAll.findLastIndex(({ ms }) => ms <= shortest);
  return lagTicksAll.slice(Math.max(0, Math.min(below, end - 1)), end + 1);
}

/** Returns where a value lies between the ends of a range, from 0 to 1; outside it, at an end. */
export function share(value: number, [from, to]: Range): number {
  if (!(to > from)) return 0.5;
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** Returns where a span lies between two others by logarithm, from 0 to 1. */
export function logShare(ms: number, [from, to]: Range): number {
  const log = (span: number) => Math.log(Math.max(1, span));
  return share(log(ms), [log(from), log(to)]);
}
