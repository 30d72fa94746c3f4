/**
 * Every order of the steps of 2 and 3 deployers, and every place where one fault could strike 2.
 */

import { expect, test } from "vitest";
import { type ExploreOptions, explore } from "../../src/simulation/explore.ts";
import type { FaultKind } from "../../src/simulation/faults.ts";
import { alone, shapes } from "../../src/simulation/scenario.ts";
import { lawfulOrders } from "../support/lawful.ts";
import { mutants } from "./mutants.ts";

const noFaults: ExploreOptions["budget"] = { kinds: [], strikesMax: 0 };

/** All that is demanded, so nothing is taken for known that another run has shown. */
const forget = process.env.REQUIRE_ALL === "1";
const lawful = (options: ExploreOptions) => lawfulOrders({ forget, ...options });

test.each(shapes)("2 deployers of shape %s keep all laws in every order", async (shape) => {
  const { states } = await lawful({ deployers: 2, shape, budget: noFaults });
  expect(states).toBeGreaterThan(40);
});

test.each([
  ["same", 4],
  ["fleet", 1],
] as const)("3 deployers of shape %s keep all laws in every order", async (shape, ways) => {
  const { states, endings } = await lawful({ deployers: 3, shape, budget: noFaults });
  expect(states).toBeGreaterThan(2_000);
  // An older revision lands before a newer one does, or is superseded by it; the newest always
  // lands.
  expect(endings.size).toBe(ways);
  for (const ending of endings) expect(ending).toMatch(/d3 landed$/);
});

const transport: readonly FaultKind[] = [
  ...(["lose-request", "lose-reply", "late", "twice", "lock", "stale", "crash", "stall"] as const),
  ...(["unreachable", "throttle", "refuse", "registry", "unbuilt", "fork"] as const),
];

test("2 deployers keep all laws in every order with one fault at any step", async () => {
  const budget = { kinds: transport, strikesMax: 1 };
  const { states } = await lawful({ deployers: 2, shape: "same", budget });
  expect(states).toBeGreaterThan(2_000);
});

test("2 deployers keep all laws in every order with any two reads stale", async () => {
  const budget = { kinds: ["stale"] as const, strikesMax: 2 };
  const { states } = await lawful({ deployers: 2, shape: "same", budget });
  expect(states).toBeGreaterThan(800);
});

test("2 deployers keep all laws in every order, whichever two runs are cut off, and where", async () => {
  const budget = { kinds: ["crash"] as const, strikesMax: 2 };
  const { states, endings } = await lawful({ deployers: 2, shape: "same", budget });
  expect(states).toBeGreaterThan(1_500);
  expect([...endings]).toContain("d1 undefined, d2 landed, d1-run2 undefined, d1-run3 superseded");
});

test("2 deployers and somebody who edits the same file keep all laws in every order", async () => {
  const company = { ...alone, foreign: 1 };
  const options: ExploreOptions = { deployers: 2, shape: "overlay", company, budget: noFaults };
  const { states, endings } = await lawful(options);
  expect(states).toBeGreaterThan(500);
  expect([...endings]).toEqual(["d1 landed, d2 landed"]);
});

test.each(["foreign", "revert", "hold", "rewind"] as const)(
  "2 deployers keep all laws in every order while people %s",
  async (kind) => {
    const budget = { kinds: [kind], strikesMax: 1 };
    const { states } = await lawful({ deployers: 2, shape: "same", budget });
    expect(states).toBeGreaterThan(200);
  },
);

test("ending at states that were met before hides no ending", async () => {
  const options: ExploreOptions = { deployers: 2, shape: "same", budget: noFaults };
  const [pruned, whole] = [await explore(options), await explore({ ...options, revisit: true })];
  expect(whole.runs).toBeGreaterThan(pruned.runs);
  expect(whole.endings).toEqual(pruned.endings);
  expect(whole.states).toBe(pruned.states);
});

/** Faults that change what an actor is answered, or when, or what it begins with. */
const answers = ["registry", "unbuilt", "stall", "throttle", "lose-reply"] as const;

test.each<[string, Pick<ExploreOptions, "deployers" | "company" | "budget">]>([
  ["2 deployers", { deployers: 2, budget: { kinds: [...answers], strikesMax: 1 } }],
  ["a sync", { deployers: 1, company: { ...alone, syncs: 1 }, budget: noFaults }],
  ["a rollback", { deployers: 1, company: { ...alone, rollbacks: 1 }, budget: noFaults }],
])("what was seen before hides nothing of %s: run again, it is the same", async (_, small) => {
  const options: ExploreOptions = { ...small, shape: "same" };
  expect(await explore({ ...options, forget: true })).toEqual(await explore(options));
});

test("exploring finds what breaks a law in a single order", async () => {
  const { crew } = mutants["decides once, before the loop, and only edits anew"]!;
  const found = await explore({ deployers: 2, shape: "same", budget: noFaults, crew });
  expect(found.broken?.violations[0]?.law).toBe("I4");
});
