/** Revisions that had landed in a pin, and that somebody moved away by hand. */

import type { Place } from "../failure.ts";
import type { CommitId } from "../ids.ts";
import type { DeployStep, PinStep } from "./deploys.ts";
import type { SourceGraph } from "./source-graph.ts";

/** What people took out of one pin. */
interface Taken {
  readonly file: string;
  readonly line: number;
  readonly image: string;
  readonly out: readonly { readonly revision: number; readonly by: CommitId }[];
}

/** Knows what was moved away from where. */
export class MovedAway {
  readonly #graph: SourceGraph;
  readonly #taken = new Map<string, Taken>();

  /** @param steps The deploys of the branch, oldest first. */
  constructor(graph: SourceGraph, steps: readonly DeployStep[]) {
    this.#graph = graph;
    for (const step of steps) this.#follow(step);
  }

  /**
   * Returns the commit by which somebody moved a revision, or one that holds it, away from a pin.
   *
   * @param revision By its place in the source.
   */
  by(pin: Place & { readonly image: string }, revision: number): CommitId | undefined {
    for (const { file, line, image, out } of this.#taken.values()) {
      if (file !== pin.file || line !== pin.line || image !== pin.image) continue;
      return out.findLast((taken) => this.#graph.isAncestor(revision, taken.revision))?.by;
    }
    return undefined;
  }

  #follow({ commit, kind, pins }: DeployStep): void {
    const nameBefore = ({ file, keyBefore }: PinStep) => `${file}\0${keyBefore}`;
    // All are read before any is written: neighbours may take each other's names.
    const before = pins.map((pin) => this.#taken.get(nameBefore(pin))?.out ?? []);
    for (const pin of pins) this.#taken.delete(nameBefore(pin));
    const by = commit.id as CommitId;
    for (const [at, pin] of pins.entries()) {
      const { file, site, from, to } = pin;
      // A tool deploys what it means to deploy, and a rollback leaves a hold where it means one.
      const isToolMove = from !== to && kind !== "by-hand";
      if (to === undefined || isToolMove) continue;
      const out = from === to ? before[at]! : this.#outOf(pin, [...before[at]!], by);
      const { image, line } = site;
      if (out.length > 0) this.#taken.set(`${file}\0${site.key}`, { file, line, image, out });
    }
  }

  #outOf({ fromRevision, toRevision }: PinStep, before: Taken["out"], by: CommitId): Taken["out"] {
    const left = fromRevision === undefined ? [] : [{ revision: fromRevision, by }];
    return [...before, ...left].filter(
      ({ revision }) => toRevision === undefined || !this.#graph.isAncestor(revision, toRevision),
    );
  }
}
