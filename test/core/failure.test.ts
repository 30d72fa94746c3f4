/** What was thrown: a failure of the world, or a bug of ours. */

import { expect, test } from "vitest";
import { asFailure, Failure } from "../../src/core/failure.ts";

test("a failure is an answer", () => {
  const failure = new Failure("throttled", "Cannot: busy", "Later.");
  expect(asFailure(failure)).toBe(failure);
});

test.each([new TypeError("a bug"), "a text", undefined])("a bug passes through: %s", (bug) => {
  const answer = () => asFailure(bug);
  let thrown: unknown = "nothing";
  try {
    answer();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBe(bug);
});
