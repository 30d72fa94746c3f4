/** What several results come to together. */

import { exit } from "../failure.ts";

/** From the worst: what failed for certain, what could not be known, what has to be looked at. */
const order: readonly number[] = [
  exit.failed,
  exit.usage,
  exit.unknown,
  exit.throttled,
  exit.refused,
  exit.drift,
  exit.done,
];

/** Returns the exit status of the worst of some results. */
export function worstExit(results: readonly { readonly exit: number }[]): number {
  const found = new Set(results.map((result) => result.exit));
  return order.find((status) => found.has(status)) ?? exit.done;
}
