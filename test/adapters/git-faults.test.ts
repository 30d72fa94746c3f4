/** A server, or a line to it, that fails in the middle: the reply may be lost, the truth may not. */

import { describe, expect, test } from "vitest";
import type { GitFault, GitRequestSeen } from "../../src/demo/git-server.ts";
import { manifest, openSandbox, type Sandbox } from "../support/git-sandbox.ts";

const bytes = Buffer.from("image: example/app:sha-0000002\n");

/** A fault of the first requests of one kind, all of them unless `times` says less. */
function on(wanted: string, fault: GitFault, times = 1_000) {
  return ({ kind, before }: GitRequestSeen): GitFault =>
    kind === wanted && before < times ? fault : "pass";
}

/** Pushes one commit, and reads the remote again. */
async function pushThrough(box: Sandbox, timeoutMs = 30_000) {
  const remote = await box.open({ timeoutMs });
  const tip = await remote.fetchTip();
  const changes = [{ path: manifest.path, bytes }];
  const draft = { parent: tip, changes, message: "x\n", atSeconds: 1_700_000_100 };
  const commit = await remote.commit(draft);
  const reply = await remote.push(commit);
  return { remote, tip, commit, reply, reread: await remote.reread(tip, commit) };
}

const post = "git-receive-pack:POST";
const count = (box: Sandbox) => box.git(box.bare, "rev-list", "--count", "main");

describe("a push whose answer is lost", () => {
  test("after the ref moved is silent, and the read finds it", async () => {
    const box = await openSandbox({ fault: on(post, "drop-after") });
    const { commit, reply, reread } = await pushThrough(box);
    expect(reply).toMatchObject({ kind: "silent", words: expect.stringContaining("RPC failed") });
    expect(reread).toEqual({ kind: "contains", tip: commit });
  });

  test("before git saw it is silent too, and the read finds the branch unmoved", async () => {
    const box = await openSandbox({ fault: on(post, "drop-before") });
    const { reply, reread } = await pushThrough(box);
    expect(reply.kind).toBe("silent");
    expect(reread).toEqual({ kind: "unmoved" });
  });

  test("and that is sent a second time by the transport makes one commit", async () => {
    const box = await openSandbox({ fault: on(post, "drop-after", 1) });
    const { commit, reply, reread } = await pushThrough(box);
    expect(box.stats.byKind[post]).toBe(2);
    // The second one is told that the ref has moved: by itself.
    expect(reply).toMatchObject({ kind: "raced", words: expect.stringContaining(commit) });
    expect(reread).toEqual({ kind: "contains", tip: commit });
    expect(await count(box)).toBe("2");
  });

  test.each([500, 502, 503, 504])("%i says the same before and after it was applied", async (status) => {
    const after = await openSandbox({ fault: on(post, { after: { status } }) });
    const before = await openSandbox({ fault: on(post, { status }) });
    const applied = await pushThrough(after);
    const ignored = await pushThrough(before);
    expect(applied.reply.kind).toBe("silent");
    expect(applied.reply).toEqual(ignored.reply);
    expect(applied.reread).toEqual({ kind: "contains", tip: applied.commit });
    expect(ignored.reread).toEqual({ kind: "unmoved" });
  });

  test("by a time-out is silent, and the read finds it", async () => {
    const box = await openSandbox({ fault: on(post, { holdMs: 3_000 }) });
    const { commit, reply, remote, tip } = await pushThrough(box, 1_500);
    expect(reply.kind).toBe("silent");
    expect(await remote.reread(tip, commit)).toEqual({ kind: "contains", tip: commit });
  });

  test("in the middle is silent, and the read finds it", async () => {
    const box = await openSandbox({ fault: on(post, "cut-short") });
    const { commit, reply, reread } = await pushThrough(box);
    expect(reply.kind).toBe("silent");
    expect(reread).toEqual({ kind: "contains", tip: commit });
  });
});

