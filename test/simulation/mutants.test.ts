/** The checker is worth what it has been seen to catch: each break turns a named law red. */

import { expect, test } from "vitest";
import { faultsOf } from "../../src/simulation/faults.ts";
import { type RaceOptions, race } from "../../src/simulation/race.ts";
import { mutants } from "./mutants.ts";
import { mutantsBeside } from "./mutants-beside.ts";
import { mutantsOfEnvironments } from "./mutants-environments.ts";
import { mutantsTogether } from "./mutants-together.ts";

/** How many seeds a mutant may survive. */
const seedsMax = 1_000;

const all = { ...mutants, ...mutantsBeside, ...mutantsOfEnvironments, ...mutantsTogether };

test.each(Object.entries(all))("a loop that %s breaks its law", async (name, mutant) => {
  const { law, shape, crew, faults, ...cast } = mutant;
  const laws = new Set<string>();
  let failing: RaceOptions | undefined;
  for (let seed = 1; seed <= seedsMax && failing === undefined; seed += 1) {
    const options = { ...cast, deployers: 4, seed, shape, faults: faultsOf(faults) };
    const { violations } = await race({ ...options, crew });
    for (const violation of violations) laws.add(violation.law);
    if (violations.some((violation) => violation.law === law)) failing = options;
  }
  expect(failing, `${name}: ${law} stayed green, red were: ${[...laws]}`).toBeDefined();
  const { violations } = await race(failing!);
  expect(violations, "the real loop keeps all laws in the same race").toEqual([]);
});

test("every law has been seen red", () => {
  const laws = Object.values(all).map(({ law }) => law);
  const known = [
    "I1",
    "I2",
    "I3",
    "I4",
    "I5",
    "I6",
    "I7",
    "I8",
    "I9",
    "apart",
    "exit",
    "frozen",
    "gated",
    "held",
    "reverted",
    "truth",
  ];
  expect([...new Set(laws)].sort()).toEqual(known);
});
