/** Whether a server would take a push, asked without pushing. */

import { expect, test } from "vitest";
import { openSandbox, type SandboxOptions } from "../../../support/git-sandbox.ts";

async function ask(options: SandboxOptions = {}) {
  const box = await openSandbox(options);
  const remote = await box.open();
  const parent = await remote.fetchTip();
  const draft = { parent, changes: [], message: "chore: nothing\n", atSeconds: 1_700_000_000 };
  const commit = await remote.commit(draft);
  return { box, parent, reply: await remote.wouldTake(commit) };
}

test("it would, and nothing was written", async () => {
  const { box, parent, reply } = await ask();
  expect(reply.kind).toBe("accepted");
  expect(await box.tip()).toBe(parent);
  expect(box.stats.byKind["git-receive-pack:GET"]).toBe(1);
  expect(box.stats.byKind["git-receive-pack:POST"]).toBeUndefined();
});

test("it would not: whoever may only read is told so", async () => {
  const { reply } = await ask({ settings: { "http.receivepack": "false" } });
  expect(reply).toMatchObject({ kind: "refused", words: expect.stringMatching(/403/) });
});

test("it is not there: nothing was sent", async () => {
  const fault = ({ kind }: { kind: string }) =>
    kind.startsWith("git-receive-pack") ? ("drop-before" as const) : ("pass" as const);
  const { reply } = await ask({ fault });
  expect(["not-sent", "silent"]).toContain(reply.kind);
});
