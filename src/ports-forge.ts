/** Types only: what landing through a request asks of a forge, and what each answer promises. */

import type { ForgeRequest, RequestText } from "./core/forge/request.ts";
import type { CommitId } from "./core/ids.ts";
import type { ReadCommit } from "./core/landing/commit-message.ts";
import type { PushReply } from "./core/landing/push-outcome.ts";

/** What our own branch beside the manifests branch holds. */
export interface ProposedHead {
  readonly commit: CommitId;
  /** What it is based on. Undefined: on nothing, or on several. */
  readonly parent: CommitId | undefined;
  readonly message: string;
  /** What it says of itself. Undefined: it is not as Landfall wrote it. */
  readonly record: ReadCommit | undefined;
}

/**
 * The way through a protected branch: a branch of our own, and the request on the forge that asks
 * to merge it. Each call throws Failure as `Remote.fetchTip` does, unless it says otherwise.
 */
export interface Proposals {
  /** Which manifests the request is about. */
  readonly scope: string;
  /** Whether the forge is asked to merge what is proposed. */
  readonly isAuto: boolean;
  /** Whether a run waits until it is merged. */
  readonly isAwaited: boolean;
  /** Returns where what is new between two tags is shown, as far as that is known. */
  compare(from: string, to: string): string | undefined;
  /** Reads our branch into our own repository. Undefined: there is none. */
  head(): Promise<ProposedHead | undefined>;
  /**
   * Moves our branch by compare-and-swap. No `from`: there is none yet; no `to`: it goes away.
   * Never throws for the world's failures, as `Remote.push` does not.
   */
  swap(from: CommitId | undefined, to: CommitId | undefined): Promise<PushReply>;
  /**
   * Returns the commit of a deploy, by its trailers, in what came to the branch's own line since it
   * was first read. What merging made of a commit is known by that, whatever its hash.
   */
  landedAs(tip: CommitId, deploy: string): Promise<CommitId | undefined>;
  /** Returns what a commit of the branch's own line stands on, as far as that is here. */
  parentOf(commit: CommitId): Promise<CommitId | undefined>;
  /** Returns the open request from our branch, or else the one that was closed or merged last. */
  latest(): Promise<ForgeRequest | undefined>;
  /** Reads one of them again, open or not. Undefined: there is none of that number. */
  read(number: number): Promise<ForgeRequest | undefined>;
  /** Opens a request. `taken` when there is one already. */
  open(text: RequestText): Promise<"opened" | "taken">;
  edit(number: number, text: RequestText): Promise<void>;
  /** Closes it, unless it was merged meanwhile. */
  close(number: number, text: RequestText): Promise<void>;
  comment(number: number, words: string): Promise<void>;
  /**
   * Asks the forge to merge what the request shows now, at once or when its checks are green.
   * `later` when it cannot tell yet; words when it will not.
   */
  mergeWhenReady(request: ForgeRequest): Promise<"asked" | "later" | { readonly words: string }>;
}
