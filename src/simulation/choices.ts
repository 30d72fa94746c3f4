/**
 * Who decides what happens next: a seed for one run among many, or an enumerator for all of them.
 */

import { type FaultKind, type Faults, numberedKinds } from "./faults.ts";
import { seeded } from "./random.ts";

/** Every choice of a run comes from here, and from nowhere else. */
export interface Choices {
  /** A whole number from 0 up to, and without, `count`. */
  choose(count: number): number;
  /** Whether a fault strikes at this step. */
  strikes(kind: FaultKind): boolean;
  /** How long something takes, in whole milliseconds between the bounds. */
  lasts(minMs: number, maxMs: number): number;
  /** A number in [0, 1) for those who ask for chance themselves. */
  unit(): number;
  /** What was injected so far, by kind. */
  readonly injected: Map<FaultKind, number>;
}

/** A fate that a seed owns. Each fault has numbers of its own, so that none shifts another's. */
export function seededChoices(seed: number, faults: Faults): Choices {
  const chance = seeded(seed);
  const strikes = new Map(numberedKinds.map((kind, at) => [kind, seeded(seed * 64 + at)]));
  const injected = new Map<FaultKind, number>();
  return {
    injected,
    choose: (count) => chance.index(count),
    strikes(kind) {
      const probability = faults[kind];
      if (probability === undefined || !strikes.get(kind)!.happens(probability)) return false;
      injected.set(kind, (injected.get(kind) ?? 0) + 1);
      return true;
    },
    lasts: (minMs, maxMs) => minMs + chance.index(maxMs - minMs + 1),
    unit: () => chance.unit(),
  };
}

/** What an enumerated run may meet: these faults, and at most so many of them. */
export interface Budget {
  readonly kinds: readonly FaultKind[];
  readonly strikesMax: number;
}

/** A fate that takes each choice in turn, run after run, until it has taken all. */
export interface EnumeratedChoices extends Choices {
  /** Whether all choices of the runs before are repeated, so that what comes now is new. */
  isFresh(): boolean;
  /** How many faults may still strike. */
  left(): number;
}

/**
 * Yields one fate a run, depth first: each repeats the choices of the one before up to the last
 * that has an alternative, and takes that. It ends when there is none.
 */
export function* allFates(budget: Budget): Generator<EnumeratedChoices, void, void> {
  /** The path: what was taken, of how many. */
  const path: { taken: number; of: number }[] = [];
  do {
    yield fateOn(path, budget);
    while (path.length > 0 && path.at(-1)!.taken + 1 >= path.at(-1)!.of) path.pop();
    if (path.length > 0) path.at(-1)!.taken += 1;
  } while (path.length > 0);
}

function fateOn(path: { taken: number; of: number }[], budget: Budget): EnumeratedChoices {
  const injected = new Map<FaultKind, number>();
  let at = 0;
  let strikes = 0;
  const choose = (of: number): number => {
    if (of <= 1) return 0;
    if (at === path.length) path.push({ taken: 0, of });
    const choice = path[at]!;
    if (choice.of !== of) throw new Error("The run is not the same as before: it is not a replay");
    at += 1;
    return choice.taken;
  };
  return {
    injected,
    choose,
    strikes(kind) {
      if (strikes >= budget.strikesMax || !budget.kinds.includes(kind)) return false;
      if (choose(2) === 0) return false;
      strikes += 1;
      injected.set(kind, (injected.get(kind) ?? 0) + 1);
      return true;
    },
    lasts: (minMs) => minMs,
    unit: () => 0,
    isFresh: () => at >= path.length,
    left: () => budget.strikesMax - strikes,
  };
}
