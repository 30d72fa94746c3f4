/** Two histories as one: what is read answers, and what it does not have is looked for. */

import { expect, test } from "vitest";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { knownHistory } from "../../../src/usecases/landing/known-history.ts";
import { historyOf } from "../../support/source-history.ts";

const idOf = (digit: string) => digit.repeat(40) as Revision;
const [first, second, later] = [idOf("1"), idOf("2"), idOf("3")];
const commit = (id: string, ...parents: readonly string[]) => {
  return { id, parents, atMs: 0, author: "ana", message: "work" };
};
const graph = new SourceGraph([commit(second, first), commit(first)]);

/** Compares what it is handed: the second commit changed `app` alone. */
const log = {
  changes: async (
    commits: readonly { id: string; parents: readonly string[] }[],
    paths: readonly string[],
  ) => {
    const [{ id = "", parents = [] } = {}] = commits;
    const isChanged = id === second && parents[0] === first && paths.includes("app");
    return new Map(isChanged ? [[id, []]] : []);
  },
};

/** Knows one commit more, as a clone does that fetches. */
function beyond() {
  const asked: string[] = [];
  const history = historyOf({
    async resolve(idOrPrefix) {
      asked.push(idOrPrefix);
      return [first, second, later].find((id) => id.startsWith(idOrPrefix));
    },
    async isAncestor(ancestor, descendant) {
      asked.push(`${ancestor.slice(0, 7)}..${descendant.slice(0, 7)}`);
      return descendant === later;
    },
  });
  return { history, asked };
}

test("what is read is answered without a question", async () => {
  const { history, asked } = beyond();
  const both = knownHistory(graph, log, history);
  expect(await both.resolve("2222222")).toBe(second);
  expect(await both.isAncestor(first, second)).toBe(true);
  expect(await both.isAncestor(second, first)).toBe(false);
  expect(await both.isAncestor(later, second)).toBe(false);
  expect(asked).toEqual([]);
});

test("what is newer is asked for beyond", async () => {
  const { history, asked } = beyond();
  const both = knownHistory(graph, log, history);
  expect(await both.resolve("3333333")).toBe(later);
  expect(await both.isAncestor(second, later)).toBe(true);
  expect(asked).toEqual(["3333333", "2222222..3333333"]);
});

test("what changed between two that are read is compared there", async () => {
  const { history } = beyond();
  const both = knownHistory(graph, log, { ...history, changed: async () => true });
  expect(await both.changed(first, second, ["app"])).toBe(true);
  expect(await both.changed(first, second, ["docs"])).toBe(false);
  expect(await both.changed(second, later, ["docs"])).toBe(true);
});
