/**
 * What a race leaves behind, as plain data: the branch as it was read afterwards, and what everyone
 * said. The model and real git leave the same, so that one checker judges both.
 */

import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import type { ReadCommit } from "../../core/landing/commit-message.ts";
import type { Gate } from "../../core/landing/gate.ts";
import type { Mark } from "../../core/landing/mark.ts";
import type { Outcome } from "../../core/results/promote.ts";

/** An environment with a name, as the laws need to know it. */
export interface Place {
  readonly environment: string;
  /** The folder with its manifests. */
  readonly path: string;
  readonly gate?: Gate | undefined;
}

/** One commit of the branch. */
export interface RecordedCommit {
  readonly id: CommitId;
  readonly message: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** One run of a command: what it was to do, and the one way in which it ended. */
export interface Operation {
  /** Who ran it. */
  readonly actor: string;
  readonly command: "promote" | "sync" | "rollback" | "release" | "freeze" | "thaw";
  readonly environment?: string | undefined;
  readonly deploy: string;
  readonly revision: Revision;
  readonly images: readonly { readonly image: ImageName; readonly tag: Tag }[];
  readonly startedMs: number;
  /** Undefined: it was cut off, so that it may have done anything, and may do it yet. */
  readonly end?: StatedOutcome | undefined;
  /** Whether it is the same command again with nothing in between, and so must do nothing. */
  readonly isRepeat: boolean;
  /** Pushes in doubt at the end, and those that a rule refused, where the lab can know them. */
  readonly pushes?: { readonly doubts: number; readonly denials: number } | undefined;
}

/** What an operation said when it ended. */
export interface StatedOutcome {
  readonly atMs: number;
  readonly outcome: Outcome;
  readonly exit: number;
  readonly commit?: CommitId | undefined;
  readonly tip?: CommitId | undefined;
  /** Why, as a code, when it did not go as wished. */
  readonly code?: string | undefined;
}

const well: ReadonlySet<Outcome> = new Set(["landed", "unchanged", "superseded"]);

/** Returns whether an operation ended, and with what it was to do done. */
export function isWell({ end }: Operation): boolean {
  return end !== undefined && well.has(end.outcome);
}

/** The order of the source's revisions. */
export interface Lineage {
  /** Returns the only revision that begins with these hex digits. */
  find(digits: string): Revision | undefined;
  /** Returns whether a revision is another, or an ancestor of it. */
  precedes(ancestor: Revision, descendant: Revision): boolean;
}

/** All that the laws are held against. */
export interface RaceHistory {
  /** The first-parent history of the branch, oldest first, beginning before the race. */
  readonly log: readonly RecordedCommit[];
  readonly operations: readonly Operation[];
  /** Every tip that anyone ever saw, in the order of the branch's moves. */
  readonly tips: readonly CommitId[];
  /** Commits that people made, whatever their messages say. Absent: the messages tell. */
  readonly byPeople?: ReadonlySet<CommitId>;
  /** Commits that people cut off the branch with a forced push. */
  readonly cutOff: ReadonlySet<CommitId>;
  readonly source: Lineage;
  readonly images: readonly ImageName[];
  /** Environments that have names. Absent: there is one, which has none. */
  readonly places?: readonly Place[] | undefined;
  /** What was left beside the branch, each with how often that had moved by then. */
  readonly marks?: readonly (Mark & { readonly moves: number })[] | undefined;
  /** What became of requests on the forge. Absent: all were pushed. */
  readonly requests?: RequestHistory | undefined;
  /** Whether nobody moved pins by hand, set a hold or rewound, so that the end can be foretold. */
  readonly isUndisturbed: boolean;
  /** Whether nothing stood in anybody's way for good, so that all must come out well. */
  readonly mustSucceed: boolean;
  /** The longest that an operation may take, in milliseconds. */
  readonly boundMs: number;
}

/** What requests were left, and what was done to people's work. */
export interface RequestHistory {
  /** Those that are open at the end with a head of ours. */
  readonly open: readonly { readonly number: number; readonly record: ReadCommit | undefined }[];
  readonly overwritten: readonly CommitId[];
  /** What was merged, and the commit of the branch that it had been made on. */
  readonly madeOn: ReadonlyMap<CommitId, CommitId>;
  /** A push came late, or its answer was lost. */
  readonly isLate: boolean;
}

/** The laws, by the names of docs/design.md, section 2, and those about what is reported. */
export type Invariant =
  | "I1"
  | "I2"
  | "I3"
  | "I4"
  | "I5"
  | "I6"
  | "I7"
  | "I8"
  | "I9"
  | "held"
  | "frozen"
  | "gated"
  | "apart"
  | "request"
  | "reverted"
  | "truth"
  | "exit";

/** One law broken, and by what. */
export interface Violation {
  readonly law: Invariant;
  readonly message: string;
}
