/** Which dates of a history can be believed, and what stands in for those that cannot. */

import { describe, expect, test } from "vitest";
import type { LoggedCommit } from "../../../src/core/history/commits.ts";
import { believed } from "../../../src/core/history/dates.ts";

const dayMs = 86_400_000;
const nowMs = 1000 * dayMs;

/** Commits with their days, oldest first: each on the one before, unless parents are named. */
function told(days: readonly (number | readonly number[])[]) {
  const commits = days.map((given, at): LoggedCommit => {
    const [day = 0, ...named] = [given].flat();
    const parents = named.length > 0 ? named : at === 0 ? [] : [at - 1];
    const atMs = day * dayMs;
    return { id: `${at}`, parents: parents.map(String), atMs, author: "ana", message: "" };
  });
  const dated = believed([...commits].reverse(), { nowMs, aheadMs: 0.5 * dayMs });
  return [...dated].reverse().map(({ atMs, isDated }) => {
    return isDated === false ? `${atMs / dayMs}?` : String(atMs / dayMs);
  });
}

describe("dates are taken", () => {
  test.each<[string, Parameters<typeof told>[0], readonly string[]]>([
    ["as they are", [1, 2, 3], ["1", "2", "3"]],
    ["as they are where a child is a little earlier", [2, 1.5, 3], ["2", "1.5", "3"]],
    ["from the next commit, of one in the future", [1, 5000, 3], ["1", "3", "3"]],
    ["from the next good one, of several", [1, 5000, 6000, 3], ["1", "3", "3", "3"]],
    ["from the next commit, of one from 1970", [700, 0, 800], ["700", "800", "800"]],
    ["from now, of a tip in the future", [1, 5000], ["1", "1000?"]],
    ["from now, of a tip from 1970", [700, 0], ["700", "1000?"]],
    ["from now, of the first commit alone", [5000], ["1000?"]],
    ["from now, of what is hardly ahead", [999, 1000.25], ["999", "1000"]],
    ["of each side of a merge by itself", [1, [5000, 0], [2, 0], [3, 1, 2]], ["1", "3", "2", "3"]],
  ])("%s", (_, days, expected) => {
    expect(told(days)).toEqual(expected);
  });
});

test("what can be believed is the same object", () => {
  const commit = { id: "a", parents: [], atMs: 1, author: "ana", message: "" };
  expect(believed([commit], { nowMs: 2, aheadMs: 0 })[0]).toBe(commit);
});
