/** Waits: full jitter within bounds that grow and end. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { waitMsAfterLosing, waitMsBefore } from "../../../src/core/landing/backoff.ts";

const backoff = { firstMs: 500, maxMs: 6_000 };
const almostOne = 1 - Number.EPSILON;

test.each([
  [1, 0, 0],
  [1, 0.5, 250],
  [1, almostOne, 499],
  [2, 0.5, 500],
  [4, 0.5, 2_000],
  [5, 0.5, 3_000],
  [50, 0.5, 3_000],
  [5_000, 0.5, 3_000],
])("before retry %i, with chance %d, %i ms", (retry, unit, expected) => {
  expect(waitMsBefore(retry, backoff, unit)).toBe(expected);
});

test("a wait is a whole number from nothing up to, and without, its bound", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), unit, (retry, chance) => {
      const waitMs = waitMsBefore(retry, backoff, chance);
      expect(Number.isSafeInteger(waitMs)).toBe(true);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThan(backoff.maxMs);
      expect(waitMs).toBeLessThanOrEqual(waitMsBefore(retry + 1, backoff, chance));
    }),
  );
});

test("the wait after losing is up to two rounds", () => {
  expect(waitMsAfterLosing(1_000, 0.5)).toBe(1_000);
  expect(waitMsAfterLosing(700, 0.25)).toBe(350);
  expect(waitMsAfterLosing(1_000, almostOne)).toBe(1_999);
  expect(waitMsAfterLosing(0, almostOne)).toBe(0);
  expect(waitMsAfterLosing(1_000, 0)).toBe(0);
});
