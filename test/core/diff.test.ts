/** The diff of a dry run is one that `git apply` takes, and it gives the edited text. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replacementDiff, unifiedDiff } from "../../src/core/diff.ts";
import { seeded } from "../../src/simulation/random.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "landfall-diff-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Applies a diff with git and returns the file as it is then. Undefined: there is none before. */
function applied(path: string, before: string | undefined, diff: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  if (before === undefined) rmSync(file, { force: true });
  else writeFileSync(file, before);
  execFileSync("git", ["apply", "--whitespace=nowarn", "-"], {
    cwd: folder,
    input: diff,
    env: { PATH: process.env.PATH, GIT_CEILING_DIRECTORIES: dirname(folder) },
  });
  return readFileSync(file, "utf8");
}

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`);

/** Returns the lines with some of them changed. */
function change(text: readonly string[], ...at: readonly number[]): readonly string[] {
  return text.map((line, index) => (at.includes(index) ? `${line} new` : line));
}

const cases: readonly [name: string, before: string, after: string][] = [
  ["the only line", "a: 1\n", "a: 2\n"],
  ["the only line, without a newline at its end", "a: 1", "a: 2"],
  ["the first line", lines(9).join("\n"), change(lines(9), 0).join("\n")],
  ["the last line, unfinished", lines(9).join("\n"), change(lines(9), 8).join("\n")],
  ["a line near an unfinished end", lines(9).join("\n"), change(lines(9), 7).join("\n")],
  ["neighbours", `${lines(20).join("\n")}\n`, `${change(lines(20), 8, 9, 10).join("\n")}\n`],
  [
    "two with touching context",
    `${lines(30).join("\n")}\n`,
    `${change(lines(30), 5, 11).join("\n")}\n`,
  ],
  ["two just apart", `${lines(30).join("\n")}\n`, `${change(lines(30), 5, 12).join("\n")}\n`],
  ["two far apart", `${lines(90).join("\n")}\n`, `${change(lines(90), 5, 80).join("\n")}\n`],
  [
    "lines that end in CRLF",
    `${lines(9).join("\r\n")}\r\n`,
    `${change(lines(9), 4).join("\r\n")}\r\n`,
  ],
  ["blank lines and a BOM", "\uFEFF\n\n\na: 1\n\n\n", "\uFEFF\n\n\na: 2\n\n\n"],
  ["lines that look like a diff", "--- a\n+++ b\n@@ -1 +1 @@\n", "--- a\n+++ c\n@@ -1 +1 @@\n"],
];

test.each(cases)("%s", (_, before, after) => {
  const diff = unifiedDiff("deploy/app.yaml", before, after);
  expect(applied("deploy/app.yaml", before, diff)).toBe(after);
});

test("any edits of any lines", () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const chance = seeded(seed);
    const text = lines(1 + chance.index(40));
    const at = text.map((_, index) => index).filter(() => chance.happens(0.2));
    const end = chance.happens(0.5) ? "\n" : "";
    const [before, after] = [text.join("\n") + end, change(text, ...at).join("\n") + end];
    if (before === after) continue;
    const diff = unifiedDiff("app.yaml", before, after);
    expect(applied("app.yaml", before, diff), `seed ${seed}`).toBe(after);
  }
});

test.each(["deploy/my app.yaml", "deploy/a'b.yaml", "deploy/größe.yaml", "-x/app.yaml"])(
  "a file named %s",
  (path) => {
    const diff = unifiedDiff(path, "a: 1\n", "a: 2\n");
    expect(applied(path, "a: 1\n", diff)).toBe("a: 2\n");
  },
);

test("no edit is no diff", () => {
  expect(unifiedDiff("a.yaml", "a\nb\n", "a\nb\n")).toBe("");
});

test("an edit that adds lines is a bug, and says so", () => {
  expect(() => unifiedDiff("a.yaml", "a\n", "a\nb\n")).toThrow(RangeError);
});

describe("a file that is written anew", () => {
  test.each([
    ["where none was", undefined, "a: 1\nb: 2\n"],
    ["longer", "a: 1\n", "a: 1\nb: 2\n"],
    ["shorter, without a last line end before", "a: 1\nb: 2", "a: 1\n"],
    ["without a last line end after", "a: 1\n", "b: 2"],
    ["where an empty one was", "", "a: 1\n"],
  ])("%s", (_, before, after) => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const was = before === undefined ? undefined : bytes(before);
    const diff = replacementDiff(".landfall/holds.yaml", was, bytes(after));
    expect(applied(".landfall/holds.yaml", before, diff)).toBe(after);
  });
});
