/**
 * What a promotion came to: the one object behind the text, the JSON, the annotations and the
 * summary.
 */

import { exit, exitOfFailure, type Failure, type Place } from "../failure.ts";
import type { CommitId, Digest, Revision, Tag } from "../ids.ts";
import type { RequestReference } from "../landing/landing.ts";
import type { MentionReport } from "./mention.ts";

/** The outcomes of docs/design.md, section 2, and the one of a dry run that would push. */
export type Outcome =
  | "landed"
  | "unchanged"
  | "superseded"
  | "held"
  | "refused"
  | "failed"
  | "unknown"
  | "proposed"
  | "would-land";

/** One pin, before and after. `from` is as the manifest has it, empty where it names no tag. */
export interface PinReport extends Place {
  readonly from: string;
  readonly to: string;
}

/** What became of an image. The last three: it was to move, and the landing ended so. */
export const imageOutcomes = [
  ...(["moved", "unchanged", "superseded", "held", "diverged", "released"] as const),
  ...(["refused", "failed", "unknown", "proposed"] as const),
] as const;

/** One image of the promotion. */
export interface ImageReport {
  readonly image: string;
  readonly tag: Tag;
  readonly digest?: Digest | undefined;
  readonly outcome: (typeof imageOutcomes)[number];
  readonly pins: readonly PinReport[];
}

/** A hold that this run set or lifted. */
export interface HoldReport {
  readonly change: "set" | "lifted";
  /** Absent, as `through` is: a freeze, which holds everything new. */
  readonly images?: readonly string[] | undefined;
  readonly through?: Revision | undefined;
  /** Newer revisions stay out as well, until it is released. */
  readonly freeze?: true | undefined;
  readonly environment?: string | undefined;
  readonly paths?: readonly string[] | undefined;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly until?: string | undefined;
}

/** Why it ended as it did, when that was not the wish. */
export interface FailureReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly place?: Place | undefined;
}

/** What a promotion came to. The field `version` changes when a reader would have to. */
export interface PromoteResult {
  readonly version: 1;
  readonly command: "promote" | "sync" | "rollback" | "release" | "freeze" | "thaw";
  readonly environment?: string | undefined;
  readonly outcome: Outcome;
  readonly exit: number;
  readonly deploy: string;
  readonly revision?: Revision | undefined;
  readonly repository: string;
  readonly branch: string;
  /** The deploy commit, when one was made and may be in the branch. */
  readonly commit?: CommitId | undefined;
  /** The branch's tip when it was last read. */
  readonly tip?: CommitId | undefined;
  /** The request on the forge that it went through. */
  readonly request?: RequestReference | undefined;
  /** Rounds of the landing loop. */
  readonly attempts: number;
  /** Wall time in milliseconds. */
  readonly tookMs: number;
  readonly images: readonly ImageReport[];
  /** Only of a rollback and a release; a dry run names those that it would set or lift. */
  readonly holds?: readonly HoldReport[] | undefined;
  /** Other places that name the images, and were not moved. None: there are none. */
  readonly mentions?: readonly MentionReport[] | undefined;
  readonly warnings: readonly string[];
  readonly failure?: FailureReport | undefined;
  /** The change that a dry run would push, as a unified diff. */
  readonly diff?: string | undefined;
}

const exits: Readonly<Record<Outcome, number>> = {
  landed: exit.done,
  unchanged: exit.done,
  superseded: exit.done,
  /** Waited for in vain, it ends with the status of `unknown` instead. */
  proposed: exit.done,
  "would-land": exit.done,
  held: exit.refused,
  refused: exit.refused,
  failed: exit.failed,
  unknown: exit.unknown,
};

/** A mistake in the manifests is not one of the command line: the deploy failed. */
const ofTheBranch: ReadonlySet<Failure["code"]> = new Set(["bad-manifest", "image-not-pinned"]);

/** Returns the exit status that says an outcome. A failure's own status is finer than `failed`. */
export function exitOfOutcome(outcome: Outcome, failure?: Failure): number {
  if (outcome !== "failed" || failure === undefined || ofTheBranch.has(failure.code)) {
    return exits[outcome];
  }
  return exitOfFailure(failure.code);
}

/** Returns the words of a failure as data. */
export function reportFailure(failure: Failure): FailureReport {
  const { code, message, hint, place } = failure;
  return { code, message, hint, ...(place === undefined ? {} : { place }) };
}
