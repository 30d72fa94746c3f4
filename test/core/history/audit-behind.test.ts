/** Which pins deploys of their image went past: told deploy by deploy. */

import { describe, expect, test } from "vitest";
import { leftBehind } from "../../../src/core/history/audit-behind.ts";
import type { DeployStep } from "../../../src/core/history/deploys.ts";

interface Held {
  readonly image: string;
  readonly line: number;
  readonly tag: string;
}

/**
 * Returns the deploys that words tell: `web:a job:b` moves two pins, each in a file of its own;
 * `job:-` takes one away, `job@7:b` has it on line 7, and `job/api:b` is of another image.
 */
function stepsOf(...words: readonly string[]): readonly DeployStep[] {
  const pins = new Map<string, Held>();
  return words.map((text, number) => {
    const moved = text.split(" ").map((word) => {
      const [, file = "", image = "web", line = "1", tag = ""] =
        /^(\w+)(?:\/(\w+))?(?:@(\d+))?:(.+)$/.exec(word) ?? [];
      const before = pins.get(file);
      const site = { image: `acme/${image}`, line: Number(line), key: file };
      const to = tag === "-" ? undefined : tag;
      if (to === undefined) pins.delete(file);
      else pins.set(file, { image, line: site.line, tag: to });
      const known = { fromRevision: undefined, toRevision: undefined };
      return { file, site, keyBefore: file, from: before?.tag, to, ...known };
    });
    const commit = { id: "", parents: [], atMs: number, author: "ana", message: "" };
    return { commit, kind: "deploy", revision: undefined, pins: moved };
  });
}

const all = { behind: 3, sinceMs: 0 };
const told = (words: readonly string[], asked = all) =>
  leftBehind(stepsOf(...words), asked).map((pin) => {
    const gone = pin.goneMs === undefined ? "" : ` gone ${pin.goneMs}`;
    return `${pin.file}@${pin.line}:${pin.tag} ${pin.deploys} since ${pin.sinceMs}${gone}`;
  });

describe("a pin is left behind", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["after so many deploys", ["web:a job:x", "web:b", "web:c", "web:d"], ["job@1:x 3 since 0"]],
    ["not after fewer", ["web:a job:x", "web:b", "web:c"], []],
    ["not by those before it came", ["web:a", "web:b", "web:c job:x", "web:d", "web:e"], []],
    ["not by those of another image", ["web:a job/api:x", "web:b", "web:c", "web:d"], []],
    ["not by pins that came", ["web:a", "j1:b", "j2:c", "j3:d", "j4:e"], []],
    ["not by pins that went away", ["web:a job:x j1:b j2:b j3:b", "j1:-", "j2:-", "j3:-"], []],
    ["not by a pin that stands elsewhere", ["web:a job:x", "web@2:a", "web@3:a", "web@4:a"], []],
    ["not by a deploy to what it holds", ["web:a job:b", "web:b", "web:c", "web:d"], []],
    [
      "nor where the last one went to that",
      ["web:a job:x", "web:b", "web:c", "web:d", "web:x"],
      [],
    ],
    ["nor where one of several did", ["web:a w2:a job:x", "web:b", "web:c", "web:d w2:x"], []],
    ["by a deploy in which it came once", ["web:a", "web:b job:x", "web:c", "web:d"], []],
    ["not once it has moved, too", ["web:a job:x", "web:b", "web:c", "web:d job:y", "web:e"], []],
  ])("%s", (_, words, expected) => {
    expect(told(words)).toEqual(expected);
  });

  test("from the place and since the time that it has now", () => {
    const words = ["web:a", "job:x", "web:b", "job@7:x", "web:c", "web:d"];
    expect(told(words)).toEqual(["job@7:x 3 since 1"]);
    const moved = ["web:a job:w", "job:x", "web:b", "web:c", "web:d"];
    expect(told(moved)).toEqual(["job@1:x 3 since 1"]);
  });

  test("from the start, or since it moved last", () => {
    const from = (...words: readonly string[]) =>
      leftBehind(stepsOf(...words), all).map(({ fromTheStart }) => fromTheStart);
    expect(from("web:a job:x", "web:b", "web:c", "web:d")).toEqual([true]);
    expect(from("web:a job:x", "web:b job:y", "web:c", "web:d", "web:e")).toEqual([false]);
  });
});

describe("a pin that went away", () => {
  const late = ["web:a job:x", "web:b", "web:c", "web:d", "job:-"];

  test("was left behind until then", () => {
    expect(told(late)).toEqual(["job@1:x 3 since 0 gone 4"]);
    expect(told([...late, "web:e"])).toEqual(["job@1:x 3 since 0 gone 4"]);
  });

  test("was not where it held what is current, or was not behind for long", () => {
    expect(told(["web:a job:x", "web:b", "web:c", "web:d job:d", "job:-"])).toEqual([]);
    expect(told(["web:a job:x", "web:b", "web:c", "job:-"])).toEqual([]);
  });

  test("counts when that was in the time asked about", () => {
    expect(told(late, { behind: 3, sinceMs: 4 })).toHaveLength(1);
    expect(told(late, { behind: 3, sinceMs: 5 })).toEqual([]);
  });

  test("may come again, and is counted anew", () => {
    expect(told([...late, "job:x", "web:e", "web:f"])).toEqual(["job@1:x 3 since 0 gone 4"]);
  });
});

test("those that most deploys went past come first, then by file", () => {
  const words = ["web:a b:x c:x", "web:b a:x", "web:c d:x", "web:d", "web:e"];
  expect(told(words)).toEqual([...["b@1:x 4 since 0", "c@1:x 4 since 0", "a@1:x 3 since 1"]]);
});
