/** The plan of the checker at one tip: which bytes repair what was found, or that nothing does. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { writeMessage } from "../../core/landing/commit-message.ts";
import type { WantedImage } from "../../core/landing/drift.ts";
import { editManifests, type PinMove } from "../../core/pins/index.ts";
import type { Plan } from "../landing/land.ts";
import { printPin } from "../landing/words.ts";
import { diffOf } from "../promote/plan.ts";
import type { LookedImage } from "./group.ts";
import { inspect, type SyncFindings, type SyncInspection } from "./inspect.ts";

/** What was seen, and what the repair of it would change. */
export interface SyncBasis {
  readonly look: SyncFindings;
  readonly repairs: readonly Repair[];
  /** The change that a dry run would push. */
  readonly diff?: string;
}

/** An image whose pins are moved. */
export interface Repair {
  readonly image: string;
  readonly wanted: WantedImage;
  readonly moves: readonly PinMove[];
}

/** A look with all that planning needs. */
export interface SyncPlanning extends SyncInspection {
  /** The date of the commit, fixed per run, so that the same content is the same commit. */
  readonly atSeconds: number;
}

/** Derives the plan from a tip, asking everything anew. Throws what `lookAt` throws. */
export async function repairAt(tip: CommitId, planning: SyncPlanning): Promise<Plan<SyncBasis>> {
  const { request, atSeconds } = planning;
  const look = await inspect(tip, planning);
  const repairs = look.images.flatMap(repairOf);
  const why = { look, repairs };
  if (repairs.length === 0) return { kind: "rest", why };
  const edits = editManifests(
    look.files,
    repairs.flatMap(({ moves }) => moves),
  );
  if (request.mode === "dry-run") {
    return { kind: "rest", why: { ...why, diff: edits.map(diffOf).join("") } };
  }
  const changes = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  const message = messageFor(repairs, planning);
  return { kind: "write", draft: { changes, message, atSeconds }, why };
}

function repairOf({ image, found }: LookedImage): readonly Repair[] {
  if (found instanceof Failure || found.facts.wanted === undefined) return [];
  const { wanted } = found.facts;
  const { tag, digest } = wanted;
  const moves = found.drift.moves.map((pin) => ({ pin, tag, digest }));
  return moves.length === 0 ? [] : [{ image, wanted, moves }];
}

function messageFor(repairs: readonly Repair[], { request }: SyncPlanning): string {
  return writeMessage({
    outcome: "recovered",
    deploy: request.deploy,
    revision: repairs[0]!.wanted.revision,
    tags: [...new Set(repairs.map(({ wanted }) => wanted.tag))],
    moves: repairs.map(({ image, wanted, moves }) => ({
      image,
      from: [...new Set(moves.map(({ pin }) => printPin(pin)))].join(", "),
      to: wanted.tag,
    })),
    skipCi: request.skipCi,
  });
}
