/** Who deploys what in a race of real processes: all that its seed decides. */

import { seeded } from "./random.ts";

/** One deployer. */
export interface Starter {
  readonly name: string;
  /** Id of its deploy, which its commit will carry. */
  readonly deploy: string;
  /** Which of the source's revisions, counted from 1, oldest first. */
  readonly revision: number;
  /** How long it waits after the start, in milliseconds. */
  readonly delayMs: number;
}

/** Some deploy what another deploys too, as a re-run does. */
const twinProbability = 0.2;
/** Less than a promotion takes, so that all of them overlap. */
const delayMsMax = 400;

/** Returns the deployers of a race. The same seed gives the same. */
export function lineupOf(deployers: number, seed: number): readonly Starter[] {
  const chance = seeded(seed);
  const left = Array.from({ length: deployers }, (_, at) => at + 1);
  let last = 0;
  return left.slice().map((_, at) => {
    const isTwin = last > 0 && chance.happens(twinProbability);
    if (!isTwin) last = left.splice(chance.index(left.length), 1)[0]!;
    const name = `d${at + 1}`;
    const delayMs = chance.index(delayMsMax);
    return { name, deploy: `race-${seed}-${name}`, revision: last, delayMs };
  });
}
