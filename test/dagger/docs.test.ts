/** The calls of Dagger that the documents show: the module knows each of their words. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unknownWords } from "../support/dagger-calls.ts";
import { root } from "../support/source-files.ts";

/** The words after `call` of each call in the `sh` blocks, without what is of the shell. */
function callsIn(path: string): string[][] {
  const text = readFileSync(join(root, path), "utf8");
  const blocks = [...text.matchAll(/^```(?:sh|bash)\n([\s\S]*?)^```/gm)];
  const lines = blocks.flatMap(([, block = ""]) => block.replaceAll("\\\n", " ").split("\n"));
  return lines
    .map((line) =>
      line
        .trim()
        .replace(/ #.*| >+ .*/, "")
        .replaceAll(/"[^"]*"/g, "VALUE"),
    )
    .filter((line) => /^dagger .*\bcall /.test(line))
    .map((line) => line.replace(/^.*?\bcall +/, "").split(/\s+/));
}

test.each(["README.md", "docs/dagger.md"])("%s shows calls that the module knows", (path) => {
  const calls = callsIn(path);
  expect(calls.length).toBeGreaterThan(1);
  expect(calls.map(unknownWords).filter((words) => words.length > 0)).toEqual([]);
});

test.each([
  ["deploy --surce=. text", ["--surce=."]],
  ["--as-json deploy text", ["--as-json"]],
  ["deploy --git-token=env:X", ["--git-token=env:X"]],
  ["depoly text", ["depoly"]],
  ["deploy txt", ["txt"]],
])("of `%s` it does not know %j", (call, unknown) => {
  expect(unknownWords(call.split(" "))).toEqual(unknown);
});

test("what Dagger itself makes of a file or a container is its own business", () => {
  expect(unknownWords("sync --dry-run html -o report.html".split(" "))).toEqual([]);
  expect(unknownWords("images --only=web list container terminal --cmd=sh".split(" "))).toEqual([]);
});
