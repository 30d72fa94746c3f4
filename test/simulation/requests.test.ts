/** Races through requests on a forge: people merge, squash, edit and close, and the laws hold. */

import { expect, test } from "vitest";
import { uncoloured } from "../../src/report/style.ts";
import { raceText } from "../../src/report/text/race.ts";
import {
  faultsOf,
  numberedKinds,
  parseFaults,
  printFaults,
  requestFaultKinds,
} from "../../src/simulation/faults.ts";
import { type RaceOptions, race } from "../../src/simulation/race.ts";
import { raceOfSeed } from "../../src/simulation/soak.ts";
import type { propose } from "../../src/usecases/landing/propose.ts";
import { promote } from "../../src/usecases/promote/promote.ts";
import type { Mutant } from "./mutants.ts";

const all = faultsOf(numberedKinds);

async function lawful(options: RaceOptions) {
  const result = await race({ ...options, land: "pull-request" });
  if (result.violations.length > 0) expect.fail(raceText(result, uncoloured));
  return result;
}

test("no law is broken by any seed, and people did all that people do", async () => {
  const struck = new Set<string>();
  const said = new Set<string>();
  for (let seed = 0; seed < 60; seed += 1) {
    const { injected, runs } = await lawful(raceOfSeed(seed, all));
    for (const kind of Object.keys(injected)) struck.add(kind);
    for (const { outcome } of runs) said.add(outcome);
  }
  expect(requestFaultKinds.filter((kind) => !struck.has(kind))).toEqual([]);
  expect([...said]).toEqual(
    expect.arrayContaining(["landed", "proposed", "refused", "superseded"]),
  );
});

test.each([
  [414, "opened by a run that had looked before it was merged"],
  [517, "merged with a commit of people while our run slept"],
  [1286, "opened by others, and edited by people, since our run looked"],
  [1332, "opened again with a commit that was merged before"],
])("seed %i breaks no law: a request is %s", async (seed) => {
  expect((await lawful(raceOfSeed(seed, all))).violations).toEqual([]);
});

test("8 at once come out right: the newest lands, and the others are superseded", async () => {
  const options = { deployers: 8, seed: 7, shape: "same", faults: {}, timeoutMs: 300_000 } as const;
  const { runs, rounds, replay } = await lawful(options);
  const ends = runs.map(({ outcome }) => outcome);
  expect(ends.filter((end) => end !== "superseded" && end !== "unchanged")).toEqual(["landed"]);
  expect(rounds.every(({ winner }) => winner === "forge")).toBe(true);
  expect(replay).toContain("--land pull-request --seed 7");
});

test("faults of requests are parsed and printed like all others", () => {
  expect(printFaults(parseFaults("all"))).toBe("all");
  expect(printFaults(parseFaults("stale,hollow"))).toBe("stale,hollow");
  expect(() => parseFaults("hollow,quux")).toThrow("quux");
});

/** Lies to the real use case about the forge, or about what stands there. */
type Lie = (
  ports: Parameters<Mutant["crew"]["promote"] & object>[1],
  request: Parameters<Mutant["crew"]["promote"] & object>[0],
) => Partial<NonNullable<Parameters<typeof propose>[1]["proposals"]>>;

const breaks: Readonly<Record<string, readonly [law: string, lie: Lie, timeoutMs?: number]>> = {
  "believes the forge that it was merged, and reads no pins": [
    "I1",
    ({ proposals }) => ({
      landedAs: async (tip) => ((await proposals!.latest())?.state === "merged" ? tip : undefined),
    }),
  ],
  "leaves a request of an older revision open": [
    "request",
    // Takes whatever is proposed for its own.
    ({ proposals }, { deploy }) => ({
      head: async () => {
        const head = await proposals!.head();
        return head?.record && { ...head, record: { ...head.record, deploy } };
      },
    }),
    // Less than people take to merge it.
    2_000,
  ],
  "overwrites what people put there": [
    "request",
    ({ proposals }) => ({
      head: async () => {
        const head = await proposals!.head();
        const record = { deploy: "nobody", outcome: "landed" } as const;
        return head && { ...head, record: head.record ?? record };
      },
    }),
  ],
};

test.each(Object.entries(breaks))(
  "a run that %s breaks its law",
  async (_, [law, lie, timeoutMs]) => {
    const laws = new Set<string>();
    for (let seed = 1; seed <= 150 && !laws.has(law); seed += 1) {
      const crew: Mutant["crew"] = {
        promote: (request, ports, { policy }) => {
          const { proposals } = ports;
          const lies = lie(ports, request);
          const told = new Proxy(proposals!, {
            get: (real, key) => Reflect.get(lies, key) ?? bound(real, key),
          });
          return promote(request, { ...ports, proposals: told }, policy);
        },
      };
      const faults = faultsOf([...requestFaultKinds, "delay", "hold", "revert"]);
      const given = timeoutMs === undefined ? { faults } : { faults: {}, timeoutMs };
      const options = {
        deployers: 4,
        seed,
        shape: "same",
        land: "pull-request",
        ...given,
      } as const;
      for (const violation of (await race({ ...options, crew })).violations)
        laws.add(violation.law);
    }
    expect([...laws]).toContain(law);
  },
);

function bound(real: object, key: string | symbol): unknown {
  const value = Reflect.get(real, key);
  return typeof value === "function" ? value.bind(real) : value;
}
