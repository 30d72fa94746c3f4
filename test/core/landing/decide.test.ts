/** What follows from how pins stand to the wanted revision, in every order of the questions. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import {
  decide,
  type ImageDecision,
  type PinFact,
  type Relation,
  type Verdict,
  verdictOf,
} from "../../../src/core/landing/decide.ts";
import type { Hold } from "../../../src/core/landing/hold.ts";

const revision = "a".repeat(40) as Revision;
const relations: Readonly<Record<Relation["kind"], Relation>> = {
  equal: { kind: "equal" },
  newer: { kind: "newer", revision },
  older: { kind: "older", revision },
  foreign: { kind: "foreign" },
  diverged: { kind: "diverged", revision, lost: [] },
};
const kinds = Object.keys(relations) as Relation["kind"][];

/** Facts of pins that are told apart by their line alone. */
function factsOf(...some: readonly Relation["kind"][]): readonly PinFact[] {
  return some.map((kind, line) => ({ pin: { line } as PinFact["pin"], relation: relations[kind] }));
}

const hold = { through: revision, reason: "slow" } as Hold;
const free = { heldBy: undefined, divergence: "refuse" } as const;

describe("one pin", () => {
  const table: readonly [Relation["kind"], "free" | "held" | "allowed", ImageDecision["kind"]][] = [
    ["equal", "free", "unchanged"],
    ["equal", "held", "unchanged"],
    ["equal", "allowed", "unchanged"],
    ["newer", "free", "superseded"],
    ["newer", "held", "superseded"],
    ["newer", "allowed", "superseded"],
    ["older", "free", "move"],
    ["older", "held", "held"],
    ["older", "allowed", "move"],
    ["foreign", "free", "move"],
    ["foreign", "held", "held"],
    ["foreign", "allowed", "move"],
    ["diverged", "free", "diverged"],
    ["diverged", "held", "held"],
    ["diverged", "allowed", "move"],
  ];

  test.each(table)("that is %s, %s, is %s", (kind, how, expected) => {
    const heldBy = how === "held" ? hold : undefined;
    const divergence = how === "allowed" ? "allow" : "refuse";
    expect(decide({ pins: factsOf(kind), heldBy, divergence }).kind).toBe(expected);
  });

  test("the table has every relation with every circumstance", () => {
    expect(new Set(table.map(([kind, how]) => `${kind} ${how}`)).size).toBe(kinds.length * 3);
  });
});

describe("two pins of one image", () => {
  const pairs = kinds.flatMap((a) => kinds.map((b) => [a, b] as const));

  test.each(pairs)("%s and %s: the first question that one answers decides for both", (a, b) => {
    const decision = decide({ ...free, pins: factsOf(a, b) });
    const has = (kind: string) => a === kind || b === kind;
    const expected = has("newer")
      ? "superseded"
      : has("diverged")
        ? "diverged"
        : a === "equal" && b === "equal"
          ? "unchanged"
          : "move";
    expect(decision.kind).toBe(expected);
  });

  test.each(pairs)("%s and %s: the order of the pins does not matter", (a, b) => {
    const there = decide({ ...free, pins: factsOf(a, b) });
    const back = decide({ ...free, pins: factsOf(b, a) });
    expect(back.kind).toBe(there.kind);
  });

  test("a move leaves pins alone that are there already, and names those it adopts", () => {
    const pins = factsOf("equal", "older", "foreign");
    expect(decide({ ...free, pins })).toEqual({
      kind: "move",
      pins: [pins[1]!.pin, pins[2]!.pin],
      adopted: [pins[2]!.pin],
    });
  });

  test("a decision says by what: the newer revision, the hold, the diverged pin", () => {
    const pins = factsOf("older", "diverged");
    expect(decide({ ...free, pins: factsOf("newer") })).toMatchObject({ by: revision });
    expect(decide({ ...free, heldBy: hold, pins })).toEqual({ kind: "held", hold });
    expect(decide({ ...free, pins })).toMatchObject({ from: revision, pin: { line: 1 } });
  });
});

describe("verdictOf", () => {
  const order: readonly Verdict[] = ["held", "diverged", "move", "superseded", "unchanged"];
  const pairs = order.flatMap((a, at) => order.slice(at).map((b) => [a, b] as const));

  test.each(pairs)("of images that are %s and %s is the first", (a, b) => {
    const [one, two] = [{ kind: a }, { kind: b }] as ImageDecision[];
    expect(verdictOf([one!, two!])).toBe(a);
    expect(verdictOf([two!, one!])).toBe(a);
  });

  test("of no image is unchanged", () => {
    expect(verdictOf([])).toBe("unchanged");
  });
});
