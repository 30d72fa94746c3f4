/** What going back comes to for one image at one tip. */

import type { Revision } from "../ids.ts";
import type { Pin } from "../pins/index.ts";
import type { PinFact } from "./decide.ts";

/** What is known of one image, and of the older revision that it is to go back to. */
export interface BackFacts {
  /** Every pin of the image, at least one, and how its revision relates to the older one. */
  readonly pins: readonly PinFact[];
  /** Whether the branch has had the older revision deployed, or one that descends from it. */
  readonly wasDeployed: boolean;
  /** The newest revisions that go out, or are out already: a hold keeps them out. */
  readonly out: readonly Revision[];
}

/** What follows for one image. `move` names every pin that is to change, and those taken over. */
export type BackDecision =
  | { readonly kind: "unchanged" }
  | { readonly kind: "move"; readonly pins: readonly Pin[]; readonly adopted: readonly Pin[] }
  /** Nothing newer than it is or was deployed: that would be going forward. */
  | { readonly kind: "forward"; readonly pin: Pin }
  /** It is not an ancestor of anything that is or was deployed. */
  | { readonly kind: "never-deployed"; readonly pin: Pin };

/** Decides about one image: facts in, decision out. */
export function decideBack({ pins, wasDeployed, out }: BackFacts): BackDecision {
  const rest = pins.filter(({ relation }) => relation.kind !== "equal");
  const [first] = rest;
  if (first === undefined) return { kind: "unchanged" };
  const isAmong = (kind: string) => pins.some(({ relation }) => relation.kind === kind);
  const adopted = rest.filter(({ relation }) => relation.kind === "foreign");
  if (out.length === 0 && adopted.length === 0) return { kind: "forward", pin: first.pin };
  if (!wasDeployed && !isAmong("newer") && !isAmong("equal")) {
    return { kind: isAmong("older") ? "forward" : "never-deployed", pin: first.pin };
  }
  const moved = [...new Set(rest.map(({ pin }) => pin))];
  return { kind: "move", pins: moved, adopted: adopted.map(({ pin }) => pin) };
}
