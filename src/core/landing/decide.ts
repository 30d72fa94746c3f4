/**
 * What to do with an image at one tip. The order of the questions is the contract
 * (docs/design.md, section 3).
 */

import type { Revision } from "../ids.ts";
import type { Pin } from "../pins/index.ts";
import type { Hold } from "./hold.ts";

/** How the revision that a pin holds relates to the one we want it to hold. */
export type Relation =
  /** The pin holds our tag (and digest) already. */
  | { readonly kind: "equal" }
  /** The pin's revision descends from ours. */
  | { readonly kind: "newer"; readonly revision: Revision }
  /** Ours is the pin's revision, spelled otherwise, or descends from it, or has all its changes. */
  | { readonly kind: "older"; readonly revision: Revision }
  /** The pin names no commit of the source history: a placeholder, `latest`, a foreign tag. */
  | { readonly kind: "foreign" }
  /** Neither descends from the other. */
  | { readonly kind: "diverged"; readonly revision: Revision; readonly lost: readonly Lost[] };

/** A commit that a pin's revision has and ours lacks. */
export interface Lost {
  readonly revision: Revision;
  readonly subject: string;
}

/**
 * One pin and where it is. A pin whose digits name several revisions has a fact for each of
 * them: the one that keeps it where it is wins.
 */
export interface PinFact {
  readonly pin: Pin;
  readonly relation: Relation;
}

/** What is known of one image at one tip. */
export interface ImageFacts {
  /** Every pin of the image, at least one. */
  readonly pins: readonly PinFact[];
  /** The hold that covers our revision, if one does. */
  readonly heldBy: Hold | undefined;
  /** Whether the user allowed moves between lines of history (`--allow-diverged`). */
  readonly divergence: "refuse" | "allow";
  /** A pin whose tag looks like a release's, and of which nothing tells what it is. */
  readonly unordered?: Pin | undefined;
}

/** What follows for one image. `move` names every pin that is to change, and those taken over. */
export type ImageDecision =
  | { readonly kind: "unchanged" }
  | { readonly kind: "superseded"; readonly by: Revision }
  | { readonly kind: "held"; readonly hold: Hold }
  | {
      readonly kind: "diverged";
      readonly from: Revision;
      readonly pin: Pin;
      readonly lost: readonly Lost[];
    }
  | { readonly kind: "unordered"; readonly pin: Pin }
  | { readonly kind: "move"; readonly pins: readonly Pin[]; readonly adopted: readonly Pin[] };

/** Decides about one image: facts in, decision out. */
export function decide(facts: ImageFacts): ImageDecision {
  const rest = facts.pins.filter((fact) => fact.relation.kind !== "equal");
  if (rest.length === 0) return { kind: "unchanged" };
  for (const { relation } of rest) {
    // One newer pin is enough: moving its neighbours would be going back for the image.
    if (relation.kind === "newer") return { kind: "superseded", by: relation.revision };
  }
  if (facts.heldBy !== undefined) return { kind: "held", hold: facts.heldBy };
  for (const { pin, relation } of rest) {
    if (relation.kind === "diverged" && facts.divergence === "refuse") {
      return { kind: "diverged", from: relation.revision, pin, lost: relation.lost };
    }
  }
  if (facts.unordered !== undefined) return { kind: "unordered", pin: facts.unordered };
  const adopted = rest.filter(({ relation }) => relation.kind === "foreign");
  const pins = [...new Set(rest.map(({ pin }) => pin))];
  return { kind: "move", pins, adopted: adopted.map(({ pin }) => pin) };
}

/** What follows for the promotion as a whole. */
export type Verdict = "unchanged" | "superseded" | "held" | "diverged" | "unordered" | "move";

/**
 * Returns the verdict on a promotion from its images' decisions. All or nothing: one image that is
 * held, diverged or of no known order stops all. Otherwise whatever can move forward moves.
 */
export function verdictOf(decisions: readonly ImageDecision[]): Verdict {
  const order: readonly Verdict[] = ["held", "diverged", "unordered", "move", "superseded"];
  return order.find((kind) => decisions.some((d) => d.kind === kind)) ?? "unchanged";
}
