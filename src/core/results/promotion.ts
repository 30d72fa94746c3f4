/** A landing, told as the result that people and programs read. */

import { printPlace } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { printPin } from "../landing/change.ts";
import type { ImageDecision, Verdict } from "../landing/decide.ts";
import type { ClosedGate } from "../landing/gate.ts";
import { endOf, heldBecause } from "../landing/hold-words.ts";
import type { Landing } from "../landing/landing.ts";
import {
  dropsOf,
  type ImageEvaluation,
  overtakes,
  type Promotion,
  printLost,
} from "../landing/promotion.ts";
import type { PinMove } from "../pins/index.ts";
import {
  adoptions,
  ambiguities,
  baseOf,
  diffIn,
  type EndingFields,
  ended,
  endingOf,
  type Frame,
  imageAfter,
  mentionsIn,
  reportImage,
  type Tried,
  traceOf,
} from "./landing.ts";
import type { FailureReport, ImageReport, PromoteResult } from "./promote.ts";

/** What a conclusion needs of the tip that the plan was made for. */
export interface PromoteBasis extends Tried {
  readonly images: readonly ImageEvaluation[];
  /** `gated`: it would move, and a gate is closed. */
  readonly verdict: Verdict | "gated";
  readonly gate?: ClosedGate | undefined;
}

/** Returns the result that a promotion came to; without one, it never came to the loop. */
export function concludePromotion(
  landing: Landing<PromoteBasis>,
  promotion: Promotion | undefined,
  frame: Frame,
): PromoteResult {
  const { why } = landing;
  const images = why?.images ?? [];
  // All or nothing: what stops one image stops those that would have moved with it.
  const isStopped = landing.kind === "rested" && landing.why.verdict !== "move";
  const kind = isStopped ? "refused" : landing.kind;
  return {
    ...baseOf(frame, "promote"),
    ...(isSuperseded(landing) ? ended("superseded") : endingOf(landing, restedOn)),
    ...(promotion && { revision: promotion.revision }),
    ...traceOf(landing),
    images: images.map((image) => imageAfter(kind, reportEvaluation(image, why?.moves))),
    warnings: [
      ...(promotion?.warnings ?? []),
      ...images.flatMap(warningsOf),
      ...unrecorded(landing),
      ...(why && promotion ? notMoved(why, promotion) : []),
    ],
    ...mentionsIn(
      landing,
      images.map(({ target }) => target),
    ),
    ...diffIn(landing),
  };
}

/** How a promotion ended that pushed nothing. One that moves pins does so in a dry run alone. */
function restedOn({ verdict, images, gate }: PromoteBasis): EndingFields {
  if (verdict === "gated") {
    const { message, hint } = gate!;
    return { ...ended("refused"), failure: { code: "gated", message, hint } };
  }
  if (verdict === "held") return { ...ended("held"), failure: images.flatMap(holding)[0] };
  if (verdict === "unordered")
    return { ...ended("refused"), failure: images.flatMap(unordered)[0] };
  if (verdict === "diverged")
    return { ...ended("refused"), failure: images.flatMap(divergence)[0] };
  return ended(verdict === "move" ? "would-land" : verdict);
}

/** A superseded revision is superseded, whatever became of the commit that was to say so. */
function isSuperseded(landing: Landing<PromoteBasis>): boolean {
  const doubted = landing.kind === "unknown" ? landing.doubts.map(({ why }) => why) : [];
  return [landing.why, ...doubted].every((why) => why?.verdict === "superseded");
}

function holding({ target, decision }: ImageEvaluation): FailureReport | readonly [] {
  if (decision.kind !== "held") return [];
  const { hold } = decision;
  const name = `"${printImageName(target.image)}"`;
  return { code: "held", message: heldBecause(name, hold), hint: endOf(hold) };
}

function divergence({ decision }: ImageEvaluation): FailureReport | readonly [] {
  if (decision.kind !== "diverged") return [];
  const { file, line, column } = decision.pin;
  return {
    code: "diverged",
    message: `${printPlace(decision.pin)} holds ${decision.from}, which is on another line of history; lost would be ${printLost(decision.lost)}`,
    hint: "Promote a revision that descends from it, or pass --allow-diverged to move anyway.",
    place: { file, line, column },
  };
}

function unordered({ decision }: ImageEvaluation): FailureReport | readonly [] {
  if (decision.kind !== "unordered") return [];
  const { file, line, column } = decision.pin;
  const held = `${printPlace(decision.pin)} holds ${printPin(decision.pin)}`;
  return {
    code: "unordered",
    message: `${held}, and nothing tells which revision that is: no git tag of that name, no label of the image, no deploy that is recorded`,
    hint: "Tag its commit in the source, label images with org.opencontainers.image.revision, or pass --adopt to replace it once.",
    place: { file, line, column },
  };
}

function reportEvaluation(
  { target, facts, decision }: ImageEvaluation,
  moves: readonly PinMove[] = [],
): ImageReport {
  return { ...reportImage(target, facts, moves), outcome: outcomes[decision.kind] };
}

const outcomes: Readonly<Record<ImageDecision["kind"], ImageReport["outcome"]>> = {
  move: "moved",
  unchanged: "unchanged",
  superseded: "superseded",
  held: "held",
  diverged: "diverged",
  unordered: "refused",
};

function warningsOf(image: ImageEvaluation): readonly string[] {
  const { target, facts, decision, overtaken } = image;
  const adopted = decision.kind === "move" ? adoptions(target.image, decision.adopted) : [];
  const back = overtaken.map((hold) => `${printImageName(target.image)}: ${overtakes(hold)}`);
  const drops = dropsOf(image).map((words) => `${printImageName(target.image)}: ${words}`);
  return [...adopted, ...ambiguities(facts), ...back, ...drops];
}

/** Allowing another line of history means expecting a move, which going back is not. */
function notMoved({ verdict, images }: PromoteBasis, { divergence }: Promotion): readonly string[] {
  if (divergence === "refuse" || verdict !== "superseded") return [];
  return images.flatMap(({ target, decision }) => {
    if (decision.kind !== "superseded") return [];
    const held = `${printImageName(target.image)} holds ${decision.by}, which has this revision`;
    return [`${held}: --allow-diverged moves to another line of history, and never back`];
  });
}

function unrecorded(landing: Landing<PromoteBasis>): readonly string[] {
  if (!isSuperseded(landing)) return [];
  if (landing.kind === "landed" || landing.kind === "rested") return [];
  const why = landing.kind === "failed" ? landing.failure.message : landing.words;
  return [`The commit that records this deploy as superseded may be missing: ${why}`];
}
