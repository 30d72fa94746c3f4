/** What is known of the words of a call; the calls that the pages show are in test/docs.test.ts. */

import { expect, test } from "vitest";
import { unknownWords } from "../support/dagger-calls.ts";

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
