/** What an outcome exits with, and what is kept of a failure. */

import { expect, test } from "vitest";
import { Failure, type FailureCode } from "../../../src/core/failure.ts";
import { exitOfOutcome, type Outcome, reportFailure } from "../../../src/core/results/promote.ts";

test.each<[Outcome, FailureCode | undefined, number]>([
  ["landed", undefined, 0],
  ["unchanged", undefined, 0],
  ["superseded", undefined, 0],
  ["would-land", undefined, 0],
  ["failed", undefined, 1],
  ["failed", "remote-denied", 1],
  ["failed", "config", 2],
  ["failed", "throttled", 6],
  ["held", undefined, 4],
  ["refused", undefined, 4],
  ["refused", "config", 4],
  ["unknown", undefined, 5],
  ["unknown", "throttled", 5],
])("%s, because of %s, exits with %i", (outcome, code, status) => {
  const failure = code && new Failure(code, "Cannot.", "Try.");
  expect(exitOfOutcome(outcome, failure)).toBe(status);
});

test("a failure is told with its place, where it has one", () => {
  const told = { code: "config", message: "Cannot.", hint: "Try." } as const;
  const { code, message, hint } = told;
  expect(reportFailure(new Failure(code, message, hint))).toStrictEqual(told);
  const place = { file: "landfall.yaml", line: 3 };
  expect(reportFailure(new Failure(code, message, hint, { place }))).toEqual({ ...told, place });
});
