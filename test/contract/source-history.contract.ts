/** What every `SourceHistory` keeps to. */

import { describe, expect, it } from "vitest";
import type { Revision } from "../../src/core/ids.ts";
import type { SourceHistory } from "../../src/ports.ts";

/** Commits by their names, each with the names of its parents; the last one is the branch's tip. */
export type SourceShape = readonly (readonly [name: string, ...parents: readonly string[]])[];

/** A source, and how it grows. */
export interface SourceSubject {
  readonly history: SourceHistory;
  readonly of: (name: string) => Revision;
  /** Adds commits, and moves the branch to the last. */
  grow(more: SourceShape): Promise<void>;
}

const shape: SourceShape = [
  ["base"],
  ["left", "base"],
  ["right", "base"],
  ["merge", "left", "right"],
  ["tip", "merge"],
];

/** Runs the suite on one kind of history. */
export function sourceHistoryContract(
  name: string,
  open: (shape: SourceShape) => Promise<SourceSubject>,
): void {
  describe(name, () => {
    it("tells who descends from whom, over every parent", async () => {
      const { history, of } = await open(shape);
      const isAncestor = (a: string, b: string) => history.isAncestor(of(a), of(b));
      for (const [older, newer] of [
        ["base", "base"],
        ["base", "tip"],
        ["left", "merge"],
        ["right", "merge"],
        ["right", "tip"],
      ] as const) {
        expect(await isAncestor(older, newer), `${older} ${newer}`).toBe(true);
        if (older !== newer) expect(await isAncestor(newer, older)).toBe(false);
      }
      expect(await isAncestor("left", "right")).toBe(false);
    });

    it("finds a commit by its id and its first digits, and nothing by anything else", async () => {
      const { history, of } = await open(shape);
      const left = of("left");
      for (const digits of [left, left.slice(0, 12), left.slice(0, 7)]) {
        expect(await history.resolve(digits)).toBe(left);
        expect(await history.candidates(digits)).toEqual([left]);
        expect(await history.named(digits)).toEqual([left]);
      }
      for (const text of ["", "abc", "HEAD", "0".repeat(40), "0123456g", left.toUpperCase()]) {
        expect(await history.candidates(text), text).toEqual([]);
        expect(await history.resolve(text), text).toBeUndefined();
      }
      expect(await history.named("0".repeat(40))).toEqual([]);
    });

    it("takes HEAD for the tip, as it is once it is looked at again", async () => {
      const { history, of, grow } = await open(shape);
      expect(await history.named("HEAD")).toEqual([of("tip")]);
      await grow([["next", "tip"]]);
      history.refresh();
      expect(await history.named("HEAD")).toEqual([of("next")]);
      expect(await history.resolve(of("next"))).toBe(of("next"));
      expect(await history.isAncestor(of("right"), of("next"))).toBe(true);
    });
  });
}
