/** What a run of the sync checker found and did: one object behind text, JSON and HTML. */

import type { Place } from "../failure.ts";
import type { CommitId, Digest, Revision, Tag } from "../ids.ts";
import type { RequestReference } from "../landing/landing.ts";
import type { MentionReport } from "./mention.ts";
import type { FailureReport, Outcome } from "./promote.ts";

/** How an image's pins relate to what is published of it. */
export type SyncVerdict =
  /** The pins hold the newest revision that is published. */
  | "in-sync"
  /** The pins hold something newer than what we take for the newest that is whole. */
  | "ahead"
  /** A newer revision is younger than the grace time: its deploy may still be on its way. */
  | "pending"
  /** A hold keeps the newer revisions out. */
  | "held"
  /** The pins are older than what is published: a deploy was lost. */
  | "behind"
  /** The image has pins with different tags. */
  | "mixed"
  /** A pin has a tag that names no revision: `latest`, a placeholder. */
  | "floating"
  /** A newer revision is older than the grace time and not all its images exist. */
  | "stalled"
  /** The newer revision had landed, and somebody moved it away by hand. */
  | "reverted"
  /** A pin's tag is not in the registry. */
  | "missing"
  /** A pin holds a revision of another line of history. */
  | "diverged"
  /** Something could not be read, so nothing is known. */
  | "unreadable";

/** All verdicts, from well to bad: the worst one of the images is the whole's. */
export const syncVerdicts: readonly SyncVerdict[] = [
  ...(["in-sync", "ahead", "pending", "held"] as const),
  ...(["behind", "mixed", "floating", "stalled"] as const),
  ...(["reverted", "missing", "diverged", "unreadable"] as const),
];

/** Returns the worst of some verdicts; of none, that all is well. */
export function worstOf(verdicts: readonly SyncVerdict[]): SyncVerdict {
  return syncVerdicts.findLast((verdict) => verdicts.includes(verdict)) ?? "in-sync";
}

/** Verdicts after which nobody has to look. */
export const calmVerdicts: ReadonlySet<SyncVerdict> = new Set(syncVerdicts.slice(0, 4));

/** One pin as it was. */
export interface SyncPin extends Place {
  /** As the manifest has it, empty where it names no tag. */
  readonly tag: string;
}

/** How long and how far an image stayed behind. */
export interface SyncGap {
  /** The committer's date of the first commit that production lacks, since the epoch. */
  readonly sinceMs: number;
  /** How many code commits production lacks. */
  readonly commits: number;
}

/** One image, as it was found. */
export interface SyncImage {
  readonly image: string;
  readonly verdict: SyncVerdict;
  /** A sentence that says what is the matter; not safe to print as it comes. */
  readonly detail: string;
  /** What to do about it, where there is something. */
  readonly hint?: string | undefined;
  /** What the pins should hold, where that is known. */
  readonly wanted?: { readonly tag: Tag; readonly revision: Revision; readonly digest?: Digest };
  readonly pins: readonly SyncPin[];
  readonly gap?: SyncGap | undefined;
  /** Whether this run moved its pins. */
  readonly fixed: boolean;
}

/** What a run found and did. The field `version` changes when a reader would have to. */
export interface SyncResult {
  readonly version: 1;
  readonly command: "sync";
  /** The worst verdict found, before any repair. */
  readonly verdict: SyncVerdict;
  /** What the repair came to; undefined where none was tried. */
  readonly outcome?: Outcome | undefined;
  /** 0 when all is well or was repaired, 3 when something is left to repair or look at. */
  readonly exit: number;
  readonly deploy: string;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  readonly atMs: number;
  readonly tookMs: number;
  readonly attempts: number;
  /** The tip that was looked at, and the commit of the repair. */
  readonly tip?: CommitId | undefined;
  /** The request on the forge that the repair went through. */
  readonly request?: RequestReference | undefined;
  readonly commit?: CommitId | undefined;
  readonly images: readonly SyncImage[];
  /** Other places that name the images, and were not moved. None: there are none. */
  readonly mentions?: readonly MentionReport[] | undefined;
  readonly warnings: readonly string[];
  readonly failure?: FailureReport | undefined;
  /** The change that a dry run would push. */
  readonly diff?: string | undefined;
}
