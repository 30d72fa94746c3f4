/** Seeded races of the real use case against a model world that fails at every step. */

import { expect, test } from "vitest";
import { uncoloured } from "../../src/report/style.ts";
import { raceText } from "../../src/report/text/race.ts";
import { faultKinds, faultsOf, harmless, parseFaults } from "../../src/simulation/faults.ts";
import { type RaceOptions, race, runRace } from "../../src/simulation/race.ts";
import { alone, shapes } from "../../src/simulation/scenario.ts";
import { shrink } from "../../src/simulation/shrink.ts";
import { raceOfSeed } from "../../src/simulation/soak.ts";
import { allOr, inTurn, numbered } from "../support/all-or-some.ts";
import { lawfulRace } from "../support/lawful.ts";
import { mutants } from "./mutants.ts";

const all = faultsOf(faultKinds);

test("no law is broken by any seed, every fault has struck, and every outcome was said", async () => {
  const struck = new Set<string>();
  const said = new Set<string>();
  // SEED=17 runs that one.
  const only = process.env.SEED;
  const count = allOr(500, 150);
  const seeds = only === undefined ? Array.from({ length: count }, (_, at) => at) : [Number(only)];
  for (const seed of seeds) {
    const { injected, runs } = await lawfulRace(raceOfSeed(seed, all));
    for (const kind of Object.keys(injected)) struck.add(kind);
    for (const { outcome } of runs) said.add(outcome);
  }
  if (only !== undefined) return;
  expect([...struck].sort()).toEqual([...faultKinds].sort());
  expect([...said].sort()).toEqual(
    ["crashed", "failed", "held", "landed", "refused", "superseded", "unchanged", "unknown"].sort(),
  );
});

test.each(numbered(shapes.map((shape) => [shape] as const)))(
  "24 deployers of %s all come out well, whatever is late, lost or doubled",
  async (shape, row) => {
    const faults = faultsOf([...harmless]);
    for (const seed of inTurn([1, 2], row)) {
      const race = { deployers: 24, seed, shape, faults, timeoutMs: 300_000 };
      const { runs } = await lawfulRace(race);
      const ends = new Set(runs.map(({ outcome }) => outcome));
      expect([...ends].sort().join(" ")).toMatch(/^(crashed )?landed( superseded)?( unchanged)?$/);
    }
  },
);

test.each(["same", "fleet"] as const)(
  "64 deployers of %s all land or are overtaken",
  async (shape) => {
    const options = { deployers: 64, seed: 1, shape, faults: {}, timeoutMs: 300_000 };
    const { runs } = await lawfulRace(options);
    const odd = runs.filter(({ outcome }) => outcome !== "landed" && outcome !== "superseded");
    // The last one is run again when all is quiet, and finds nothing to do.
    expect(odd.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["d64-repeat unchanged"]);
  },
);

test("64 deployers of fleet that land together take few moves, and all of them land", async () => {
  const options: RaceOptions = { deployers: 64, seed: 1, shape: "fleet", faults: {} };
  const { rounds, runs, replay } = await lawfulRace({
    ...options,
    together: true,
    timeoutMs: 300_000,
  });
  expect(runs.filter(({ outcome }) => outcome === "landed")).toHaveLength(64);
  expect(rounds.length).toBeLessThan(24);
  expect(replay).toContain("--together");
});

test("people who push among 12 deployers get all their commits in, and so do the deployers", async () => {
  const company = { ...alone, foreign: 12 };
  const options: RaceOptions = { deployers: 12, seed: 3, shape: "overlay", faults: {}, company };
  const { rounds, runs, replay } = await lawfulRace({ ...options, timeoutMs: 300_000 });
  const people = rounds.filter(({ winner }) => winner.startsWith("people-"));
  expect(new Set(people.map(({ winner }) => winner)).size).toBe(12);
  expect(runs.filter(({ outcome }) => outcome === "landed")).toHaveLength(12);
  expect(replay).toContain("--deployers 12 --foreign 12 --seed 3");
});

test("deployers, syncs, rollbacks and people race together, step by step the same again", async () => {
  const company = { syncs: 2, rollbacks: 2, foreign: 3 };
  const options: RaceOptions = { deployers: 6, seed: 4, shape: "overlay", faults: all, company };
  const { replay, runs } = await lawfulRace(options);
  expect(replay).toContain("--deployers 6 --syncs 2 --rollbacks 2 --foreign 3 --seed 4");
  expect(new Set(runs.map(({ command }) => command)).size).toBe(3);
  expect(await race(options)).toEqual(await race(options));
});

test("the same seed is the same race, step by step", async () => {
  const options: RaceOptions = { deployers: 16, seed: 7, shape: "same", faults: all };
  const [first, second] = [await runRace(options), await runRace(options)];
  expect(second.trace).toEqual(first.trace);
  expect(second.result).toEqual(first.result);
  const other = await runRace({ ...options, seed: 8 });
  expect(other.result.schedule).not.toBe(first.result.schedule);
});

test("a failing race is shrunk to one that fails alike, and says how to run it again", async () => {
  const { crew } = mutants["takes silence for success"]!;
  const faults = faultsOf(["lose-request", "delay", "foreign", "lock", "stale"]);
  const options: RaceOptions = { deployers: 9, shape: "fleet", faults, crew, seed: 0 };
  let seed = 1;
  while ((await race({ ...options, seed })).violations.length === 0) seed += 1;
  const smallest = await shrink({ ...options, seed });
  expect(smallest.violations[0]?.law).toBe("I1");
  expect(smallest.deployers).toBeLessThan(9);
  expect(smallest.faults).toBe("lose-request");
  const text = raceText(smallest, uncoloured);
  expect(text).toContain(`landfall race --deployers ${smallest.deployers} --seed ${seed}`);
  const again = { ...options, seed, deployers: smallest.deployers };
  const replayed = await race({ ...again, faults: parseFaults(smallest.faults) });
  expect(replayed).toEqual(smallest);
});
