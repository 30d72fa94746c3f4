/** Gates: what a revision must have behind it, and what is said when it has not. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { closedGate, type Gate, type GateFacts } from "../../../src/core/landing/gate.ts";
import { type Mark, markRef, outdated, readMarkRef } from "../../../src/core/landing/mark.ts";

const revision = "a".repeat(40) as Revision;
const other = "b".repeat(40) as Revision;
const mark = (kind: Mark["kind"], more: Partial<Mark> = {}): Mark => {
  return { kind, environment: "staging", revision, atSeconds: 1_000, ...more };
};
const after = { environment: "staging", verified: false, soakMs: 0 };
const prod: Gate = { environment: "prod", after, approve: false };
const nothing: GateFacts = { marks: [], runsBefore: false, nowMs: 2_000_000 };
const ask = (gate: Gate, facts: Partial<GateFacts>) =>
  closedGate(gate, revision, { ...nothing, ...facts });

describe("a gate after staging", () => {
  test.each<[string, Gate, Partial<GateFacts>, RegExp | undefined]>([
    ["is closed for what staging never had", prod, {}, /has not landed in staging/],
    ["is open for what runs there", prod, { runsBefore: true }, undefined],
    ["is open for what landed there before", prod, { marks: [mark("landed")] }, undefined],
    [
      "is closed for what landed somewhere else",
      prod,
      { marks: [mark("landed", { environment: "qa" }), mark("landed", { revision: other })] },
      /has not landed/,
    ],
    [
      "is closed for what was rolled back there since",
      prod,
      { marks: [mark("landed")], outBefore: { reason: "slow", by: "ana", at: "" } },
      /staging was rolled back from it: slow \(ana\)/,
    ],
    [
      "is closed for what was only tried there",
      prod,
      { marks: [mark("attempted")] },
      /has not landed/,
    ],
  ])("%s", (_, gate, facts, words) => {
    const closed = ask(gate, facts);
    if (words === undefined) expect(closed).toBeUndefined();
    else expect(closed?.message).toMatch(words);
  });

  const verified: Gate = { ...prod, after: { ...after, verified: true } };
  test("that wants it verified is closed for what only landed, and open for what was seen", () => {
    expect(ask(verified, { runsBefore: true })?.hint).toContain("landfall verify --env staging");
    expect(ask(verified, { marks: [mark("landed")] })?.message).toContain("runs in staging");
    expect(ask(verified, {})?.message).toContain("has not landed");
    expect(ask(verified, { marks: [mark("verified")] })).toBeUndefined();
  });

  test("that wants it verified is closed for what was seen in part only", () => {
    const marks = [mark("verified")];
    expect(ask(verified, { marks, runsInPart: true })?.message).toContain("has not landed");
    const whole = [...marks, mark("landed")];
    expect(ask(verified, { marks: whole, runsInPart: true })).toBeUndefined();
  });

  test("that wants it to soak counts from when it was first there", () => {
    const soaking: Gate = { ...prod, after: { ...after, soakMs: 600_000 } };
    const marks = [mark("landed", { atSeconds: 1_500 }), mark("landed", { atSeconds: 1_000 })];
    expect(ask(soaking, { marks, nowMs: 1_599_999 })?.hint).toContain("1970-01-01T00:26:40Z");
    expect(ask(soaking, { marks, nowMs: 1_600_000 })).toBeUndefined();
    // It runs there, and nothing says since when.
    expect(ask(soaking, { runsBefore: true })?.message).toContain("since when");
  });
});

test("a gate with approval opens for the revision that was approved there, and no other", () => {
  const gate: Gate = { environment: "prod", approve: true };
  const approved = mark("approved", { environment: "prod" });
  expect(ask(gate, {})?.hint).toContain(`landfall approve --env prod --revision ${revision}`);
  expect(ask(gate, { marks: [mark("approved")] })).toBeDefined();
  expect(ask(gate, { marks: [{ ...approved, revision: other }] })).toBeDefined();
  expect(ask(gate, { marks: [approved] })).toBeUndefined();
});

describe("a mark's ref", () => {
  test("is read back", () => {
    expect(readMarkRef(markRef(mark("approved")))).toEqual(mark("approved"));
  });

  test.each([
    "refs/heads/main",
    `refs/landfall/marks/blessed/prod/${revision}/1`,
    "refs/landfall/marks/landed/prod/aaaa/1",
    `refs/landfall/marks/landed/prod/${revision}/1/2`,
    `refs/landfall/marks/landed//${revision}/1`,
    `refs/landfall/marks/landed/prod/${revision}/soon`,
    "refs/landfall/marks/",
  ])("is no other: %s", (ref) => {
    expect(readMarkRef(ref)).toBeUndefined();
  });
});

test("the oldest of 200 marks of a kind and an environment make room for a new one", () => {
  const many = Array.from({ length: 200 }, (_, at) => mark("landed", { atSeconds: at }));
  const others = [mark("verified"), mark("landed", { environment: "prod" })];
  expect(outdated([...many, ...others], mark("landed", { atSeconds: 999 }))).toEqual([many[0]]);
  expect(outdated(many.slice(1), mark("landed", { atSeconds: 999 }))).toEqual([]);
});
