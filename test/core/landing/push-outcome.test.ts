/** Every reply with every read: the read has the last word, the reply explains silence. */

import { describe, expect, test } from "vitest";
import type { CommitId } from "../../../src/core/ids.ts";
import {
  classifyPush,
  dispelsDoubt,
  leavesDoubt,
  type PushOutcome,
  type PushReply,
  type Reread,
  worthReadingAgain,
} from "../../../src/core/landing/push-outcome.ts";

const tip = "b".repeat(40) as CommitId;
const reads: Readonly<Record<Reread["kind"], Reread>> = {
  contains: { kind: "contains", tip },
  unmoved: { kind: "unmoved" },
  moved: { kind: "moved", tip },
  unreadable: { kind: "unreadable", why: "no route" },
};

type Row = [PushReply["kind"], Reread["kind"], PushOutcome["kind"], "again" | "enough"];

const table: readonly Row[] = [
  ["accepted", "contains", "landed", "enough"],
  ["accepted", "moved", "lost-race", "enough"],
  ["accepted", "unmoved", "not-arrived", "again"],
  ["accepted", "unreadable", "unreadable", "again"],
  ["raced", "contains", "landed", "enough"],
  ["raced", "moved", "lost-race", "enough"],
  ["raced", "unmoved", "not-arrived", "enough"],
  ["raced", "unreadable", "unreadable", "again"],
  ["refused", "contains", "landed", "enough"],
  ["refused", "moved", "lost-race", "enough"],
  ["refused", "unmoved", "refused", "enough"],
  ["refused", "unreadable", "unreadable", "again"],
  ["not-sent", "contains", "landed", "enough"],
  ["not-sent", "moved", "lost-race", "enough"],
  ["not-sent", "unmoved", "not-arrived", "enough"],
  ["not-sent", "unreadable", "unreadable", "again"],
  ["throttled", "contains", "landed", "enough"],
  ["throttled", "moved", "lost-race", "enough"],
  ["throttled", "unmoved", "not-arrived", "enough"],
  ["throttled", "unreadable", "unreadable", "again"],
  ["silent", "contains", "landed", "enough"],
  ["silent", "moved", "lost-race", "enough"],
  ["silent", "unmoved", "not-arrived", "enough"],
  ["silent", "unreadable", "unreadable", "again"],
];

/** A reply of a kind. Who saw that a race was lost does not change what a read then says. */
function replyOf(kind: PushReply["kind"]): PushReply {
  return kind === "raced" ? { kind, seenBy: "server", words: "" } : { kind, words: "" };
}

test.each(table)("%s, and the read says %s: %s, read %s", (reply, read, outcome, more) => {
  const said = replyOf(reply);
  expect(classifyPush(said, reads[read]).kind).toBe(outcome);
  expect(worthReadingAgain(said, reads[read])).toBe(more === "again");
});

test("the table has every reply with every read", () => {
  expect(new Set(table.map(([reply, read]) => `${reply} ${read}`)).size).toBe(6 * 4);
});

test("landed tells the tip that was read", () => {
  expect(classifyPush({ kind: "silent", words: "" }, reads.contains)).toEqual({
    kind: "landed",
    tip,
  });
});

test.each([
  ["accepted", true],
  ["raced", true],
  ["silent", true],
  ["refused", false],
  ["not-sent", false],
  ["throttled", false],
] as const)("%s leaves doubt: %s", (kind, expected) => {
  expect(leavesDoubt(replyOf(kind))).toBe(expected);
});

describe("a no to a push that was on its way", () => {
  test.each(["refused", "throttled"] as const)("leaves doubt until a read: %s", (kind) => {
    const reply: PushReply = { kind, words: "", isSent: true };
    expect(leavesDoubt(reply)).toBe(true);
    const dispelling = Object.values(reads).filter((read) => dispelsDoubt(read, reply));
    expect(dispelling).toEqual([reads.unmoved]);
  });

  test.each(["accepted", "raced", "silent"] as const)(
    "is not %s: no read ends that doubt",
    (kind) => {
      expect(Object.values(reads).some((read) => dispelsDoubt(read, replyOf(kind)))).toBe(false);
    },
  );
});

test("a race that git saw lost before it sent anything leaves no doubt", () => {
  expect(leavesDoubt({ kind: "raced", seenBy: "git", words: "" })).toBe(false);
});
