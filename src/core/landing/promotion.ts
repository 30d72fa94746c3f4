/** What a promotion asks of one tip: which pins to move, or why there is nothing to move. */

import type { Revision } from "../ids.ts";
import type { TagFormat } from "../tag-format.ts";
import { type Change, movesTo, type Target, tagsOf } from "./change.ts";
import type { ImageDecision, Lost, PinFact, Verdict } from "./decide.ts";
import type { HoldQuestion, RevisionHold } from "./hold.ts";

/** The intent: these images to this revision. */
export interface Promotion extends HoldQuestion {
  readonly revision: Revision;
  readonly targets: readonly Target[];
  readonly tagFormat: TagFormat;
  /** Whether pins may move between lines of history (`--allow-diverged`). */
  readonly divergence: "refuse" | "allow";
  /** Whether a release whose order nobody can tell may be replaced (`--adopt`). Absent: not. */
  readonly adoption?: "refuse" | "allow" | undefined;
  /** What is odd about the images, as far as it stops nothing. */
  readonly warnings: readonly string[];
}

/** One image at one tip: what is asked, what is there, what follows. */
export interface ImageEvaluation {
  readonly target: Target;
  readonly facts: readonly PinFact[];
  readonly decision: ImageDecision;
  /** Holds that a move of it brings to an end. */
  readonly overtaken: readonly RevisionHold[];
}

/** What follows for the images at one tip. */
export interface PromoteFindings {
  readonly images: readonly ImageEvaluation[];
  readonly verdict: Verdict;
  /** Whether nothing need say of a superseded deploy that it was one. */
  readonly isRecorded: boolean;
}

/** Plans a promotion of images that were evaluated at a tip. Undefined: nothing to push. */
export function planPromotion(
  { revision, throughFreeze }: Promotion,
  { images, verdict, isRecorded }: PromoteFindings,
): Change | undefined {
  if (verdict === "move") {
    const moved = images.filter(({ decision }) => decision.kind === "move");
    const tags = tagsOf(moved.map(({ target }) => target));
    const moves = images.flatMap(({ target, decision }) =>
      decision.kind === "move" ? movesTo(target, decision.pins) : [],
    );
    return { outcome: "landed", revision, tags, moves, reason: reasonOf(images, throughFreeze) };
  }
  if (verdict !== "superseded" || isRecorded) return undefined;
  const tags = tagsOf(images.map(({ target }) => target));
  return { outcome: "superseded", revision, tags, moves: [] };
}

/** What readers of the history must know about a promotion, on one line. */
function reasonOf(
  images: readonly ImageEvaluation[],
  throughFreeze: string | undefined,
): string | undefined {
  const words = new Set(images.flatMap((image) => image.overtaken.map(overtakes)));
  for (const image of images) for (const dropped of dropsOf(image)) words.add(dropped);
  if (throughFreeze !== undefined) words.add(`Through the freeze: ${throughFreeze}`);
  return words.size === 0 ? undefined : [...words].join(". ");
}

/** Says that what a rollback had taken out comes back. */
export function overtakes({ through, reason, by }: RevisionHold): string {
  return `Brings back ${through.slice(0, 12)}, which was held: ${reason} (${by})`;
}

/** How many commits that are lost are named. */
const namedMax = 5;

/** Says what moves to another line of history leave behind. */
export function dropsOf({ facts, decision }: ImageEvaluation): readonly string[] {
  if (decision.kind !== "move") return [];
  const drops = facts.flatMap(({ relation }) =>
    relation.kind === "diverged" ? [`Drops ${printLost(relation.lost)}`] : [],
  );
  return [...new Set(drops)];
}

/** Prints the commits that are lost. */
export function printLost(lost: readonly Lost[]): string {
  const named = lost.slice(0, namedMax).map(({ revision, subject }) => {
    return `${revision.slice(0, 7)} ${subject}`;
  });
  const more = lost.length > namedMax ? `, and ${lost.length - namedMax} more` : "";
  return `${named.join(", ")}${more}`;
}
