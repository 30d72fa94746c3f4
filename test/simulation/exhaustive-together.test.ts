/** Every order of the steps of 2 and 3 deployers that land together. */

import { expect, test } from "vitest";
import type { ExploreOptions } from "../../src/simulation/explore.ts";
import type { FaultKind } from "../../src/simulation/faults.ts";
import { shapes } from "../../src/simulation/scenario.ts";
import { lawfulOrders } from "../support/lawful.ts";

/** Thousands of states, on a machine that may be busy. */
const patienceMs = 120_000;

const noFaults: ExploreOptions["budget"] = { kinds: [], strikesMax: 0 };
const lawful = (options: Omit<ExploreOptions, "together">) =>
  lawfulOrders({ ...options, together: true });

test.each(shapes)("2 deployers of shape %s keep all laws in every order", async (shape) => {
  const { states } = await lawful({ deployers: 2, shape, budget: noFaults });
  expect(states).toBeGreaterThan(50);
});

test.each(process.env.REQUIRE_ALL === "1" ? (["fleet", "same"] as const) : (["fleet"] as const))(
  "3 deployers of shape %s keep all laws in every order",
  async (shape) => {
    const { states, endings } = await lawful({ deployers: 3, shape, budget: noFaults });
    expect(states).toBeGreaterThan(6_000);
    for (const ending of endings) expect(ending).toMatch(/d3 landed$/);
  },
  patienceMs,
);

const transport: readonly FaultKind[] = [
  ...(["lose-request", "lose-reply", "late", "twice", "lock", "stale", "crash", "stall"] as const),
  ...(["unreachable", "throttle", "refuse", "closed", "forge"] as const),
];

test(
  "2 deployers keep all laws in every order with one fault at any step",
  async () => {
    const budget = { kinds: transport, strikesMax: 1 };
    const { states } = await lawful({ deployers: 2, shape: "fleet", budget });
    expect(states).toBeGreaterThan(3_000);
  },
  patienceMs,
);
