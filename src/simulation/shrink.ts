/** Makes a failing race smaller, while it still fails. */

import type { RaceResult } from "../core/results/race.ts";
import { faultKinds } from "./faults.ts";
import { type RaceOptions, race } from "./race.ts";
import { alone } from "./scenario.ts";

/** Returns the smallest race found that still breaks the same law, beginning with one that does. */
export async function shrink(failing: RaceOptions): Promise<RaceResult> {
  let options = failing;
  let result = await race(options);
  const law = result.violations[0]?.law;
  if (law === undefined) return result;
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const candidate of smallerThan(options)) {
      const tried = await race(candidate);
      if (!tried.violations.some((violation) => violation.law === law)) continue;
      options = candidate;
      result = tried;
      smaller = true;
      break;
    }
  }
  return result;
}

/** Yields races with fewer deployers, with less company, and with one fault less. */
function* smallerThan(options: RaceOptions): Generator<RaceOptions, void, void> {
  for (let deployers = 1; deployers < options.deployers; deployers += 1) {
    yield { ...options, deployers };
  }
  const { company = alone } = options;
  for (const [who, count] of Object.entries(company)) {
    if (count > 0) yield { ...options, company: { ...company, [who]: count - 1 } };
  }
  for (const kind of faultKinds) {
    if (options.faults[kind] === undefined) continue;
    const { [kind]: _, ...faults } = options.faults;
    yield { ...options, faults };
  }
}
