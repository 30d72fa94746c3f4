/** Lifting holds: what one environment lifts leaves every other environment's alone. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { activeHolds, type Freeze, type RevisionHold } from "../../../src/core/landing/hold.ts";
import { releaseHolds, thawFreezes } from "../../../src/core/landing/lift-holds.ts";

const web = parseImageName("acme/web")!;
const api = parseImageName("acme/api")!;
const words = { reason: "it is slow", by: "ana", at: "2026-11-23T10:00:00Z" };
const hold: RevisionHold = { ...words, images: [web], through: "a".repeat(40) as Revision };
const staging = { paths: ["k8s/staging"] };
const prod = { paths: ["k8s/prod"] };
const frozen: Freeze = { ...words, ...prod };

describe("a release", () => {
  test("of one scope leaves the hold of another as it is", () => {
    const held = { ...hold, ...prod };
    expect(releaseHolds([held], [web], staging)).toEqual({ kept: [held], lifted: [] });
    expect(releaseHolds([held], [web], prod)).toEqual({ kept: [], lifted: [held] });
  });

  test("of one of two paths leaves the other held", () => {
    const both = { ...hold, paths: ["k8s/staging", "k8s/prod"] };
    const { kept, lifted } = releaseHolds([both], [web], staging);
    expect(kept).toEqual([{ ...both, ...prod }]);
    expect(lifted).toEqual([both]);
  });

  test("of one of two images leaves the other held, in all its paths", () => {
    const both = { ...hold, images: [web, api], paths: ["k8s/staging", "k8s/prod"] };
    expect(releaseHolds([both], [web], staging).kept).toEqual([
      { ...both, images: [web], ...prod },
      { ...both, images: [api] },
    ]);
  });

  test("of a part of what is held as a whole is refused, and names the whole", () => {
    const held = { ...hold, ...prod };
    expect(() => releaseHolds([held], [web], { paths: ["k8s/prod/web"] })).toThrow(
      expect.objectContaining({ code: "usage", hint: "Release all of it: --path k8s/prod." }),
    );
  });

  test("goes by the environment's name where both have one, whatever became of its paths", () => {
    const held = { ...hold, environment: "prod", paths: ["old/prod"] };
    expect(releaseHolds([held], [web], { environment: "prod", ...prod }).kept).toEqual([]);
    const other = { environment: "staging", paths: ["old/prod"] };
    expect(releaseHolds([held], [web], other).kept).toEqual([held]);
  });

  test("lifts what Landfall 0.1 held everywhere, and no freeze", () => {
    expect(releaseHolds([hold, frozen], [web], prod)).toEqual({ kept: [frozen], lifted: [hold] });
  });
});

test("a thaw ends the freezes of its scope alone, and no rollback's hold", () => {
  const held = { ...hold, ...prod };
  const other = { ...frozen, ...staging };
  expect(thawFreezes([held, frozen, other], prod)).toEqual({
    kept: [held, other],
    lifted: [frozen],
  });
});

test("a hold counts in its own scope, and everywhere where it names none", () => {
  const counting = (scope: { paths: string[] }) =>
    activeHolds([{ ...hold, ...prod }, hold], scope, 0);
  expect(counting(staging)).toEqual([hold]);
  expect(counting(prod)).toHaveLength(2);
  expect(counting({ paths: ["."] })).toHaveLength(2);
  expect(counting({ paths: ["k8s/prod-eu"] })).toEqual([hold]);
});
