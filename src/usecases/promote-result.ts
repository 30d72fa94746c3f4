/** A landing, told as the result that people and programs read. */

import type { ImageDecision } from "../core/decide.ts";
import { printPlace } from "../core/failure.ts";
import { printImageName } from "../core/image-ref.ts";
import type { FailureReport, ImageReport, PromoteResult } from "../core/result.ts";
import type { Landing } from "./land.ts";
import {
  adoptions,
  baseOf,
  type EndingFields,
  ended,
  endingOf,
  type Frame,
  reportImage,
  withCommit,
} from "./landing-words.ts";
import type { Why } from "./promote-plan.ts";
import type { PromoteRequest, Promotion } from "./promotion.ts";
import type { Judged } from "./survey.ts";

/** Returns the result that a landing came to. */
export function concludeLanding(
  landing: Landing<Why>,
  promotion: Promotion,
  frame: Frame<PromoteRequest>,
): PromoteResult {
  const { why } = landing;
  const images = why?.survey.images ?? [];
  return {
    ...baseOf(frame, "promote"),
    ...(isSuperseded(landing)
      ? ended("superseded")
      : endingOf(landing, (rested) => restedOn(rested, frame.request.mode))),
    revision: promotion.revision,
    ...withCommit(landing),
    ...("tip" in landing ? { tip: landing.tip } : {}),
    attempts: landing.attempts,
    images: images.map(reportJudged),
    warnings: [...images.flatMap(adopted), ...unrecorded(landing)],
    ...(why?.diff === undefined || why.diff === "" ? {} : { diff: why.diff }),
  };
}

/** How a promotion ended that found nothing to push. */
function restedOn({ verdict, survey }: Why, mode: PromoteRequest["mode"]): EndingFields {
  if (verdict === "held") return { ...ended("held"), failure: holding(survey.images) };
  if (verdict === "diverged") return { ...ended("refused"), failure: divergence(survey.images) };
  if (verdict === "move") return ended(mode === "dry-run" ? "would-land" : "landed");
  return ended(verdict);
}

/** A superseded revision is superseded, whatever became of the commit that was to say so. */
function isSuperseded(landing: Landing<Why>): boolean {
  const doubted = landing.kind === "unknown" ? landing.doubts.map(({ why }) => why) : [];
  return [landing.why, ...doubted].every((why) => why?.verdict === "superseded");
}

function holding(images: readonly Judged[]): FailureReport | undefined {
  for (const { target, decision } of images) {
    if (decision.kind !== "held") continue;
    const { hold } = decision;
    return {
      code: "held",
      message: `"${printImageName(target.image)}" is held through ${hold.through}: ${hold.reason} (${hold.by}, ${hold.at})`,
      hint: "Promote a newer revision, or lift the hold with `landfall release`.",
    };
  }
  return undefined;
}

function divergence(images: readonly Judged[]): FailureReport | undefined {
  for (const { decision } of images) {
    if (decision.kind !== "diverged") continue;
    return {
      code: "diverged",
      message: `${printPlace(decision.pin)} holds ${decision.from}, which is on another line of history`,
      hint: "Promote a revision that descends from it, or pass --allow-diverged to move anyway.",
      place: { file: decision.pin.file, line: decision.pin.line, column: decision.pin.column },
    };
  }
  return undefined;
}

function reportJudged({ target, facts, decision }: Judged): ImageReport {
  const moved = decision.kind === "move" ? decision.pins : [];
  return { ...reportImage(target, facts, moved), outcome: outcomes[decision.kind] };
}

const outcomes: Readonly<Record<ImageDecision["kind"], ImageReport["outcome"]>> = {
  move: "moved",
  unchanged: "unchanged",
  superseded: "superseded",
  held: "held",
  diverged: "diverged",
};

function adopted({ target, decision }: Judged): readonly string[] {
  return decision.kind === "move" ? adoptions(target.image, decision.adopted) : [];
}

function unrecorded(landing: Landing<Why>): readonly string[] {
  if (!isSuperseded(landing)) return [];
  if (landing.kind === "landed" || landing.kind === "rested") return [];
  const why = landing.kind === "failed" ? landing.failure.message : landing.words;
  return [`The commit that records this deploy as superseded may be missing: ${why}`];
}
