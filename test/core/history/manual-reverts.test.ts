/** What people moved away by hand, told from the deploys of a branch. */

import { describe, expect, test } from "vitest";
import type { DeployStep, PinStep } from "../../../src/core/history/deploys.ts";
import { MovedAway } from "../../../src/core/history/manual-reverts.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";

/** Five revisions in one line: place 0 is the newest. */
const ids = ["5", "4", "3", "2", "1"].map((digit) => digit.repeat(40));
const graph = new SourceGraph(
  ids.map((id, at) => {
    const parents = ids.slice(at + 1, at + 2);
    return { id, parents, atMs: 0, author: "ana", message: "work" };
  }),
);

let count = 0;
type Move = readonly [from: number | undefined, to: number | undefined];
/** A step that moves one pin, `key` at a line, between revisions. No revision: another tag. */
function step(kind: DeployStep["kind"], [from, to]: Move, more: Partial<PinStep> = {}): DeployStep {
  count += 1;
  const id = String(count).padStart(40, "0");
  const commit = { id, parents: [], atMs: 0, author: "ana", message: "" };
  const text = (place: number | undefined) => (place === undefined ? "hotfix" : `tag-${place}`);
  const site = { image: "acme/web", line: 3, key: "web 1" };
  const pin = { file: "k8s/web.yaml", site, keyBefore: site.key, from: text(from), to: text(to) };
  const pins = [{ ...pin, fromRevision: from, toRevision: to, ...more }];
  return { commit, kind, revision: to, pins };
}

function by(steps: readonly DeployStep[], revision: number, line = 3): string | undefined {
  return new MovedAway(graph, steps).by(
    { file: "k8s/web.yaml", line, image: "acme/web" },
    revision,
  );
}

describe("a revision that was moved away", () => {
  const back = step("by-hand", [1, 3]);
  const moved = [step("deploy", [4, 1]), back];

  test("is known, with those that it has inside and that the pin no longer has", () => {
    expect(by(moved, 1)).toBe(back.commit.id);
    expect(by(moved, 2)).toBe(back.commit.id);
  });

  test("does not stand for a newer one, which never landed", () => {
    expect(by(moved, 0)).toBeUndefined();
  });

  test("is not moved away from another place, or of another image", () => {
    expect(by(moved, 1, 4)).toBeUndefined();
    const pin = { file: "k8s/web.yaml", line: 3, image: "acme/api" };
    expect(new MovedAway(graph, moved).by(pin, 1)).toBeUndefined();
  });

  test.each<[string, readonly DeployStep[], boolean]>([
    ["further back", [step("by-hand", [3, 4])], true],
    ["to a tag of no revision, and from there", [step("by-hand", [3, undefined])], true],
    ["forth again by hand", [step("by-hand", [3, 1])], false],
    ["forth again by a deploy", [step("deploy", [3, 1])], false],
    ["to something newer by a deploy, as a repair would", [step("recovery", [3, 0])], false],
    ["back by a rollback, which has its hold", [step("rollback", [3, 4])], false],
  ])("is remembered or not when the pin goes %s", (_, after, isKnown) => {
    expect(by([...moved, ...after], 1) !== undefined).toBe(isKnown);
  });

  test("is remembered where the pin stands on another line now", () => {
    const site = { image: "acme/web", line: 9, key: "web 2" };
    const shifted = step("by-hand", [3, 3], { site, keyBefore: "web 1" });
    expect(by([...moved, shifted], 1, 9)).toBe(back.commit.id);
    expect(by([...moved, shifted], 1, 3)).toBeUndefined();
  });

  test("is not moved away from the same line of another file", () => {
    const pin = { file: "k8s/api.yaml", line: 3, image: "acme/web" };
    expect(new MovedAway(graph, moved).by(pin, 1)).toBeUndefined();
  });

  test("is remembered where a tool's commit only pushed the pin down", () => {
    const site = { image: "acme/web", line: 9, key: "web 1" };
    expect(by([...moved, step("deploy", [3, 3], { site })], 1, 9)).toBe(back.commit.id);
  });

  test("is told by the last who moved it away", () => {
    const again = [step("by-hand", [3, 1]), step("by-hand", [1, 4])];
    expect(by([...moved, ...again], 1)).toBe(again[1]!.commit.id);
    expect(by([...moved, step("by-hand", [3, 4])], 3)).not.toBe(back.commit.id);
  });

  test("is forgotten when the pin goes away", () => {
    expect(by([...moved, step("by-hand", [3, 3], { to: undefined })], 1)).toBeUndefined();
  });

  test("is remembered when neighbours take each other's names at once", () => {
    const first = { image: "acme/web", line: 3, key: "web 1" };
    const second = { image: "acme/web", line: 8, key: "web 2" };
    const swap = step("by-hand", [3, 3]);
    const [pin] = swap.pins;
    const pins = [
      { ...pin!, site: second, keyBefore: "web 1" },
      { ...pin!, site: first, keyBefore: "web 2" },
    ];
    expect(by([...moved, { ...swap, pins }], 1, 8)).toBe(back.commit.id);
    expect(by([...moved, { ...swap, pins }], 1, 3)).toBeUndefined();
  });
});

test("what tools move back was not moved away by hand", () => {
  expect(by([step("deploy", [4, 1]), step("deploy", [1, 3])], 1)).toBeUndefined();
  expect(by([step("deploy", [4, 1]), step("rollback", [1, 3])], 1)).toBeUndefined();
});
