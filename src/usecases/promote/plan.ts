/** The plan of a promotion at one tip: which bytes to write, or why there is nothing to write. */

import { unifiedDiff } from "../../core/diff.ts";
import type { CommitId } from "../../core/ids.ts";
import { printImageName } from "../../core/image-ref.ts";
import { type RecordedOutcome, writeMessage } from "../../core/landing/commit-message.ts";
import { type ImageDecision, type Verdict, verdictOf } from "../../core/landing/decide.ts";
import { editManifests, type FileEdit, type Pin, type PinMove } from "../../core/pins/index.ts";
import {
  type Evaluation,
  type EvaluationPorts,
  evaluate,
  type ImageEvaluation,
} from "../landing/evaluate.ts";
import type { Plan } from "../landing/land.ts";
import { printPin } from "../landing/words.ts";
import type { PromoteRequest, Promotion } from "./promotion.ts";

/** Why a plan writes or rests: what a conclusion needs of the tip that the plan was made for. */
export interface PromoteBasis {
  readonly survey: Evaluation;
  readonly verdict: Verdict;
  /** The change that a dry run would push. */
  readonly diff?: string;
}

/** A promotion with all that planning needs. */
export interface Planning {
  readonly promotion: Promotion;
  readonly request: PromoteRequest;
  readonly ports: EvaluationPorts;
  /** The date of the commit, fixed per promotion, so that the same content is the same commit. */
  readonly atSeconds: number;
}

/** Derives the plan from a tip. Throws what `survey` throws. */
export async function planAt(tip: CommitId, planning: Planning): Promise<Plan<PromoteBasis>> {
  const { promotion, request, ports, atSeconds } = planning;
  const seen = await evaluate(promotion, tip, ports);
  const verdict = verdictOf(seen.images.map(({ decision }) => decision));
  const edits = verdict === "move" ? editManifests(seen.files, movesIn(seen)) : [];

  if (request.mode === "dry-run") {
    return { kind: "rest", why: { survey: seen, verdict, diff: edits.map(diffOf).join("") } };
  }
  const records = verdict === "superseded" && request.superseded === "record";
  if (verdict !== "move" && !records) return { kind: "rest", why: { survey: seen, verdict } };

  const message = messageFor(verdict === "move" ? "landed" : "superseded", seen, planning);
  const changes = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  return { kind: "write", draft: { changes, message, atSeconds }, why: { survey: seen, verdict } };
}

function movesIn(seen: Evaluation): readonly PinMove[] {
  return seen.images.flatMap(({ target, decision }) =>
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

function messageFor(outcome: RecordedOutcome, seen: Evaluation, planning: Planning): string {
  const isMove = ({ decision }: ImageEvaluation) => decision.kind === "move";
  const moved = seen.images.filter(isMove);
  const told = outcome === "superseded" ? seen.images : moved;
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
