/** What going back comes to for one image, for every way in which its pins may stand. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import type { PinFact, Relation } from "../../../src/core/landing/decide.ts";
import { type BackDecision, decideBack } from "../../../src/core/landing/decide-back.ts";

const revision = "a".repeat(40) as Revision;
const relations: Readonly<Record<Relation["kind"], Relation>> = {
  equal: { kind: "equal" },
  newer: { kind: "newer", revision },
  older: { kind: "older", revision },
  foreign: { kind: "foreign" },
  diverged: { kind: "diverged", revision, lost: [] },
};

/** Facts of pins that are told apart by their line alone. */
function factsOf(...some: readonly Relation["kind"][]): readonly PinFact[] {
  return some.map((kind, line) => ({ pin: { line } as PinFact["pin"], relation: relations[kind] }));
}

type Row = readonly [
  pins: readonly Relation["kind"][],
  past: "deployed" | "never",
  out: number,
  kind: BackDecision["kind"],
];

const table: readonly Row[] = [
  [["equal"], "deployed", 0, "unchanged"],
  [["equal"], "never", 1, "unchanged"],
  [["newer"], "deployed", 1, "move"],
  [["newer"], "never", 1, "move"],
  [["older"], "deployed", 1, "move"],
  [["older"], "deployed", 0, "forward"],
  [["older"], "never", 0, "forward"],
  [["older"], "never", 1, "forward"],
  [["foreign"], "deployed", 0, "move"],
  [["foreign"], "never", 0, "never-deployed"],
  [["diverged"], "deployed", 1, "move"],
  [["diverged"], "never", 1, "never-deployed"],
  [["newer", "older"], "never", 1, "move"],
  [["equal", "older"], "deployed", 0, "forward"],
  [["equal", "older"], "deployed", 1, "move"],
  [["equal", "diverged"], "never", 1, "move"],
  [["diverged", "older"], "never", 1, "forward"],
];

test.each(table)("%j, %s, %i out: %s", (pins, past, out, kind) => {
  const facts = { pins: factsOf(...pins), wasDeployed: past === "deployed" };
  expect(decideBack({ ...facts, out: Array(out).fill(revision) }).kind).toBe(kind);
});

describe("a move", () => {
  test("is of every pin that does not hold it yet, and names those taken over", () => {
    const pins = factsOf("newer", "equal", "foreign", "older", "diverged");
    const decision = decideBack({ pins, wasDeployed: true, out: [revision] });
    expect(decision).toMatchObject({
      pins: [{ line: 0 }, { line: 2 }, { line: 3 }, { line: 4 }],
      adopted: [{ line: 2 }],
    });
  });
});
