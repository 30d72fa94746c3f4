/** Seeded races in two environments of one branch: all that holds in one holds in each. */

import { expect, test } from "vitest";
import { faultKinds, faultsOf } from "../../src/simulation/faults.ts";
import { type RaceOptions, race } from "../../src/simulation/race.ts";
import { alone } from "../../src/simulation/scenario.ts";
import { raceOfSeed } from "../../src/simulation/soak.ts";
import { lawfulRace } from "../support/lawful.ts";

const all = faultsOf(faultKinds);

test("no seed breaks a law in either, and gates, holds and freezes have each said no", async () => {
  const said = new Set<string>();
  // SEED=17 runs that one.
  const only = process.env.SEED;
  const count = process.env.REQUIRE_ALL === "1" ? 400 : 100;
  const seeds = only === undefined ? Array.from({ length: count }, (_, at) => at) : [Number(only)];
  for (const seed of seeds) {
    const { runs } = await lawfulRace({ ...raceOfSeed(seed, all), environments: true });
    for (const { command, outcome, code } of runs) {
      said.add(`${command} ${outcome}`).add(`${command} ${outcome}: ${code}`);
    }
  }
  if (only !== undefined) return;
  const commands = ["promote", "rollback", "release", "freeze", "thaw", "sync"];
  const landed = commands.map((command) => `${command} landed`);
  const stopped = ["promote superseded", "promote held: held", "promote refused: gated"];
  expect([...said]).toEqual(expect.arrayContaining([...landed, ...stopped]));
}, 240_000);

test("16 deployers of both all come out well in staging, and none in prod before that", async () => {
  const options = {
    deployers: 16,
    seed: 5,
    shape: "same",
    faults: {},
    environments: true,
  } as const;
  const { runs, replay } = await lawfulRace({ ...options, timeoutMs: 300_000 });
  const inStaging = runs.filter(({ name }) => name.endsWith("-staging") && name.startsWith("d"));
  expect(inStaging.every(({ outcome }) => /landed|superseded/.test(outcome))).toBe(true);
  expect(runs.some(({ name, outcome }) => /^d\d+-prod$/.test(name) && outcome === "landed")).toBe(
    true,
  );
  expect(replay).toContain("--environments");
});

test("the same seed is the same race, step by step", async () => {
  const company = { ...alone, rollbacks: 1, syncs: 1 };
  const options: RaceOptions = { deployers: 3, seed: 9, shape: "fleet", faults: all, company };
  const both = { ...options, environments: true };
  expect(await race(both)).toEqual(await race(both));
});
