/** The model of a git server: one branch, moved by compare-and-swap, with a memory of where it stood. */

import type { CommitId } from "../core/ids.ts";
import type { Objects } from "./objects.ts";

/** One move of the branch. */
export interface Move {
  readonly tip: CommitId;
  readonly atMs: number;
  readonly by: string;
  readonly how: "start" | "swap" | "force";
}

/** One branch. Its moves are the truth that everything said is held against. */
export class Server {
  readonly #objects: Objects;
  readonly #now: () => number;
  readonly moves: Move[];

  constructor(objects: Objects, base: CommitId, now: () => number) {
    this.#objects = objects;
    this.#now = now;
    this.moves = [{ tip: base, atMs: now(), by: "", how: "start" }];
  }

  /** Where the branch stands. */
  get tip(): CommitId {
    return this.moves.at(-1)!.tip;
  }

  /** Takes a push: moves the branch to `commit` if it stands at the commit's parent, as git does. */
  swap(commit: CommitId, by: string): boolean {
    if (this.#objects.get(commit).parent !== this.tip) return false;
    this.moves.push({ tip: commit, atMs: this.#now(), by, how: "swap" });
    return true;
  }

  /** Moves the branch wherever it is told to. */
  force(commit: CommitId, by: string): void {
    this.moves.push({ tip: commit, atMs: this.#now(), by, how: "force" });
  }

  /** Where the branch stood `movesBack` moves ago, as a replica that lags would say. */
  tipAgo(movesBack: number): CommitId {
    return this.moves[Math.max(0, this.moves.length - 1 - movesBack)]!.tip;
  }

  /** Where the branch stood at a moment. */
  tipAt(atMs: number): CommitId {
    return (this.moves.findLast((move) => move.atMs <= atMs) ?? this.moves[0]!).tip;
  }
}
