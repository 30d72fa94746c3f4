/** The plan of a promotion at one tip: which bytes to write, or why there is nothing to write. */

import { unifiedDiff } from "../../core/diff.ts";
import type { CommitId } from "../../core/ids.ts";
import { printImageName } from "../../core/image-ref.ts";
import { type RecordedOutcome, writeMessage } from "../../core/landing/commit-message.ts";
import { type ImageDecision, type Verdict, verdictOf } from "../../core/landing/decide.ts";
import { editManifests, type FileEdit, type Pin, type PinMove } from "../../core/pins/index.ts";
import type { Remote } from "../../ports.ts";
import { type EvaluationPorts, evaluate, type ImageEvaluation } from "../landing/evaluate.ts";
import type { Plan } from "../landing/land.ts";
import type { RevisionPorts } from "../landing/pin-revision.ts";
import { snapshotAt, withRevisions } from "../landing/snapshot.ts";
import { printPin } from "../landing/words.ts";
import type { PromoteRequest, Promotion } from "./promotion.ts";

/** Why a plan writes or rests: what a conclusion needs of the tip that the plan was made for. */
export interface PromoteBasis {
  readonly images: readonly ImageEvaluation[];
  readonly verdict: Verdict;
  /** The change that a dry run would push. */
  readonly diff?: string;
}

/** A promotion with all that planning needs. */
export interface Planning {
  readonly promotion: Promotion;
  readonly request: PromoteRequest;
  readonly ports: EvaluationPorts & RevisionPorts & { readonly remote: Remote };
  /** The date of the commit, fixed per promotion, so that the same content is the same commit. */
  readonly atSeconds: number;
}

/** Derives the plan from a tip. Throws what reading it throws. */
export async function planAt(tip: CommitId, planning: Planning): Promise<Plan<PromoteBasis>> {
  const { promotion, request, ports, atSeconds } = planning;
  const scope = { images: promotion.targets.map(({ image }) => image), paths: promotion.paths };
  const tipSeen = await snapshotAt(tip, scope, ports.remote);
  const snapshot = withRevisions(tipSeen, promotion.tagFormat, ports);
  const images = await evaluate(promotion, snapshot, ports);
  const verdict = verdictOf(images.map(({ decision }) => decision));
  const edits = verdict === "move" ? editManifests(snapshot.files, movesIn(images)) : [];

  if (request.mode === "dry-run") {
    return { kind: "rest", why: { images, verdict, diff: edits.map(diffOf).join("") } };
  }
  const records = verdict === "superseded" && request.superseded === "record";
  if (verdict !== "move" && !records) return { kind: "rest", why: { images, verdict } };

  const message = messageFor(verdict === "move" ? "landed" : "superseded", images, planning);
  const changes = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  return { kind: "write", draft: { changes, message, atSeconds }, why: { images, verdict } };
}

function movesIn(images: readonly ImageEvaluation[]): readonly PinMove[] {
  return images.flatMap(({ target, decision }) =>
    pinsToMove(decision).map((pin) => ({
      pin,
      tag: target.tag,
      ...(target.digest === undefined ? {} : { digest: target.digest }),
    })),
  );
}

function pinsToMove(decision: ImageDecision): readonly Pin[] {
  return decision.kind === "move" ? decision.pins : [];
}

/** Prints an edit as a unified diff. */
export function diffOf({ file, bytes }: FileEdit): string {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return unifiedDiff(file.path, decoder.decode(file.bytes), decoder.decode(bytes));
}

function messageFor(
  outcome: RecordedOutcome,
  images: readonly ImageEvaluation[],
  planning: Planning,
): string {
  const isMove = ({ decision }: ImageEvaluation) => decision.kind === "move";
  const moved = images.filter(isMove);
  const told = outcome === "superseded" ? images : moved;
  return writeMessage({
    outcome,
    deploy: planning.request.deploy,
    revision: planning.promotion.revision,
    tags: [...new Set(told.map(({ target }) => target.tag))],
    moves: moved.map(({ target, decision }) => ({
      image: printImageName(target.image),
      from: [...new Set(pinsToMove(decision).map(printPin))].join(", "),
      to: target.tag,
    })),
    skipCi: planning.request.skipCi,
  });
}
