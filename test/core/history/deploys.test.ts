/** What a commit's message says of the tool that made it. */

import { describe, expect, test } from "vitest";
import { isMove, readTool } from "../../../src/core/history/deploys.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { type RecordedOutcome, writeMessage } from "../../../src/core/landing/commit-message.ts";

const pattern = /^chore\(gitops\): (?:update image tags|recover missing manifest update) to sha-/;
const revision = "a".repeat(40) as Revision;
const read = (message: string) =>
  readTool({ id: "1".repeat(40), parents: [], atMs: 0, author: "ana", message }, pattern);

test.each<[RecordedOutcome, string]>([
  ["landed", "deploy"],
  ["superseded", "superseded"],
  ["recovered", "recovery"],
  ["rolled-back", "rollback"],
  ["released", "release"],
])("a record of %s is a %s, whatever the subject", (outcome, kind) => {
  const record = { outcome, deploy: "d-1", revision, tags: ["x"], moves: [], skipCi: false };
  const expected = { kind, record: { deploy: "d-1", revision, outcome } };
  const message = writeMessage(record);
  expect(read(message)).toEqual(expected);
  expect(read(message.replace(/^.*\n/, "anything\n"))).toEqual(expected);
});

describe("without a record, a subject says", () => {
  test.each([
    ["a deploy", "chore(gitops): update image tags to sha-1234567\n", "deploy"],
    ["a recovery", "chore(gitops): recover missing manifest update to sha-1\n", "recovery"],
  ])("%s", (_, message, kind) => {
    expect(read(message)).toEqual({ kind, record: undefined });
  });

  test.each([
    ["nothing, when it is another", "chore: update image tags to sha-1234567\n"],
    ["nothing in the lines below it", "bump\n\nchore(gitops): update image tags to sha-1\n"],
    ["nothing for a record that is cut", "bump\n\nLandfall-Deploy: d-1\n"],
  ])("%s", (_, message) => {
    expect(read(message)).toBeUndefined();
  });
});

test.each<[string | undefined, string | undefined, boolean]>([
  ["a", "b", true],
  ["", "b", true],
  ["a", "a", false],
  [undefined, "b", false],
  ["a", undefined, false],
])("from %j to %j is a move: %s", (from, to, is) => {
  const site = { image: "acme/web", line: 1, key: "" };
  expect(isMove({ file: "web.yaml", site, from, to, keyBefore: "" })).toBe(is);
});
