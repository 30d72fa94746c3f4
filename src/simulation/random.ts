/** Chance that a seed owns: the same seed gives the same numbers on every machine. */

import type { Random } from "../ports.ts";

/** A source of chance with the questions that a simulation asks. */
export interface Chance extends Random {
  /** A whole number from 0 up to, and without, `count`. */
  index(count: number): number;
  /** Whether something of this probability happens. */
  happens(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<Item>(list: readonly Item[]): Item;
}

/**
 * Returns the numbers of a seed: a counter, scattered by multiplications (splitmix, in 32 bits).
 */
export function seeded(seed: number): Chance {
  let state = scatter(seed | 0);
  const unit = () => {
    state = (state + 0x9e3779b9) | 0;
    return (scatter(state) >>> 0) / 2 ** 32;
  };
  const index = (count: number) => Math.floor(unit() * count);
  return {
    unit,
    index,
    happens: (probability) => unit() < probability,
    pick: (list) => list[index(list.length)]!,
  };
}

function scatter(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
