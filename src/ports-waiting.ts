/** Types only: what is asked of the place beside the branch where changes wait. */

import type { CommitId } from "./core/ids.ts";
import type { PushReply } from "./core/landing/push-outcome.ts";
import type { CommitDraft } from "./ports.ts";

/** A change that somebody left beside the branch: where, and what is written there. */
export interface WaitingNote {
  /** The last part of its ref's name. */
  readonly deploy: string;
  /** What the ref names. */
  readonly id: CommitId;
  readonly text: string;
}

/** What goes along with a push, all or nothing. */
export interface Along {
  /** What the branch moves to: the last of a chain of commits that begins with the one pushed. */
  readonly head: CommitId;
  /** Notes that end with it. One that is no longer as it was read fails the push. */
  readonly ended: readonly WaitingNote[];
}

/** What came between two commits of the branch. */
export interface Since {
  /** Newest first. */
  readonly commits: readonly { readonly id: CommitId; readonly message: string }[];
  /** Files that differ between the two. */
  readonly changed: readonly string[];
}

/** The place beside the branch where changes wait to be taken along. */
export interface WaitingRoom {
  /** The branch that it is beside. */
  readonly branch: string;
  /** Whose changes are left from here. */
  readonly author: { readonly name: string; readonly email: string };
  /** Reads the tip, and all notes in the same requests. Throws as `Remote.fetchTip` does. */
  fetchAll(): Promise<{ readonly tip: CommitId; readonly notes: readonly WaitingNote[] }>;
  /**
   * Leaves a note, or puts it over one that is as it was read. Never throws for the world's
   * failures: one that was cut off is `silent`.
   */
  leave(
    note: Omit<WaitingNote, "id"> & { readonly atSeconds: number },
    over: WaitingNote | undefined,
  ): Promise<{ readonly note: WaitingNote; readonly reply: PushReply }>;
  /** Removes a note that is as it was read. Never throws for the world's failures. */
  remove(note: WaitingNote): Promise<PushReply>;
  /** Reads files of a tip, each that is there. Throws as `Remote.fetchTip` does. */
  read(tip: CommitId, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Writes commits, each on top of the one before, and returns the last. */
  chain(on: CommitId, drafts: readonly Omit<CommitDraft, "parent">[]): Promise<CommitId>;
  /** Asks no server. Undefined where `base` is not known here as an ancestor of `tip`. */
  since(base: CommitId, tip: CommitId): Promise<Since | undefined>;
  /** Returns what shows that a text is of somebody who may land it. */
  sealOf(text: string): string;
  /** Returns whether a seal is a text's own. */
  isSealOf(seal: string, text: string): boolean;
}
