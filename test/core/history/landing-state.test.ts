/** What production holds after some deploys, told with revisions by their places. */

import { describe, expect, test } from "vitest";
import type { DeployStep, PinStep } from "../../../src/core/history/deploys.ts";
import { LandingState } from "../../../src/core/history/landing-state.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";

// Places: 0 to 3 are one line, the newest first; 4 is another line on top of 3; 5 is below both.
const parents: readonly (readonly number[])[] = [[1], [2], [3], [5], [3], []];
const idOf = (place: number) => String(place).repeat(40);
const graph = new SourceGraph(
  [0, 1, 2, 4, 3, 5].map((digit) => {
    const above = parents[digit]!.map(idOf);
    return { id: idOf(digit), parents: above, atMs: 0, author: "ana", message: "" };
  }),
);
const placeOf = (digit: number) => graph.find(idOf(digit))!;

/** A pin that moves between revisions, `web 3 1`; `x` is a tag that names none, `-` nothing. */
function pin(text: string, more: Partial<PinStep> = {}): PinStep {
  const [name = "", from = "", to = ""] = text.split(" ");
  const textOf = (held: string) => (held === "-" ? undefined : held);
  const revisionOf = (held: string) => (/\d/.test(held) ? placeOf(Number(held)) : undefined);
  return {
    ...{ file: `${name}.yaml`, site: { image: "acme/web", line: 1, key: "1" }, keyBefore: "1" },
    ...{ from: textOf(from), to: textOf(to) },
    ...{ fromRevision: revisionOf(from), toRevision: revisionOf(to), ...more },
  };
}

/** Applies deploys, numbered from 0; each is a list of pins that it moved. */
class Told {
  readonly state = new LandingState(graph);
  readonly landed: boolean[] = [];

  constructor(...deploys: readonly (readonly (string | PinStep)[])[]) {
    for (const moves of deploys) {
      const pins = moves.map((move) => (typeof move === "string" ? pin(move) : move));
      const commit = { id: "", parents: [], atMs: 0, author: "ana", message: "" };
      const step: DeployStep = { commit, kind: "deploy", revision: undefined, pins };
      this.landed.push(this.state.apply(step, this.landed.length));
    }
  }

  /** The digits of the revisions that are in. */
  get isIn(): string {
    return [0, 1, 2, 3, 4, 5].filter((digit) => this.state.isIn(placeOf(digit))).join("");
  }

  landedBy(digit: number) {
    return this.state.landedBy(placeOf(digit));
  }

  takenOutBy(digit: number) {
    return this.state.takenOutBy(placeOf(digit));
  }
}

test("a deploy lands a revision and all below it, the first one that brings it", () => {
  const told = new Told(["web - 3"], ["web 3 1"], ["api - 2"]);
  expect(told.isIn).toBe("1235");
  expect(told.landed).toEqual([true, true, false]);
  expect([0, 1, 2, 3, 4, 5].map((digit) => told.landedBy(digit))).toEqual([
    ...[undefined, 1, 1, 0, undefined, 0],
  ]);
});

test("going back takes out what is above, and nothing below", () => {
  const told = new Told(["web - 0"], ["web 0 2"]);
  expect(told.isIn).toBe("235");
  expect([0, 1, 2, 4].map((digit) => told.takenOutBy(digit))).toEqual([
    ...[1, 1, undefined, undefined],
  ]);
});

test("what went out and comes again has landed first when it did, and went out last", () => {
  const told = new Told(["web - 1"], ["web 1 3"], ["web 3 1"], ["web 1 2"]);
  expect(told.landed).toEqual([true, false, true, false]);
  expect([told.landedBy(1), told.takenOutBy(1), told.takenOutBy(2)]).toEqual([0, 3, 1]);
  expect(told.isIn).toBe("235");
});

test("another line takes the place of the first, down to where they meet", () => {
  const told = new Told(["web - 1"], ["web 1 4"]);
  expect(told.isIn).toBe("345");
  expect([1, 2, 3].map((digit) => told.takenOutBy(digit))).toEqual([1, 1, undefined]);
});

describe("of two pins", () => {
  test("one keeps in what the other leaves, until it goes back too", () => {
    const deploys = [["web - 1", "api - 1"], ["web 1 3"]];
    expect(new Told(...deploys).isIn).toBe("1235");
    expect(new Told(...deploys, ["api 1 2"]).isIn).toBe("235");
    expect(new Told(...deploys, ["api 1 2"]).takenOutBy(1)).toBe(2);
  });

  test("both may go back at once, or one of them alone", () => {
    expect(new Told(["web - 0", "api - 1"], ["web 0 3", "api 1 3"]).isIn).toBe("35");
    expect(new Told(["web - 0", "api - 1"], ["web 0 2", "api 1 1"]).isIn).toBe("1235");
    expect(new Told(["web - 1", "api - 0"], ["web 1 1", "api 0 2"]).isIn).toBe("1235");
  });

  test("of one file, each has its own", () => {
    const second = { site: { image: "acme/web", line: 2, key: "2" }, keyBefore: "2" };
    const told = new Told(["web - 0", pin("web - 3", second)], [pin("web 3 5", second)]);
    expect(told.isIn).toBe("01235");
  });

  test("each may take the other's name", () => {
    const [one, two] = ["1", "2"].map((key) => ({ image: "acme/web", line: 1, key }));
    const first = [pin("web - 0", { site: one! }), pin("web - 3", { site: two!, keyBefore: "2" })];
    const crossed = [
      pin("web 0 0", { site: two!, keyBefore: "1" }),
      pin("web 3 3", { site: one!, keyBefore: "2" }),
    ];
    expect(new Told(first, crossed).isIn).toBe("01235");
    const back = pin("web 0 3", { site: two!, keyBefore: "2" });
    expect(new Told(first, crossed, [back]).isIn).toBe("35");
  });
});

test("a pin that goes away leaves what it held in, until another one goes back", () => {
  const deploys = [["web - 1", "api - 3"], ["web 1 -"]];
  expect(new Told(...deploys).isIn).toBe("1235");
  expect(new Told(...deploys, ["api 3 5"]).isIn).toBe("5");
  expect(new Told(...deploys, ["web - 3"], ["web 3 3"]).isIn).toBe("1235");
});

test("a tag that names no revision hides what is there, and brings nothing", () => {
  expect(new Told(["web - 1"], ["web 1 x"], ["web x y"]).isIn).toBe("1235");
  expect(new Told(["web - 1"], ["web 1 x"], ["web x 3"]).isIn).toBe("35");
  expect(new Told(["web - x"], ["web x 3"]).isIn).toBe("35");
  expect(new Told(["web - x"]).landed).toEqual([false]);
});
