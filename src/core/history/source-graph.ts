/** The source's history as a graph in memory: who descends from whom, asked many thousand times. */

import type { Revision } from "../ids.ts";
import type { LoggedCommit } from "./commits.ts";

const shortest = 7;

/**
 * A history whose commits are known by their place in it. Parents always come after their
 * children, so a commit can only be reached from those in front of it.
 */
export class SourceGraph {
  readonly commits: readonly LoggedCommit[];
  readonly #parents: readonly (readonly number[])[];
  /** Places by the first digits of the id. */
  readonly #byPrefix = new Map<string, number[]>();
  /** Which walk came past a commit last. */
  readonly #walkAt: Uint32Array;
  #walks = 0;

  /** @param commits Children before their parents, the tip first. */
  constructor(commits: readonly LoggedCommit[]) {
    this.commits = commits;
    const places = new Map(commits.map(({ id }, place) => [id, place]));
    this.#parents = commits.map(({ parents }) =>
      parents.map((id) => places.get(id)).filter((place) => place !== undefined),
    );
    for (const [place, { id }] of commits.entries()) {
      const known = this.#byPrefix.get(id.slice(0, shortest));
      if (known === undefined) this.#byPrefix.set(id.slice(0, shortest), [place]);
      else known.push(place);
    }
    this.#walkAt = new Uint32Array(commits.length);
  }

  /** Returns the place of the commit that an id or a prefix of 7 digits and more names alone. */
  find(idOrPrefix: string): number | undefined {
    const found = this.findAll(idOrPrefix);
    return found.length === 1 ? found[0] : undefined;
  }

  /** Returns the places of all commits that an id or a prefix of 7 digits and more names. */
  findAll(idOrPrefix: string): readonly number[] {
    if (idOrPrefix.length < shortest) return [];
    const known = this.#byPrefix.get(idOrPrefix.slice(0, shortest)) ?? [];
    return known.filter((place) => this.commits[place]!.id.startsWith(idOrPrefix));
  }

  /** Returns the places of a commit's parents, as far as they are here. */
  parentsOf(place: number): readonly number[] {
    return this.#parents[place]!;
  }

  /** Returns the id at a place, as the revision that it is. */
  revisionAt(place: number): Revision {
    return this.commits[place]!.id as Revision;
  }

  /** Returns the places from a commit, by default the tip, back along first parents. */
  line(from = 0): readonly number[] {
    const places: number[] = [];
    let at: number | undefined = this.commits.length === 0 ? undefined : from;
    while (at !== undefined) {
      places.push(at);
      at = this.#parents[at]?.[0];
    }
    return places;
  }

  /** Returns whether one commit is another or one of its ancestors. */
  isAncestor(ancestor: number, descendant: number): boolean {
    let isFound = false;
    this.walk([descendant], (place) => {
      isFound ||= place === ancestor;
      return !isFound && place < ancestor;
    });
    return isFound;
  }

  /** Walks back from some commits, each once, on from those that `enter` returns true for. */
  walk(from: readonly number[], enter: (place: number) => boolean): void {
    this.#walks += 1;
    const rest = [...from];
    for (let place = rest.pop(); place !== undefined; place = rest.pop()) {
      if (this.#walkAt[place] === this.#walks) continue;
      this.#walkAt[place] = this.#walks;
      if (enter(place)) for (const parent of this.#parents[place]!) rest.push(parent);
    }
  }
}
