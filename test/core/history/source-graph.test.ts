/** A history in memory: what names a commit, its first parents, and who descends from whom. */

import { describe, expect, test } from "vitest";
import type { LoggedCommit } from "../../../src/core/history/commits.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";

const idOf = (start: string) => start.padEnd(40, "0");
const commit = (start: string, ...parents: readonly string[]): LoggedCommit => {
  return { id: idOf(start), parents: parents.map(idOf), atMs: 0, author: "ana", message: "" };
};

// `c` merges `b` into the line of `a1`; `a1` and `a2` begin with the same 7 digits.
const graph = new SourceGraph([
  ...[commit("ccccccc", "aaaaaaa1", "bbbbbbb"), commit("bbbbbbb", "aaaaaaa2")],
  ...[commit("aaaaaaa1", "aaaaaaa2"), commit("aaaaaaa2", "dddddddd")],
]);

describe("a commit is found", () => {
  test.each([
    ["by its id", idOf("bbbbbbb"), 1],
    ["by 7 digits", "bbbbbbb", 1],
    ["by more digits, where 7 name two", "aaaaaaa1", 2],
    ["and so the other", "aaaaaaa2", 3],
    ["not by digits that name two", "aaaaaaa", undefined],
    ["not by 6 digits", "bbbbbb", undefined],
    ["not by what goes on otherwise", "bbbbbbb1", undefined],
    ["not where there is none", "eeeeeee", undefined],
  ])("%s", (_, prefix, place) => {
    expect(graph.find(prefix)).toBe(place);
  });
});

test("the line goes back along first parents, as far as the history goes", () => {
  expect(graph.line()).toEqual([0, 2, 3]);
  expect(graph.line().map((place) => graph.revisionAt(place))).toEqual(
    ["ccccccc", "aaaaaaa1", "aaaaaaa2"].map(idOf),
  );
});

test("a history without commits has no line, and finds nothing", () => {
  const empty = new SourceGraph([]);
  expect(empty.line()).toEqual([]);
  expect(empty.find("aaaaaaa")).toBeUndefined();
});

test.each([
  [0, 0, true],
  [3, 0, true],
  [1, 0, true],
  [0, 3, false],
  [1, 2, false],
  [2, 1, false],
])("%i is an ancestor of %i: %s", (ancestor, descendant, is) => {
  expect(graph.isAncestor(ancestor, descendant)).toBe(is);
});

test("a walk enters every commit once, and goes on from those that it is told to", () => {
  const entered: number[] = [];
  graph.walk([0, 1], (place) => {
    entered.push(place);
    return place !== 2;
  });
  expect(entered.sort()).toEqual([0, 1, 2, 3]);
});
