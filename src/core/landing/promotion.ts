/** What a promotion asks of one tip: which pins to move, or why there is nothing to move. */

import type { Revision } from "../ids.ts";
import type { TagFormat } from "../tag-format.ts";
import { type Change, movesTo, type Target, tagsOf } from "./change.ts";
import { type ImageDecision, type PinFact, type Verdict, verdictOf } from "./decide.ts";
import type { ClosedGate } from "./gate.ts";
import type { HoldQuestion } from "./hold.ts";

/** The intent: these images to this revision. */
export interface Promotion extends HoldQuestion {
  readonly revision: Revision;
  readonly targets: readonly Target[];
  readonly tagFormat: TagFormat;
  /** Whether pins may move between lines of history (`--allow-diverged`). */
  readonly divergence: "refuse" | "allow";
  /** What is odd about the images, as far as it stops nothing. */
  readonly warnings: readonly string[];
}

/** One image at one tip: what is asked, what stands there, what follows. */
export interface ImageEvaluation {
  readonly target: Target;
  readonly facts: readonly PinFact[];
  readonly decision: ImageDecision;
}

/** What a promotion came to at one tip, and what it would push. */
export interface PromotePlan {
  readonly images: readonly ImageEvaluation[];
  /** `gated`: it would move, and a gate is closed. */
  readonly verdict: Verdict | "gated";
  readonly gate?: ClosedGate | undefined;
  readonly change: Change | undefined;
}

/** Plans a promotion of images that were evaluated at a tip. */
export function planPromotion(
  { revision, throughFreeze }: Promotion,
  images: readonly ImageEvaluation[],
  superseded: "record" | "skip",
): PromotePlan {
  const verdict = verdictOf(images.map(({ decision }) => decision));
  if (verdict === "move") {
    const moved = images.filter(({ decision }) => decision.kind === "move");
    const tags = tagsOf(moved.map(({ target }) => target));
    const moves = images.flatMap(({ target, decision }) =>
      decision.kind === "move" ? movesTo(target, decision.pins) : [],
    );
    const reason = throughFreeze && `Through the freeze: ${throughFreeze}`;
    return { images, verdict, change: { outcome: "landed", revision, tags, moves, reason } };
  }
  if (verdict !== "superseded" || superseded === "skip") {
    return { images, verdict, change: undefined };
  }
  const tags = tagsOf(images.map(({ target }) => target));
  return { images, verdict, change: { outcome: "superseded", revision, tags, moves: [] } };
}
