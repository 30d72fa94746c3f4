/** Races and explorations that fail with what shows how a law was broken. */

import { expect } from "vitest";
import type { RaceResult } from "../../src/core/results/race.ts";
import { uncoloured } from "../../src/report/style.ts";
import { raceText } from "../../src/report/text/race.ts";
import { type Exploration, type ExploreOptions, explore } from "../../src/simulation/explore.ts";
import { type RaceOptions, race } from "../../src/simulation/race.ts";
import { shrink } from "../../src/simulation/shrink.ts";

/** Runs a race and fails with the smallest race like it, and how to see that again. */
export async function lawfulRace(options: RaceOptions): Promise<RaceResult> {
  const result = await race(options);
  if (result.violations.length > 0) {
    expect.fail(`\n${raceText(await shrink(options), uncoloured)}`);
  }
  return result;
}

/** Explores all, and fails with the steps of the first run that broke a law. */
export async function lawfulOrders(options: ExploreOptions): Promise<Exploration> {
  const found = await explore(options);
  if (found.broken !== undefined) {
    const { violations, trace } = found.broken;
    expect.fail(`${JSON.stringify(violations)}\n${trace.join("\n")}`);
  }
  return found;
}
