/** Many races, one seed after the other, and what they came to together. */

import type { RaceResult } from "../core/results/race.ts";
import type { Faults } from "./faults.ts";
import { type RaceOptions, race } from "./race.ts";
import { alone, type Companions, shapes } from "./scenario.ts";
import { shrink } from "./shrink.ts";

/** Which seeds to run, and with which faults. */
export interface SoakOptions {
  readonly from: number;
  readonly seeds: number;
  readonly faults: Faults;
  /** Whether all happens in two environments. */
  readonly environments?: boolean | undefined;
  /** How changes reach the branch. */
  readonly land?: RaceOptions["land"];
  /** Told of every race that broke a law, as small as it could be made. */
  readonly onFailure?: (smallest: RaceResult) => void;
}

/** What many races came to. */
export interface SoakResult {
  readonly races: number;
  readonly runs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often each fault struck. */
  readonly injected: Readonly<Record<string, number>>;
  readonly failures: number;
}

/** How many deployers a seed has: mostly few, where every order is likely, and sometimes more. */
const sizes = [2, 3, 4, 2, 3, 5, 2, 4, 3, 8];

/** Who comes along: often nobody, and sometimes all kinds at once. */
const companies: readonly Companions[] = [
  ...[alone, alone, { ...alone, syncs: 1 }, { ...alone, rollbacks: 1 }],
  ...[
    { ...alone, foreign: 2 },
    { ...alone, syncs: 2 },
    { syncs: 1, rollbacks: 1, foreign: 1 },
  ],
];

/** Returns the race of a seed. */
export function raceOfSeed(seed: number, faults: Faults): RaceOptions {
  const deployers = sizes[seed % sizes.length]!;
  const company = companies[seed % companies.length]!;
  // Two seeds of each kind in turn, so that every size and company is met both ways.
  const together = seed % 4 > 1;
  return { deployers, company, seed, shape: shapes[seed % shapes.length]!, faults, together };
}

/** Runs the races of so many seeds. */
export async function soak({ from, seeds, onFailure, ...how }: SoakOptions): Promise<SoakResult> {
  const outcomes: Record<string, number> = {};
  const injected: Record<string, number> = {};
  let runs = 0;
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const options = {
      ...raceOfSeed(seed, how.faults),
      environments: how.environments,
      land: how.land,
    };
    const result = await race(options);
    runs += result.runs.length;
    for (const { outcome } of result.runs) add(outcomes, outcome, 1);
    for (const [kind, count] of Object.entries(result.injected)) add(injected, kind, count);
    if (result.violations.length === 0) continue;
    failures += 1;
    onFailure?.(await shrink(options));
  }
  return { races: seeds, runs, outcomes, injected, failures };
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
