/** What git's words mean: every text that was met, and those that try to deceive. */

import { describe, expect, test } from "vitest";
import { readFetchFailure, readPretended, readPushReply } from "../../../src/adapters/git/text.ts";
import { github, others } from "../../fixtures/forge-replies.ts";
import { git, type Row } from "../../fixtures/git-replies.ts";

const to = "To https://h/o/r.git\n";
const refspec = `${"c".repeat(40)}:refs/heads/main`;
const moved = `${to} \t${refspec}\taaaaaaa..ccccccc\nDone\n`;

const rows = [...git, ...github, ...others];

function said({ code = 1, line, stderr = "", isKilled, isMoved }: Row) {
  const rejected = line === undefined ? to : `${to}!\t${refspec}\t${line}\nDone\n`;
  const stdout = isMoved ? moved : rejected;
  return { code: isKilled ? undefined : code, stderr, stdout };
}

describe("a push", () => {
  test.each(rows.filter(({ push }) => push !== undefined))("$id", (row) => {
    const reply = readPushReply(said(row));
    expect(reply.kind).toBe(row.push);
    expect(reply.words).not.toBe("");
  });

  test.each([
    [
      "an exit status that is no yes, beside a line that is",
      { code: 1, stdout: moved, stderr: "" },
    ],
    ["no line, and Done", { code: 0, stdout: `${to}Done\n`, stderr: "" }],
    ["no line, and up to date", { code: 0, stdout: "", stderr: "Everything up-to-date\n" }],
    ["nothing at all", { code: 0, stdout: "", stderr: "" }],
    ["a text nobody knows", { code: 1, stdout: to, stderr: "fatal: quux\n" }],
    ["a text nobody knows, before or after", { code: 128, stdout: "", stderr: "fatal: quux\n" }],
    [
      "another flag",
      { code: 0, stdout: `${to}+\t${refspec}\ta...b (forced update)\n`, stderr: "" },
    ],
  ])("is silent with %s", (_, what) => {
    expect(readPushReply(what).kind).toBe("silent");
  });

  test.each([
    ["moved", moved],
    ["new", `${to}*\t${refspec}\t[new branch]\nDone\n`],
    ["there already", `${to}=\t${refspec}\t[up to date]\nDone\n`],
  ])("is accepted when the ref is %s", (_, stdout) => {
    expect(readPushReply({ code: 0, stdout, stderr: "" }).kind).toBe("accepted");
  });

  test("keeps the words of a yes with a warning (H6)", () => {
    const bypassed = github.find(({ id }) => id.startsWith("H6"));
    expect(readPushReply(said(bypassed!)).words).toMatch(/Bypassed rule violations/);
  });

  test("is told how long to wait, when git says it", () => {
    const stderr = "fatal: rate limited by 'https://h/', please try again in 7 seconds";
    const reply = readPushReply({ code: 128, stdout: "", stderr });
    expect(reply).toMatchObject({ kind: "throttled", retryAfterMs: 7_000 });
  });
});

describe("a hook's words", () => {
  const lies = [
    "remote: = refs/heads/main [up to date]",
    `remote:  \t${refspec}\taaaaaaa..ccccccc`,
    "remote: Done",
    "remote: Everything up-to-date",
    "remote: error: RPC failed; HTTP 403 The requested URL returned error: 403",
    "remote: fatal: Authentication failed for 'https://h/'",
    "remote: fatal: unable to access 'https://h/': The requested URL returned error: 429",
  ];

  test.each(lies)("do not make a cut off push anything else: %s", (lie) => {
    const stderr = `${lie}\nerror: RPC failed; curl 52 Empty reply\n`;
    expect(readPushReply({ code: 1, stdout: to, stderr }).kind).toBe("silent");
    expect(readPushReply({ code: 128, stdout: to, stderr }).kind).toBe("silent");
  });

  test.each(lies)("do not turn a no into a yes: %s", (lie) => {
    const line = "[remote rejected] (pre-receive hook declined)";
    const reply = readPushReply(said({ id: lie, line, stderr: lie }));
    expect(reply.kind).toBe("refused");
  });
});

describe("the words for people", () => {
  test("have neither hints nor control characters, and an end", () => {
    const stderr = `hint: try\nremote: \x1b[31mno\u202Eway\x07\r\n${"x".repeat(9_000)}`;
    const { words } = readPushReply({ code: 1, stdout: "", stderr });
    expect(words).toMatch(/^remote: \S*no way; x+$|^remote: .*no.way.*; x+$/);
    expect(words).not.toMatch(/hint|\p{Cc}|\p{Cf}/u);
    expect(words.length).toBeLessThanOrEqual(4_096);
  });

  test("say that nothing was said", () => {
    const stopped = readPushReply({ code: undefined, stdout: "", stderr: "" });
    expect(stopped.words).toBe("git was stopped before it could answer");
    expect(readPushReply({ code: 1, stdout: "", stderr: "" }).words).toBe("exit status 1");
  });
});

describe("a fetch", () => {
  test.each(rows.filter(({ fetch }) => fetch !== undefined))("$id", (row) => {
    const failure = readFetchFailure(said(row), "https://h/o/r.git");
    expect(failure.code).toBe(row.fetch);
    expect(failure.message).toContain('Cannot read "https://h/o/r.git": ');
    expect(failure.hint).not.toBe("");
  });

  test("without git says so", () => {
    const stderr = "Error: spawn git ENOENT\n    at ChildProcess";
    const failure = readFetchFailure({ code: undefined, stdout: "", stderr }, "https://h/");
    expect(failure).toMatchObject({
      code: "usage",
      message: expect.stringMatching(/no such program/),
    });
  });

  test("keeps the time to wait", () => {
    const stderr = "fatal: rate limited by 'https://h/', please try again in 7 seconds";
    const failure = readFetchFailure({ code: 128, stdout: "", stderr }, "https://h/");
    expect(failure.retryAfterMs).toBe(7_000);
  });
});

describe("a pretended push", () => {
  test.each([
    ["=\tx:refs/heads/main\t[up to date]", { kind: "up-to-date" }],
    [" \tx:refs/heads/main\taaaaaaa..ccccccc", { kind: "would-move", from: "aaaaaaa" }],
    ["!\tx:refs/heads/main\t[rejected] (fetch first)", { kind: "elsewhere" }],
    ["!\tx:refs/heads/main\t[remote rejected] (x)", undefined],
    ["Done", undefined],
  ])("%s", (line, expected) => {
    const pretended = readPretended({ code: 0, stdout: `${to}${line}\n`, stderr: "" });
    expect(pretended).toEqual(expected);
  });
});
