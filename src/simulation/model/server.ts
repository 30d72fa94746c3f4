/**
 * The model of a git server: one branch, moved by compare-and-swap, with a memory of where it
 * stood.
 */

import type { CommitId } from "../../core/ids.ts";
import type { Mark } from "../../core/landing/mark.ts";
import type { Objects } from "./objects.ts";

/** One move of the branch. */
export interface Move {
  readonly tip: CommitId;
  readonly atMs: number;
  readonly by: string;
  readonly how: "start" | "swap" | "force";
}

/** A mark, and how often the branch had moved by then. */
export interface PlacedMark extends Mark {
  readonly moves: number;
}

/** One branch. Its moves are the truth that everything said is held against. */
export class Server {
  readonly #objects: Objects;
  readonly #now: () => number;
  readonly moves: Move[];
  /** Marks beside the branch. */
  readonly marks: PlacedMark[] = [];

  constructor(objects: Objects, base: CommitId, now: () => number) {
    this.#objects = objects;
    this.#now = now;
    this.moves = [{ tip: base, atMs: now(), by: "", how: "start" }];
  }

  /** Where the branch stands. */
  get tip(): CommitId {
    return this.moves.at(-1)!.tip;
  }

  /**
   * Takes a push: moves the branch to `commit` if it stands at the commit's parent, as git does.
   */
  swap(commit: CommitId, by: string): boolean {
    if (this.#objects.get(commit).parent !== this.tip) return false;
    this.moves.push({ tip: commit, atMs: this.#now(), by, how: "swap" });
    return true;
  }

  /** Takes a mark. */
  mark(mark: Mark): void {
    this.marks.push({ ...mark, moves: this.moves.length });
  }

  /**
   * Returns what delivers a push that is under way. It is lost when the branch is forced meanwhile:
   * a branch put back to the push's parent would take it, which no client can foresee.
   */
  deliveryOf(commit: CommitId, by: string): () => void {
    const forces = this.#forces();
    return () => {
      if (this.#forces() === forces) this.swap(commit, by);
    };
  }

  #forces(): number {
    return this.moves.filter(({ how }) => how === "force").length;
  }

  /** Moves the branch wherever it is told to. */
  force(commit: CommitId, by: string): void {
    this.moves.push({ tip: commit, atMs: this.#now(), by, how: "force" });
  }

  /**
   * Where the branch stood `movesBack` moves ago, as a replica that lags would say. Never on a line
   * that was cut off: no reader could tell that from a branch that went on.
   */
  tipAgo(movesBack: number): CommitId {
    const forced = this.moves.findLastIndex(({ how }) => how === "force");
    return this.moves[Math.max(0, forced, this.moves.length - 1 - movesBack)]!.tip;
  }
}
