/** The plan of a rollback at one tip: pins back, and the hold, in one commit; or nothing to do. */

import { replacementDiff } from "../../core/diff.ts";
import { Failure, printPlace } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { printImageName } from "../../core/image-ref.ts";
import { writeMessage } from "../../core/landing/commit-message.ts";
import type { BackDecision } from "../../core/landing/decide-back.ts";
import { type Hold, holdsPath, printTime, writeHolds } from "../../core/landing/hold.ts";
import { editManifests, type Pin } from "../../core/pins/index.ts";
import type { Plan } from "../landing/land.ts";
import { printPin } from "../landing/words.ts";
import { diffOf } from "../promote/plan.ts";
import type { DeployHistory, RecordedDeploy } from "./deploy-history.ts";
import type { Goal } from "./goal.ts";
import { type Holding, holdMissing } from "./holding.ts";
import { type BackImage, lookBack } from "./inspect.ts";
import type { RollbackPorts, RollbackRequest } from "./rollback.ts";

/** Why a plan writes or rests: what a conclusion needs of the tip that the plan was made for. */
export interface RollbackBasis {
  readonly images: readonly BackImage[];
  /** `overtaken`: this very rollback landed before, and the pins were moved since. */
  readonly verdict: "move" | "unchanged" | "overtaken";
  readonly holds: readonly Hold[];
  readonly past: DeployHistory;
  /** The change that a dry run would push. */
  readonly diff?: string;
}

/** A rollback with all that planning needs. */
export interface BackPlanning {
  readonly goal: Goal;
  readonly request: RollbackRequest;
  readonly ports: RollbackPorts;
  /** When it began: the date of the commit and of the hold, so that they are the same each time. */
  readonly startedMs: number;
}

/**
 * Derives the plan from a tip.
 *
 * @throws Failure `usage` when an image would go forward, or to what was never deployed; and what
 *   reading the tip throws.
 */
export async function planBack(
  tip: CommitId,
  past: DeployHistory,
  planning: BackPlanning,
): Promise<Plan<RollbackBasis>> {
  const { request, ports, startedMs } = planning;
  const { snapshot, images } = await lookBack(tip, past, planning);
  const twin = past.records.get(request.deploy);
  if (twin !== undefined) return { kind: "rest", why: whyOfTwin(twin, images, past) };
  for (const image of images) refuse(image);

  const { bytes: before, holds } = await snapshot.holds();
  const holding = await holdMissing(outOf(images), holds, {
    ...{ words: wordsOf(planning), nowMs: startedMs, history: ports.history },
  });
  const isHeld = holding.added.length === 0;
  const edits = editManifests(snapshot.files, movesIn(images));
  const verdict = isHeld && edits.length === 0 ? "unchanged" : "move";
  const why: RollbackBasis = { images, verdict, holds: holding.added, past };
  const after = isHeld ? undefined : writeHolds(holding.holds);
  if (request.mode === "dry-run") {
    const held = after === undefined ? "" : replacementDiff(holdsPath, before, after);
    return { kind: "rest", why: { ...why, diff: edits.map(diffOf).join("") + held } };
  }
  if (verdict === "unchanged") return { kind: "rest", why };
  const changes = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  if (after !== undefined) changes.push({ path: holdsPath, bytes: after });
  const message = messageFor(images, holding, planning);
  const draft = { changes, message, atSeconds: Math.floor(startedMs / 1000) };
  return { kind: "write", draft, why };
}

function whyOfTwin(
  twin: RecordedDeploy,
  images: readonly BackImage[],
  past: DeployHistory,
): RollbackBasis {
  if (twin.outcome !== "rolled-back") {
    throw new Failure(
      "usage",
      `Cannot roll back as deploy "${twin.deploy}": commit ${twin.commit} has that id already`,
      "Give every deploy an id of its own, or none.",
    );
  }
  const isThere = images.every(({ decision }) => decision.kind === "unchanged");
  return { images, past, holds: [], verdict: isThere ? "unchanged" : "overtaken" };
}

function refuse({ target, decision }: BackImage): void {
  if (decision.kind !== "forward" && decision.kind !== "never-deployed") return;
  const { pin } = decision;
  const what = `Cannot roll "${printImageName(target.image)}" back to ${target.tag}`;
  const held = `${printPlace(pin)} holds ${printPin(pin)}`;
  const [why, hint] =
    decision.kind === "forward"
      ? [
          "and nothing newer than it was deployed",
          "Rollback only goes back. To go forward, promote it; `landfall release` lifts a hold on it.",
        ]
      : [
          "and it is no ancestor of anything that was deployed",
          "See what was deployed when with `landfall pins --history`.",
        ];
  throw new Failure("usage", `${what}: ${held}, ${why}`, hint, { place: placeOf(pin) });
}

function placeOf({ file, line, column }: Pin) {
  return { file, line, column };
}

function outOf(images: readonly BackImage[]) {
  return images.map(({ target, out }) => ({ image: target.image, through: out }));
}

function wordsOf({ request, startedMs }: BackPlanning) {
  const { reason, by, untilMs } = request;
  const until = untilMs === undefined ? {} : { until: printTime(untilMs) };
  return { reason, by, at: printTime(startedMs), ...until };
}

function movesIn(images: readonly BackImage[]) {
  return images.flatMap(({ target: { tag, digest }, decision }) =>
    pinsToMove(decision).map((pin) => ({
      pin,
      tag,
      ...(digest === undefined ? {} : { digest }),
    })),
  );
}

/** Returns the pins that a decision moves. */
export function pinsToMove(decision: BackDecision): readonly Pin[] {
  return decision.kind === "move" ? decision.pins : [];
}

function messageFor(
  images: readonly BackImage[],
  { added }: Holding,
  { goal, request }: BackPlanning,
): string {
  const moved = images.filter(({ decision }) => decision.kind === "move");
  const held = new Set(added.flatMap((hold) => hold.images).map(printImageName));
  const told = images.filter(
    ({ target, decision }) => decision.kind === "move" || held.has(printImageName(target.image)),
  );
  return writeMessage({
    outcome: "rolled-back",
    deploy: request.deploy,
    revision: goal.revision,
    tags: [...new Set(told.map(({ target }) => target.tag))],
    reason: `Why: ${request.reason} (${request.by})`,
    moves: moved.map(({ target, decision }) => ({
      image: printImageName(target.image),
      from: [...new Set(pinsToMove(decision).map(printPin))].join(", "),
      to: target.tag,
    })),
    skipCi: request.skipCi,
  });
}
