/** How the reports write times, spans and counts, and where a timeline puts them. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  lagTicks,
  logShare,
  type Range,
  share,
  timeTicks,
} from "../../../src/report/html/timeline-scale.ts";
import {
  counted,
  printCount,
  printSpan,
  printTime,
  timeTag,
} from "../../../src/report/html/words.ts";

const day = 86_400_000;

test.each([
  [0, "0 s"],
  [499, "0 s"],
  [500, "1 s"],
  [59_999, "1 min"],
  [224_000, "3 min 44 s"],
  [3_600_000, "1 h"],
  [5_430_000, "1 h 30 min"],
  [2 * day + 4 * 3_600_000 + 59_000, "2 d 4 h"],
  [1_234 * day, "1,234 d"],
  [-12_000, "−12 s"],
])("a span of %d ms is written %j", (ms, written) => {
  expect(printSpan(ms)).toBe(written);
});

test.each([
  [0, "1970-01-01T00:00:00Z"],
  [Date.UTC(2026, 2, 29, 14, 3, 59, 999), "2026-03-29T14:03:59Z"],
  [8.64e15, "9999-12-31T23:59:59Z"],
  [Number.MAX_VALUE, "9999-12-31T23:59:59Z"],
  [-8.64e15, "1970-01-01T00:00:00Z"],
  [Number.NaN, "1970-01-01T00:00:00Z"],
])("the time %d is written %j, whatever a commit claims", (ms, written) => {
  expect(printTime(ms)).toBe(written);
});

test("a time shows its minute, and holds its second", () => {
  expect(String(timeTag(Date.UTC(2026, 0, 2, 3, 4, 5)))).toBe(
    '<time datetime="2026-01-02 03:04:05Z">2026-01-02 03:04</time>',
  );
});

test("counts have their thousands apart, and their noun in its number", () => {
  expect([printCount(9), printCount(10_000)]).toEqual(["9", "10,000"]);
  expect([counted(1, "gap"), counted(0, "gap"), counted(2, "entry", "entries")]).toEqual([
    ...["1 gap", "0 gaps", "2 entries"],
  ]);
});

describe("the scale of a timeline", () => {
  test.each<[string, Range, string[]]>([
    [
      "hours",
      [Date.UTC(2026, 0, 31, 21), Date.UTC(2026, 1, 1, 2)],
      ["21:00", "22:00", "23:00", "1 Feb", "01:00", "02:00"],
    ],
    [
      "days",
      [Date.UTC(2025, 11, 30), Date.UTC(2026, 0, 3)],
      ["30 Dec", "31 Dec", "1 Jan 2026", "2 Jan 2026", "3 Jan 2026"],
    ],
    [
      "months",
      [Date.UTC(2025, 10, 5), Date.UTC(2026, 3, 20)],
      ["Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"],
    ],
    ["years", [Date.UTC(2005, 1, 1), Date.UTC(2026, 0, 1)], ["2010", "2015", "2020", "2025"]],
  ])("is written in %s", (_, range, labels) => {
    expect(timeTicks(range).map(({ label }) => label)).toEqual(labels);
  });

  test("has at most eleven lines, all within the time, in order", () => {
    const anyTime = fc.integer({ min: Date.UTC(1970, 0), max: Date.UTC(2500, 0) });
    fc.assert(
      fc.property(anyTime, anyTime, (one, other) => {
        const range: Range = [Math.min(one, other), Math.max(one, other)];
        const ticks = timeTicks(range).map(({ ms }) => ms);
        expect(ticks.length).toBeLessThanOrEqual(11);
        expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
        expect(ticks.every((ms) => ms >= range[0] && ms <= range[1])).toBe(true);
      }),
    );
  });

  test("of lags holds all of them between its ends", () => {
    const anyLag = fc.integer({ min: 1_000, max: 3_000 * day });
    fc.assert(
      fc.property(anyLag, anyLag, (one, other) => {
        const range: Range = [Math.min(one, other), Math.max(one, other)];
        const ticks = lagTicks(range).map(({ ms }) => ms);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks[0]).toBeLessThanOrEqual(range[0]);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(range[1]);
      }),
    );
  });

  test.each([
    ["a time before the first", share(-5, [0, 10]), 0],
    ["a time after the last", share(15, [0, 10]), 1],
    ["a time without a span", share(5, [5, 5]), 0.5],
    ["a span in the middle of its powers", logShare(100, [10, 1_000]), 0.5],
    ["a span below nothing", logShare(-7, [1, 1_000]), 0],
  ])("puts %s where it can be drawn", (_, at, expected) => {
    expect(at).toBeCloseTo(expected, 9);
  });
});
