/** Small readers of what people write: durations, branch names, and words that are nearly right. */

import { describe, expect, test } from "vitest";
import { isBranchName } from "../../src/core/branch-name.ts";
import { parseDuration } from "../../src/core/duration.ts";
import { nearest } from "../../src/core/nearest.ts";

describe("parseDuration", () => {
  test.each([
    ["0s", 0],
    ["250ms", 250],
    ["90s", 90_000],
    ["5m", 300_000],
    ["6h", 21_600_000],
    ["30d", 2_592_000_000],
    ["2w", 1_209_600_000],
    ["1h30m", 5_400_000],
  ])("%s is %i ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", "5", "m", "5 m", "-5m", "5M", "1.5h", "5m!", "1000000w"])("%j is none", (text) => {
    expect(() => parseDuration(text)).toThrow(`Cannot read the duration "${text}"`);
  });
});

describe("isBranchName", () => {
  test.each([
    ...["main", "release/1.2", "dependabot/npm_and_yarn/a-1", "feature#7", "v1+x", "_x"],
    ...["prod-ü", "日本", "dep@prod", "it's", "a&b", "a%b", "a,b=c", "(x)", "@a"],
  ])("%j is one", (text) => {
    expect(isBranchName(text)).toBe(true);
  });

  test.each(["", "-x", "--mirror", ".a", "a/.b", "a..b", "a//b", "a/", "a.", "x.lock", "x.lock/y"])(
    "%j is none",
    (text) => {
      expect(isBranchName(text)).toBe(false);
    },
  );

  test.each([
    "HEAD",
    "refs/heads/main",
    "@",
    "a@{1}",
    "a b",
    "a:b",
    "a^",
    "a~1",
    "a\nb",
    "a\\b",
    "a*",
    "[x]",
  ])("%j is none", (text) => {
    expect(isBranchName(text)).toBe(false);
  });
});

describe("nearest", () => {
  const keys = ["tag", "images", "manifests", "paths", "sync"];

  test.each([
    ["imagess", "images"],
    ["image", "images"],
    ["mainfests", "manifests"],
    ["tga", "tag"],
    ["pahts", "paths"],
    ["gta", undefined],
    ["tags", "tag"],
    ["zzz", undefined],
    ["", undefined],
  ])("%j → %s", (word, meant) => {
    expect(nearest(word, keys)).toBe(meant);
  });

  // One edit is allowed for less than six letters; these are two, however alike they look.
  test.each([
    ["tab", "tca"],
    ["tab", "tbc"],
    ["tgax", "tag"],
    ["ab", "ca"],
    ["ab", "bc"],
    ["tag", "tagss"],
  ])("%j is not %j", (word, other) => {
    expect(nearest(word, [other])).toBeUndefined();
  });

  test.each([
    ["bac", "abc"],
    ["iamgse", "images"],
  ])("%j is %j: neighbours that are swapped are one edit", (word, meant) => {
    expect(nearest(word, [meant])).toBe(meant);
  });

  test("the nearest of several is meant, the first of those that are alike", () => {
    expect(nearest("imagse", ["image", "images", "imagse2"])).toBe("image");
    expect(nearest("images", ["imaged", "images"])).toBe("images");
  });
});
