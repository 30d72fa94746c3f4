/** What production holds while the deploys pass by: which commits landed, and which went out. */

import type { DeployStep } from "./deploys.ts";
import type { SourceGraph } from "./source-graph.ts";

const never = -1;

/** The commits of the source as production has them after some deploys. Deploys are numbered. */
export class LandingState {
  readonly #graph: SourceGraph;
  /** What each pin holds, and how many pins hold each commit. */
  readonly #held = new Map<string, number>();
  readonly #heads = new Map<number, number>();
  /** By the commits' places. Whatever is in, its ancestors are in too. */
  readonly #isIn: Uint8Array;
  readonly #landedBy: Int32Array;
  readonly #takenOutBy: Int32Array;

  constructor(graph: SourceGraph) {
    const { length } = graph.commits;
    this.#graph = graph;
    this.#isIn = new Uint8Array(length);
    this.#landedBy = new Int32Array(length).fill(never);
    this.#takenOutBy = new Int32Array(length).fill(never);
  }

  /** Applies a deploy. Returns whether it landed a commit that was not in before. */
  apply(step: DeployStep, number: number): boolean {
    const { pins } = step;
    const held = pins.map(({ file, keyBefore, from }) =>
      from === undefined ? undefined : this.#release(`${file}\0${keyBefore}`),
    );
    let hasLanded = false;
    for (const [at, { file, site, to, toRevision }] of pins.entries()) {
      // A tag that names no commit hides what is there: the pin counts as it was.
      const revision = toRevision ?? held[at];
      if (to === undefined || revision === undefined) continue;
      this.#hold(`${file}\0${site.key}`, revision);
      if (this.#land(revision, number)) hasLanded = true;
    }
    const left = held.filter((_, at) => pins[at]!.to !== undefined);
    if (left.some((revision) => this.#isLost(revision))) this.#takeOut(number);
    return hasLanded;
  }

  /** Returns whether production holds a commit. */
  isIn(place: number): boolean {
    return this.#isIn[place] === 1;
  }

  /** Returns the deploy that landed a commit first. */
  landedBy(place: number): number | undefined {
    return numberIn(this.#landedBy, place);
  }

  /** Returns the deploy that took a commit out last. */
  takenOutBy(place: number): number | undefined {
    return numberIn(this.#takenOutBy, place);
  }

  #hold(pin: string, revision: number): void {
    this.#release(pin);
    this.#held.set(pin, revision);
    this.#heads.set(revision, (this.#heads.get(revision) ?? 0) + 1);
  }

  /** Takes a pin away, and returns what it held. */
  #release(pin: string): number | undefined {
    const revision = this.#held.get(pin);
    if (revision === undefined) return undefined;
    this.#held.delete(pin);
    const rest = this.#heads.get(revision)! - 1;
    if (rest > 0) this.#heads.set(revision, rest);
    else this.#heads.delete(revision);
    return revision;
  }

  #land(revision: number, number: number): boolean {
    let hasLanded = false;
    this.#graph.walk([revision], (place) => {
      if (this.#isIn[place] === 1) return false;
      this.#isIn[place] = 1;
      if (this.#landedBy[place] === never) this.#landedBy[place] = number;
      hasLanded = true;
      return true;
    });
    return hasLanded;
  }

  /** Returns whether no pin holds a commit any more that one held, nor a descendant of it. */
  #isLost(revision: number | undefined): boolean {
    if (revision === undefined) return false;
    return ![...this.#heads.keys()].some((head) => this.#graph.isAncestor(revision, head));
  }

  #takeOut(number: number): void {
    const kept = new Uint8Array(this.#isIn.length);
    this.#graph.walk([...this.#heads.keys()], (place) => {
      kept[place] = 1;
      return true;
    });
    for (const [place, isKept] of kept.entries()) {
      if (isKept === 1 || this.#isIn[place] === 0) continue;
      this.#isIn[place] = 0;
      this.#takenOutBy[place] = number;
    }
  }
}

function numberIn(numbers: Int32Array, place: number): number | undefined {
  const number = numbers[place]!;
  return number === never ? undefined : number;
}
