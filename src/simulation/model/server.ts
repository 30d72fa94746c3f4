/**
 * The model of a git server: one branch, moved by compare-and-swap, with a memory of where it
 * stood.
 */

import type { CommitId } from "../../core/ids.ts";
import type { Mark } from "../../core/landing/mark.ts";
import type { Along, WaitingNote } from "../../ports-waiting.ts";
import type { Objects } from "./objects.ts";

/** One move of the branch. */
export interface Move {
  readonly tip: CommitId;
  readonly atMs: number;
  readonly by: string;
  readonly how: "start" | "swap" | "force";
  /** What waited beside the branch, as long as it was there. */
  notes: readonly WaitingNote[];
}

/** A push: a commit and what goes along with it. */
export interface ModelPush {
  readonly commit: CommitId;
  readonly along?: Along | undefined;
}

/** A note that comes, goes, or takes the place of another. */
export interface NoteMove {
  readonly deploy: string;
  /** What must be there. Undefined: nothing. */
  readonly from: CommitId | undefined;
  readonly to: WaitingNote | undefined;
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
    this.moves = [{ tip: base, atMs: now(), by: "", how: "start", notes: [] }];
  }

  /** Where the branch is. */
  get tip(): CommitId {
    return this.moves.at(-1)!.tip;
  }

  /** What waits beside it. */
  get notes(): readonly WaitingNote[] {
    return this.moves.at(-1)!.notes;
  }

  /**
   * Takes a push: moves the branch to `commit` if it is at the commit's parent, as git does.
   */
  swap({ commit, along }: ModelPush, by: string): boolean {
    const { ended = [], head: tip = commit } = along ?? {};
    if (this.#objects.get(commit).parent !== this.tip || !areThere(ended, this.notes)) return false;
    const notes = this.notes.filter((note) => !areThere([note], ended));
    this.moves.push({ tip, atMs: this.#now(), by, how: "swap", notes });
    return true;
  }

  /** Moves a note by compare-and-swap. */
  moveNote({ deploy, from, to }: NoteMove): boolean {
    const standing = this.notes.find((note) => note.deploy === deploy);
    if (standing?.id !== from) return false;
    const others = this.notes.filter((note) => note !== standing);
    this.moves.at(-1)!.notes = to === undefined ? others : [...others, to];
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
  deliveryOf(push: ModelPush, by: string): () => void {
    const forces = this.#forces();
    return () => {
      if (this.#forces() === forces) this.swap(push, by);
    };
  }

  #forces(): number {
    return this.moves.filter(({ how }) => how === "force").length;
  }

  /** Moves the branch wherever it is told to. */
  force(commit: CommitId, by: string): void {
    this.moves.push({ tip: commit, atMs: this.#now(), by, how: "force", notes: this.notes });
  }

  /**
   * Where the branch stood `movesBack` moves ago, as a replica that lags would say. Never on a line
   * that was cut off: no reader could tell that from a branch that went on.
   */
  moveAgo(movesBack: number): Move {
    const forced = this.moves.findLastIndex(({ how }) => how === "force");
    return this.moves[Math.max(0, forced, this.moves.length - 1 - movesBack)]!;
  }
}

/** Returns whether notes are all among others, as they were read. */
export function areThere(wanted: readonly WaitingNote[], notes: readonly WaitingNote[]): boolean {
  return wanted.every(({ id }) => notes.some((note) => note.id === id));
}
