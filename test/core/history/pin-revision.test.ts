/** Which commit of the source a pin holds, by its tag and by what its deploy recorded. */

import { expect, test } from "vitest";
import { digitsIn, revisionReader } from "../../../src/core/history/pin-revision.ts";
import { Releases } from "../../../src/core/history/releases.ts";
import { SourceGraph } from "../../../src/core/history/source-graph.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";

const format = parseTagFormat("sha-{revision:7}");
const [newest, oldest] = ["aaaaaaa", "bbbbbbb"].map((start) => start.padEnd(40, "0")) as [
  Revision,
  Revision,
];
const other = "c".repeat(40) as Revision;
const commits = [newest, oldest].map((id, at) => {
  const parents = at === 0 ? [oldest] : [];
  return { id, parents, atMs: 0, author: "ana", message: "" };
});
const reader = revisionReader(new SourceGraph(commits), format, new Releases());
const digest = `sha256:${"1".repeat(64)}`;

test.each([
  ["sha-aaaaaaa", "aaaaaaa"],
  [`sha-aaaaaaa@${digest}`, "aaaaaaa"],
  [`@${digest}`, undefined],
  ["latest", undefined],
  ["", undefined],
])("the digits in what is held, %j: %s", (held, digits) => {
  expect(digitsIn(held, format)).toBe(digits);
});

test.each<[string, string | undefined, Revision | undefined, number | undefined]>([
  ["its tag", "sha-bbbbbbb", undefined, 1],
  ["its tag, beside a digest", `sha-aaaaaaa@${digest}`, undefined, 0],
  ["its tag, where the record is of another", "sha-bbbbbbb", newest, 1],
  ["the record, where the tag has no digits", "latest", oldest, 1],
  ["the record, where there is no tag", `@${digest}`, newest, 0],
  ["its tag, where the record is of no commit", "sha-bbbbbbb", other, 1],
  ["nothing, where no commit is named so", "sha-ccccccc", other, undefined],
  ["nothing, where neither tells", "latest", undefined, undefined],
  ["nothing, where there is no pin", undefined, newest, undefined],
])("a pin holds a commit by %s", (_, held, recorded, place) => {
  expect(reader.heldBy(held, recorded)).toBe(place);
});

test("a commit is found by its id and by a prefix", () => {
  expect([newest, "bbbbbbb", "ccccccc"].map((name) => reader.find(name))).toEqual([
    0,
    1,
    undefined,
  ]);
});
