/**
 * Revisions that had landed in a pin, and that somebody moved away by hand, however it was done.
 * All that counts is what the pin held at each commit, on every line of the branch.
 */

import type { Place } from "../failure.ts";
import type { CommitId } from "../ids.ts";
import type { LoggedCommit } from "./commits.ts";
import { type BranchHistory, readSteps } from "./deploys.ts";
import { nowhere, type PinPair, pinPairs } from "./pin-changes.ts";
import { type BranchPast, type FilePast, noPast, pastAt } from "./pin-past.ts";
import type { RevisionReader } from "./pin-revision.ts";
import type { FilePins } from "./pin-versions.ts";

/** A file that a commit changed, and how its pins before and after belong together. */
interface ChangedPins {
  readonly path: string;
  readonly was: FilePast | undefined;
  /** Undefined: the file is gone. */
  readonly is: FilePins | undefined;
  readonly pairs: readonly PinPair[];
}

/** Knows what was moved away from where. */
export class MovedAway {
  readonly #branch: BranchHistory;
  readonly #revisions: RevisionReader;
  readonly #tip: BranchPast;

  constructor(branch: BranchHistory, revisions: RevisionReader) {
    this.#branch = branch;
    this.#revisions = revisions;
    this.#tip = this.#read();
  }

  /**
   * Returns the commit by which somebody moved a revision, or one that holds it, away from a pin.
   *
   * @param revision By its place in the source.
   */
  by(pin: Place & { readonly image: string }, revision: number): CommitId | undefined {
    const file = this.#tip.files.get(pin.file);
    const pasts = file?.past.filter((_, at) => {
      const { line, image } = file.pins.sites[at]!;
      return line === pin.line && image === pin.image;
    });
    const out = pasts?.flatMap((past) => past.out) ?? [];
    return out.findLast((taken) => this.#revisions.isIn(revision, taken.revision))?.by;
  }

  /** Goes through the commits, parents first. What no child will ask for any more is forgotten. */
  #read(): BranchPast {
    const { commits } = this.#branch;
    const children = new Map<string, number>();
    for (const id of commits.flatMap(({ parents }) => parents)) {
      children.set(id, (children.get(id) ?? 0) + 1);
    }
    const pasts = new Map<string, BranchPast>();
    for (const commit of [...commits].reverse()) {
      const parents = commit.parents.flatMap((id) => pasts.get(id) ?? []);
      pasts.set(commit.id, this.#step(commit, parents));
      for (const id of commit.parents) {
        children.set(id, children.get(id)! - 1);
        if (children.get(id) === 0) pasts.delete(id);
      }
    }
    return pasts.get(commits[0]?.id ?? "") ?? noPast;
  }

  #step(commit: LoggedCommit, parents: readonly BranchPast[]): BranchPast {
    const [first = noPast] = parents;
    const files = this.#changesOf(commit, first);
    const isSettled = parents.every((parent) => parent === first);
    if (files.length === 0 && isSettled) return first;
    const changes = files.flatMap(({ was, is, pairs }) =>
      pairs.map(([before = -1, after = -1]) => {
        return { from: was?.pins.held[before], to: is?.held[after] };
      }),
    );
    const tool = this.#branch.toolOf(commit);
    const { kind, pins } = readSteps(commit, tool, changes, this.#revisions);
    let at = 0;
    const moved = files.map(({ path, was, is, pairs }) => {
      const steps = pairs.map(([before, after]) => {
        const { from, to, toRevision } = pins[at++]!;
        const past = before === undefined ? undefined : was!.past[before];
        const revision = from === to ? (past?.revision ?? toRevision) : toRevision;
        return {
          image: (is?.sites[after ?? -1] ?? was!.pins.sites[before!])!.image,
          past,
          after,
          revision,
        };
      });
      return { path, is, steps };
    });
    const by = commit.id as CommitId;
    return pastAt({ parents, moved, by, isByHand: kind === "by-hand" }, this.#revisions);
  }

  /** What cannot be read says nothing: its pins count as they were before. */
  #changesOf({ id }: LoggedCommit, { files }: BranchPast): readonly ChangedPins[] {
    const { changes, pinsIn } = this.#branch;
    return (changes.get(id) ?? []).flatMap(({ path, after }) => {
      const was = files.get(path);
      const is = after === undefined ? undefined : pinsIn(after);
      if (after !== undefined && is === undefined) return [];
      const pairs = pinPairs(was?.pins ?? nowhere, is ?? nowhere);
      return pairs.length === 0 ? [] : [{ path, was, is, pairs }];
    });
  }
}
