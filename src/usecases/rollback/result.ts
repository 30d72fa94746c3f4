/** A rollback's landing, told as the result that people and programs read. */

import { newestDeployed } from "../../core/history/timeline.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { Hold } from "../../core/landing/hold.ts";
import type { HoldReport, ImageReport, PromoteResult } from "../../core/results/promote.ts";
import type { Landing } from "../landing/land.ts";
import {
  adoptions,
  baseOf,
  type EndingFields,
  ended,
  endingOf,
  type Frame,
  reportImage,
  traceOf,
} from "../landing/words.ts";
import type { Goal } from "./goal.ts";
import type { BackImage } from "./inspect.ts";
import { pinsToMove, type RollbackBasis } from "./plan.ts";
import type { RollbackRequest } from "./rollback.ts";

/** Returns the result that the landing of a rollback came to. */
export function concludeBack(
  landing: Landing<RollbackBasis>,
  goal: Goal,
  frame: Frame<RollbackRequest>,
): PromoteResult {
  const { why } = landing;
  const images = why?.images ?? [];
  return {
    ...baseOf(frame, "rollback"),
    ...endingOf(landing, restedOn),
    revision: goal.revision,
    ...traceOf(landing),
    images: images.map((image) => reportBack(image, why?.verdict)),
    holds: (why?.holds ?? []).map((hold) => reportHold("set", hold)),
    warnings: why === undefined ? [] : [...warningsOf(why, goal), ...why.past.warnings],
    ...(why?.diff === undefined || why.diff === "" ? {} : { diff: why.diff }),
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

function reportBack(image: BackImage, verdict: RollbackBasis["verdict"] | undefined): ImageReport {
  const { target, facts, decision } = image;
  if (verdict === "overtaken") return { ...reportImage(target, facts, []), outcome: "superseded" };
  const moved = pinsToMove(decision);
  const outcome = moved.length > 0 ? "moved" : "unchanged";
  return { ...reportImage(target, facts, moved), outcome };
}

/** Returns a hold as data. */
export function reportHold(change: HoldReport["change"], hold: Hold): HoldReport {
  return { change, ...hold, images: hold.images.map(printImageName) };
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

/** What landed after the goal was chosen went out unseen, which whoever chose it must know. */
function latecomers({ target, out }: BackImage, why: RollbackBasis, goal: Goal): readonly string[] {
  if (why.past === goal.past) return [];
  const { states, graph } = goal.past;
  const name = printImageName(target.image);
  const seen = newestDeployed(states, name, graph).map((place) => graph.revisionAt(place));
  return out
    .filter((revision) => !seen.includes(revision))
    .map((revision) => `${name}: ${revision} landed meanwhile; it goes out too, and is held`);
}