describe("a push that the server will not have", () => {
  test.each([
    [429, "throttled"],
    [403, "refused"],
    [413, "refused"],
  ] as const)("with %i at the POST is %s", async (status, kind) => {
    const { reply, reread } = await pushThrough(await openSandbox({ fault: on(post, { status }) }));
    expect(reply.kind).toBe(kind);
    expect(reread).toEqual({ kind: "unmoved" });
  });

  test.each([
    [429, "throttled"],
    [401, "refused"],
    [403, "refused"],
    [404, "refused"],
    [500, "not-sent"],
    [503, "not-sent"],
  ] as const)("with %i before the POST is %s", async (status, kind) => {
    const box = await openSandbox({ fault: on("git-receive-pack:GET", { status }) });
    const { reply, reread } = await pushThrough(box);
    expect(reply.kind).toBe(kind);
    expect(reread).toEqual({ kind: "unmoved" });
  });

  test("by a hook is refused, in the hook's words", async () => {
    const box = await openSandbox();
    box.addHook("pre-receive", "echo = refs/heads/main up to date; echo Done; echo no Fridays; exit 1");
    const { reply, reread } = await pushThrough(box);
    expect(reply).toMatchObject({ kind: "refused", words: expect.stringContaining("no Fridays") });
    expect(reread).toEqual({ kind: "unmoved" });
  });

  test("by a hook of the ref is refused", async () => {
    const box = await openSandbox();
    box.addHook("update", "exit 1");
    expect((await pushThrough(box)).reply.kind).toBe("refused");
  });

  test("because the ref is locked was not sent, and lands once the lock is gone", async () => {
    const box = await openSandbox();
    box.lockRef("main");
    const { remote, commit, reply, reread } = await pushThrough(box);
    expect(reply).toMatchObject({ kind: "not-sent", words: expect.stringContaining("main.lock") });
    expect(reread).toEqual({ kind: "unmoved" });
    box.unlockRef("main");
    expect((await remote.push(commit)).kind).toBe("accepted");
  });

  test("because the pack is too big is refused", async () => {
    const box = await openSandbox({ settings: { "receive.maxInputSize": "20" } });
    const { reply } = await pushThrough(box);
    expect(reply).toMatchObject({ kind: "refused", words: expect.stringContaining("maximum") });
  });
});

describe("a fetch", () => {
  test.each([
    [401, "remote-denied"],
    [403, "remote-denied"],
    [404, "remote-not-found"],
    [301, "remote-not-found"],
    [429, "throttled"],
    [408, "remote-unreachable"],
    [500, "remote-unreachable"],
  ] as const)("that is answered %i fails as %s", async (status, code) => {
    const headers = status === 401 ? { "www-authenticate": "Basic" } : {};
    const location = { location: "http://127.0.0.1:1/app.git/info/refs?service=git-upload-pack" };
    const fault = { status, headers: status === 301 ? location : headers };
    const box = await openSandbox({ fault: on("git-upload-pack:GET", fault) });
    await expect((await box.open()).fetchTip()).rejects.toMatchObject({ code });
  });

  test.each(["drop-before", "drop-after", "cut-short"] as const)("that meets %s fails", async (fault) => {
    const box = await openSandbox({ fault: on("git-upload-pack:POST", fault) });
    const failed = (await box.open()).fetchTip();
    await expect(failed).rejects.toMatchObject({ code: "remote-unreachable" });
  });

  test("of a page that is no git fails, and the next one works", async () => {
    const page = { status: 200, body: "<html>please log in</html>" };
    const box = await openSandbox({ fault: on("git-upload-pack:GET", page, 1) });
    const remote = await box.open();
    await expect(remote.fetchTip()).rejects.toMatchObject({ code: "remote-unreachable" });
    expect(await remote.fetchTip()).toBe(await box.tip());
  });

  test("of a server that is gone fails", async () => {
    const box = await openSandbox();
    const remote = await box.open({ url: "http://127.0.0.1:1/app.git" });
    await expect(remote.fetchTip()).rejects.toMatchObject({ code: "remote-unreachable" });
  });

  test("after one that broke off in the middle is whole", async () => {
    let fault: GitFault = "pass";
    const box = await openSandbox({
      fault: ({ kind }) => (kind === "git-upload-pack:POST" ? fault : "pass"),
    });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const foreign = await box.addCommit([{ path: "a.txt", bytes: "1" }]);
    fault = "cut-short";
    await expect(remote.fetchTip()).rejects.toMatchObject({ code: "remote-unreachable" });
    fault = { delayMs: 50 };
    expect(await remote.fetchTip()).toBe(foreign);
    expect(await remote.contains(foreign, tip)).toBe(true);
  });
});
