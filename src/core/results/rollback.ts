/** A rollback's landing, told as the result that people and programs read. */

import { newestDeployed } from "../history/timeline.ts";
import { printImageName } from "../image-ref.ts";
import type { Hold } from "../landing/hold.ts";
import type { Landing } from "../landing/landing.ts";
import {
  type BackImage,
  type BackVerdict,
  type DeployHistory,
  type Goal,
  pinsToMove,
} from "../landing/rollback.ts";
import {
  adoptions,
  baseOf,
  diffIn,
  type EndingFields,
  ended,
  endingOf,
  type Frame,
  imageAfter,
  mentionsIn,
  reportHold,
  reportImage,
  type Tried,
  traceOf,
} from "./landing.ts";
import type { ImageReport, PromoteResult } from "./promote.ts";

/** What a conclusion needs of the tip that the plan was made for. */
export interface RollbackBasis extends Tried {
  readonly images: readonly BackImage[];
  readonly verdict: BackVerdict;
  readonly holds: readonly Hold[];
  readonly past: DeployHistory;
}

/** Returns the result that a rollback came to; without a goal, it never came to the loop. */
export function concludeBack(
  landing: Landing<RollbackBasis>,
  goal: Goal | undefined,
  frame: Frame,
): PromoteResult {
  const { why } = landing;
  const images = why?.images ?? [];
  return {
    ...baseOf(frame, "rollback"),
    ...endingOf(landing, restedOn),
    ...(goal && { revision: goal.revision }),
    ...traceOf(landing),
    images: images.map((image) => imageAfter(landing.kind, reportBack(image, why!))),
    ...(goal && { holds: (why?.holds ?? []).map((hold) => reportHold("set", hold)) }),
    warnings: why && goal ? [...warningsOf(why, goal), ...why.past.warnings] : [],
    ...mentionsIn(landing),
    ...diffIn(landing),
  };
}

/** How a rollback ended that pushed nothing. One that moves pins does so in a dry run alone. */
function restedOn({ verdict }: RollbackBasis): EndingFields {
  return ended(restedAs[verdict]);
}

const restedAs = {
  move: "would-land",
  unchanged: "unchanged",
  overtaken: "superseded",
} as const satisfies Record<RollbackBasis["verdict"], PromoteResult["outcome"]>;

function reportBack(image: BackImage, { verdict, moves = [] }: RollbackBasis): ImageReport {
  const { target, facts, decision } = image;
  if (verdict === "overtaken") return { ...reportImage(target, facts, []), outcome: "superseded" };
  const outcome = pinsToMove(decision).length > 0 ? "moved" : "unchanged";
  return { ...reportImage(target, facts, moves), outcome };
}

function warningsOf(why: RollbackBasis, goal: Goal): readonly string[] {
  if (why.verdict === "overtaken") {
    return ["This rollback had landed before, and the pins were moved since; nothing was changed"];
  }
  return why.images.flatMap((image) => {
    const { target, decision } = image;
    const adopted = decision.kind === "move" ? decision.adopted : [];
    const name = printImageName(target.image);
    const unheld = `No hold can keep ${name} from going back to what names no commit`;
    const strange = adopted.length === 0 ? [] : [...adoptions(target.image, adopted), unheld];
    return [...strange, ...latecomers(image, why, goal)];
  });
}

/** What landed after the goal was chosen went out unseen: the person who chose it must know. */
function latecomers({ target, out }: BackImage, why: RollbackBasis, goal: Goal): readonly string[] {
  if (why.past === goal.past) return [];
  const { states, graph } = goal.past;
  const name = printImageName(target.image);
  const seen = newestDeployed(states, name, graph).map((place) => graph.revisionAt(place));
  return out
    .filter((revision) => !seen.includes(revision))
    .map((revision) => `${name}: ${revision} landed meanwhile; it goes out too, and is held`);
}
