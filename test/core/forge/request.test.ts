/** What a request says, and what is read of it later. */

import { expect, test } from "vitest";
import { nextStep } from "../../../src/core/forge/decide.ts";
import { isEdited, readMark, remarked, requestText } from "../../../src/core/forge/request.ts";
import type { CommitId, Revision } from "../../../src/core/ids.ts";
import { readMessage, writeMessage } from "../../../src/core/landing/commit-message.ts";

const commit = "c".repeat(40) as CommitId;
const revision = "1".repeat(40) as Revision;
const message = writeMessage({
  ...{ outcome: "landed", deploy: "d-1", revision, tags: ["sha-1111111"], skipCi: true },
  reason: "Brings back 0 --> @team #1 `x`",
  moves: [{ image: "ghcr.io/acme/web", from: "sha-0000000", to: "sha-1111111" }],
});
const compare = (from: string, to: string) => `https://forge.test/compare/${from}...${to}`;
const text = requestText({ commit, message, scope: "prod --> <b>", compare });

test("says what moves, from where, with the comparison, and ends with the trailers", () => {
  expect(text.title).toBe("chore(gitops): update image tags to sha-1111111");
  expect(text.body).toContain(
    "```\nghcr.io/acme/web: sha-0000000 -> sha-1111111\n```\n\nWhat is new: [`sha-0000000` → `sha-1111111`](https://forge.test/compare/sha-0000000...sha-1111111)\n",
  );
  // A squash takes the title and the text: it is a deploy commit all the same.
  expect(readMessage(`${text.title}\n\n${text.body}`)).toMatchObject({ deploy: "d-1", revision });
});

test("foreign words do nothing on the page, and do not end the mark", () => {
  expect(text.body).toContain("`Brings back 0 --> @team #1 'x'`");
  expect(text.body.indexOf("-->")).toBe(text.body.indexOf(" -->\n") + 1);
  expect(readMark(text)).toMatchObject({ commit, deploy: "d-1", revision, scope: "prod --> <b>" });
});

test("tells what people wrote from what was written by us", () => {
  expect(isEdited(text)).toBe(false);
  expect(isEdited({ ...text, body: text.body.replaceAll("\n", "\r\n") })).toBe(false);
  expect(isEdited({ ...text, title: "Deploy, please" })).toBe(true);
  const words = { ...text, body: `${text.body}\nNot before Monday.` };
  expect(isEdited(words)).toBe(true);
  const next = remarked(words, { ...readMark(text)!, deploy: "d-2", text: "" });
  expect(next.body).toContain("Not before Monday.");
  expect(readMark(next)?.deploy).toBe("d-2");
  expect(isEdited(next)).toBe(true);
  expect(readMark({ title: "", body: "people's own" })).toBeUndefined();
});

test("nothing but an older change of ours is ever replaced, and nothing that people declined", () => {
  const standings = ["absent", "ours", "stale", "older", "ahead", "edited", "other"] as const;
  expect(standings.map((one) => nextStep("open", one))).toEqual([
    ...["push", "keep", "push", "push", "yield", "refuse", "refuse"],
  ]);
  expect(standings.map((one) => nextStep("none", one))).toEqual([
    ...["push", "open", "push", "push", "open", "refuse", "refuse"],
  ]);
  expect(new Set(standings.map((one) => nextStep("declined", one)))).toEqual(new Set(["refuse"]));
});
