/** What a rollback asks of one tip: pins back, and the hold, in one commit; or nothing to do. */

import { Failure, printPlace } from "../failure.ts";
import type { SourceGraph } from "../history/source-graph.ts";
import type { DeployedState } from "../history/timeline.ts";
import type { CommitId, Revision } from "../ids.ts";
import { printImageName } from "../image-ref.ts";
import type { Pin } from "../pins/index.ts";
import { type Change, movesTo, printPin, type Target, tagsOf } from "./change.ts";
import type { ReadRecord } from "./commit-message.ts";
import type { PinFact } from "./decide.ts";
import type { BackDecision } from "./decide-back.ts";
import type { Hold, RevisionHold } from "./hold.ts";

/** A deploy commit's own words. */
export interface RecordedDeploy extends ReadRecord {
  readonly commit: CommitId;
}

/** The past of a branch, as of some tip. */
export interface DeployHistory {
  /** Undefined: the branch is empty. */
  readonly tip: CommitId | undefined;
  readonly graph: SourceGraph;
  /** Oldest first. */
  readonly states: readonly DeployedState[];
  /** What Landfall's own commits say, by the ids of their deploys. */
  readonly records: ReadonlyMap<string, RecordedDeploy>;
  readonly warnings: readonly string[];
}

/** An image, and the older revision that it goes back to. */
export interface BackTarget extends Target {
  readonly revision: Revision;
}

/** Where a rollback goes back to. */
export interface Goal {
  /** The newest revision that an image goes back to. */
  readonly revision: Revision;
  readonly targets: readonly BackTarget[];
  /** What the branch had had deployed when it was chosen. */
  readonly past: DeployHistory;
}

/** One image at one tip: where it goes back to, what is there, what follows. */
export interface BackImage {
  readonly target: BackTarget;
  readonly facts: readonly PinFact[];
  /** The newest revisions that go out, or are out already. */
  readonly out: readonly Revision[];
  readonly decision: BackDecision;
}

/** The holds file before and after. */
export interface Holding {
  /** All holds that the file is to have. */
  readonly holds: readonly Hold[];
  /** Those of them that are new. None: the file stays as it is. */
  readonly added: readonly RevisionHold[];
}

/** `overtaken`: this very rollback landed before, and the pins were moved since. */
export type BackVerdict = "move" | "unchanged" | "overtaken";

/**
 * Checks that every image goes back, and to what was deployed.
 *
 * @throws Failure `usage` when one would go forward, or to what was never deployed.
 */
export function checkGoingBack(images: readonly BackImage[]): void {
  for (const { target, decision } of images) {
    if (decision.kind !== "forward" && decision.kind !== "never-deployed") continue;
    const { pin } = decision;
    const what = `Cannot roll "${printImageName(target.image)}" back to ${target.tag}`;
    const held = `${printPlace(pin)} holds ${printPin(pin)}`;
    const [why, hint] = reasons[decision.kind];
    const { file, line, column } = pin;
    throw new Failure("usage", `${what}: ${held}, ${why}`, hint, { place: { file, line, column } });
  }
}

const reasons = {
  forward: [
    "and nothing newer than it was deployed",
    "Rollback only goes back. To go forward, promote it; `landfall release` lifts a hold on it.",
  ],
  "never-deployed": [
    "and it is not an ancestor of anything that was deployed",
    "See what was deployed when with `landfall pins --history`.",
  ],
} as const;

/**
 * Says what becomes of a rollback whose id the branch has already.
 *
 * @throws Failure `usage` when it is another command's.
 */
export function verdictOfTwin(twin: RecordedDeploy, images: readonly BackImage[]): BackVerdict {
  if (twin.outcome !== "rolled-back") {
    throw new Failure(
      "usage",
      `Cannot roll back as deploy "${twin.deploy}": commit ${twin.commit} has that id already`,
      "Give every deploy an id of its own, or none.",
    );
  }
  return images.every(({ decision }) => decision.kind === "unchanged") ? "unchanged" : "overtaken";
}

/** Plans a rollback: pins that move back, and holds that are missing. */
export function planBack(
  revision: Revision,
  images: readonly BackImage[],
  { holding, reason }: { readonly holding: Holding; readonly reason: string },
): { readonly verdict: BackVerdict; readonly change: Change | undefined } {
  const { holds, added } = holding;
  const moves = images.flatMap(({ target, decision }) => movesTo(target, pinsToMove(decision)));
  if (moves.length === 0 && added.length === 0) return { verdict: "unchanged", change: undefined };
  const held = new Set(added.flatMap((hold) => hold.images).map(printImageName));
  const told = images.filter(
    ({ target, decision }) => decision.kind === "move" || held.has(printImageName(target.image)),
  );
  const tags = tagsOf(told.map(({ target }) => target));
  const after = added.length === 0 ? undefined : holds;
  const change: Change = { outcome: "rolled-back", revision, tags, moves, holds: after, reason };
  return { verdict: "move", change };
}

/** Returns the pins that a decision moves. */
export function pinsToMove(decision: BackDecision): readonly Pin[] {
  return decision.kind === "move" ? decision.pins : [];
}
