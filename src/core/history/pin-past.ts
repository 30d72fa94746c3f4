/** What pins have held, and what people took out of them, carried from commit to commit. */

import type { CommitId } from "../ids.ts";
import type { RevisionReader } from "./pin-revision.ts";
import type { FilePins } from "./pin-versions.ts";

/** A revision, by its place in the source, that somebody took out of a pin. */
export interface Taken {
  readonly revision: number;
  readonly by: CommitId;
}

/** What is known of one pin at a commit. Revisions are places in the source. */
export interface PinPast {
  /** What it holds, where that names a revision. */
  readonly revision: number | undefined;
  /** All that it has held, but for what something newer among them has inside. */
  readonly held: readonly number[];
  /** What people took out, and what it does not have again. */
  readonly out: readonly Taken[];
}

/** The pins of a file, each with its past. */
export interface FilePast {
  readonly pins: FilePins;
  /** In the order of the pins' sites. */
  readonly past: readonly PinPast[];
}

/** All that is pinned at a commit. */
export interface BranchPast {
  readonly files: ReadonlyMap<string, FilePast>;
  /** Of images that had pins and have none: what the next pin of theirs takes over. */
  readonly gone: ReadonlyMap<string, PinPast>;
}

/** The past of a branch before its first commit. */
export const noPast: BranchPast = { files: new Map(), gone: new Map() };

/** What became of one pin: `past` is undefined where it is new, `after` where it is gone. */
interface PinMoved {
  readonly image: string;
  readonly past: PinPast | undefined;
  readonly after: number | undefined;
  readonly revision: number | undefined;
}

/** What a commit did to its first parent, and its parents. */
export interface PastStep {
  readonly parents: readonly BranchPast[];
  readonly moved: readonly {
    readonly path: string;
    readonly is: FilePins | undefined;
    readonly steps: readonly PinMoved[];
  }[];
  readonly by: CommitId;
  readonly isByHand: boolean;
}

const unknown: PinPast = { revision: undefined, held: [], out: [] };

/** Returns the past of a commit. */
export function pastAt(step: PastStep, revisions: RevisionReader): BranchPast {
  const { parents, moved } = step;
  const [first = noPast] = parents;
  const merger = new Merger(step, revisions);
  const files = new Map(first.files);
  const gone = new Map(parents.flatMap((parent) => [...parent.gone]));
  const steps = moved.flatMap((file) => file.steps);
  const deaths = steps.filter(({ after }) => after === undefined);
  const births = new Set(steps.flatMap(({ past, image }) => (past === undefined ? [image] : [])));
  for (const { path, is, steps: own } of moved) {
    if (is === undefined || is.sites.length === 0) {
      files.delete(path);
      continue;
    }
    const past = is.sites.map((_, at) => {
      const pin = own.find(({ after }) => after === at)!;
      if (pin.past !== undefined) return merger.moved(pin.past, pin.revision);
      const left = deaths.filter(({ image }) => image === pin.image).map((dead) => dead.past!);
      return merger.inherited([...left, gone.get(pin.image) ?? unknown], pin.revision);
    });
    files.set(path, { pins: is, past });
  }
  for (const image of births) gone.delete(image);
  for (const { image, past } of deaths) {
    if (!births.has(image)) merger.leave(image, past!, { files, gone });
  }
  for (const [path, file] of files) files.set(path, merger.merged(path, file));
  return { files, gone };
}

/** Puts pasts together at one commit. */
class Merger {
  readonly #parents: readonly BranchPast[];
  readonly #by: CommitId;
  /** Whether what is left out here was taken out by people. Merges are asked about all sides. */
  readonly #isTaking: boolean;
  readonly #revisions: RevisionReader;

  constructor({ parents, by, isByHand }: PastStep, revisions: RevisionReader) {
    this.#parents = parents;
    this.#by = by;
    this.#isTaking = isByHand && parents.length < 2;
    this.#revisions = revisions;
  }

  moved(past: PinPast, revision: number | undefined): PinPast {
    return this.inherited([past], revision);
  }

  /** Returns the past of a pin that goes on from others. */
  inherited(pasts: readonly PinPast[], revision: number | undefined): PinPast {
    const left = this.#isTaking ? pasts.flatMap((past) => this.#taken(past.revision)) : [];
    return this.#settle({
      revision,
      held: pasts.flatMap(({ held }) => held),
      out: [...pasts.flatMap(({ out }) => out), ...left],
    });
  }

  /** Hands what is known of a pin that is gone to those that are left, or keeps it for the next. */
  leave(
    image: string,
    past: PinPast,
    { files, gone }: { files: Map<string, FilePast>; gone: Map<string, PinPast> },
  ): void {
    let isLeft = false;
    for (const [path, file] of files) {
      if (!file.pins.sites.some((site) => site.image === image)) continue;
      isLeft = true;
      if (past.out.length === 0) continue;
      const pasts = file.past.map((own, at) =>
        file.pins.sites[at]!.image === image
          ? this.#settle({ ...own, out: [...past.out, ...own.out] })
          : own,
      );
      files.set(path, { ...file, past: pasts });
    }
    if (!isLeft) gone.set(image, this.inherited([past, gone.get(image) ?? unknown], undefined));
  }

  /** Returns a file with what the sides of a merge know of its pins. */
  merged(path: string, file: FilePast): FilePast {
    const sides = this.#parents.flatMap((parent) => parent.files.get(path) ?? []);
    if (this.#parents.length < 2 || sides.every((side) => side === file)) return file;
    const past = file.past.map((own, at) => {
      const { key } = file.pins.sites[at]!;
      const theirs = sides.flatMap((side) => {
        const place = side.pins.sites.findIndex((site) => site.key === key);
        return place < 0 ? [] : [{ ...side.past[place]!, text: side.pins.held[place] }];
      });
      const taken = theirs.flatMap(({ revision }) => {
        // Whoever has the same as the merge, and knew this, has moved it away, and says how.
        const isKnown = theirs.some(
          ({ text, held }) =>
            text === file.pins.held[at] && held.some((each) => this.#isIn(revision, each)),
        );
        return isKnown ? [] : this.#taken(revision);
      });
      return this.#settle({
        revision: own.revision,
        held: [...own.held, ...theirs.flatMap(({ held }) => held)],
        out: [...own.out, ...theirs.flatMap(({ out }) => out), ...taken],
      });
    });
    return { ...file, past };
  }

  /** Forgets what a pin has, and what it has twice. */
  #settle({ revision, held, out }: PinPast): PinPast {
    const all = revision === undefined ? held : [...held, revision];
    const newest = all.filter(
      (each, at) =>
        !all.some((other, index) => (other === each ? index < at : this.#isIn(each, other))),
    );
    const missing = out.filter((taken) => !this.#isIn(taken.revision, revision));
    const last = missing.filter(
      (taken, at) => missing.findLastIndex((other) => other.revision === taken.revision) === at,
    );
    return { revision, held: newest, out: last };
  }

  #taken(revision: number | undefined): readonly Taken[] {
    return revision === undefined ? [] : [{ revision, by: this.#by }];
  }

  #isIn(older: number | undefined, newer: number | undefined): boolean {
    return older !== undefined && newer !== undefined && this.#revisions.isIn(older, newer);
  }
}
