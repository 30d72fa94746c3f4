/** What is newer: ancestry in a source that is a clone, cut off, linked, far away, or hostile. */

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openHistory } from "../../../../src/adapters/git/history.ts";
import { runGit } from "../../../../src/adapters/git/run.ts";
import type { Upstream } from "../../../../src/adapters/git/server.ts";
import { localSource, originOf } from "../../../../src/adapters/git/source.ts";
import type { SourceOptions } from "../../../../src/adapters/git/source-copy.ts";
import { asRevision, type Revision } from "../../../../src/core/ids.ts";
import { openSandbox, type Sandbox, type SandboxOptions } from "../../../support/git-sandbox.ts";

/** A server whose `main` has `count` commits, returned oldest first. */
async function openLong(count: number, options: SandboxOptions = {}) {
  const box = await openSandbox(options);
  const commits = Array.from({ length: count - 1 }, (_, at) => {
    const file = `M 100644 inline f${at % 7}.txt\ndata 2\n${at % 10}\n\n`;
    const parent = at === 0 ? "from refs/heads/main^0\n" : "";
    return `commit refs/heads/main\ncommitter A <a@b> ${1_700_000_000 + at} +0000\ndata 1\nx\n${parent}${file}`;
  });
  const place = { directory: box.bare, env: box.env, timeoutMs: 30_000 };
  await runGit(place, ["fast-import", "--quiet", "--done"], { input: `${commits.join("")}done\n` });
  const ids = (await box.git(box.bare, "rev-list", "--reverse", "main")).split("\n");
  return { box, ids: ids.map((id) => asRevision(id)!) };
}

async function open(box: Sandbox, from: { local?: string; upstream?: Upstream }) {
  let asked = 0;
  const options: SourceOptions = {
    ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000 },
    local: from.local === undefined ? undefined : await localSource(from.local),
    upstream: async () => {
      asked += 1;
      return from.upstream;
    },
  };
  const history = await openHistory(options);
  onTestFinished(() => history.close());
  return Object.assign(history, { asked: () => asked });
}

/** Clones past the server, into a directory of the sandbox. */
async function clone(box: Sandbox, ...flags: string[]): Promise<string> {
  const path = join(box.root, "clone");
  await box.git(
    box.root,
    "clone",
    "--quiet",
    "--branch=main",
    ...flags,
    `file://${box.bare}`,
    path,
  );
  await box.git(path, "remote", "set-url", "origin", box.url);
  return path;
}

const first = (ids: readonly Revision[]) => ids[0]!;
const last = (ids: readonly Revision[]) => ids.at(-1)!;

describe("a clone on this machine", () => {
  test("answers alone of what is behind the revision that was named, and asks nobody", async () => {
    const { box, ids } = await openLong(5);
    const history = await open(box, { local: await clone(box) });
    expect(await history.named(last(ids))).toEqual([last(ids)]);
    expect(await history.resolve(first(ids).slice(0, 7))).toBe(first(ids));
    expect(await history.isAncestor(first(ids), last(ids))).toBe(true);
    expect(await history.isAncestor(last(ids), first(ids))).toBe(false);
    expect(await history.isAncestor(last(ids), last(ids))).toBe(true);
    expect(history.asked()).toBe(0);
    expect(box.stats.requests).toBe(0);
  });

  test("may be bare, or a linked work tree", async () => {
    const { box, ids } = await openLong(5);
    const work = await clone(box);
    const linked = join(box.root, "linked");
    await box.git(work, "worktree", "add", "--quiet", "--detach", linked);
    for (const local of [box.bare, linked]) {
      const history = await open(box, { local });
      expect(await history.isAncestor(first(ids), last(ids)), local).toBe(true);
    }
  });

  test("of two branches tells which is not in the other", async () => {
    const { box, ids } = await openLong(3);
    const fork = await box.addCommit([{ path: "x", bytes: "1" }], "fork");
    const history = await open(box, { local: box.bare });
    const other = asRevision(fork)!;
    expect(await history.isAncestor(other, last(ids))).toBe(false);
    expect(await history.isAncestor(last(ids), other)).toBe(false);
  });

  test("tells a tag from a branch of the same name by its kind, and lists a commit's tags", async () => {
    const { box, ids } = await openLong(3);
    const [older, newer] = [ids[1]!, ids[2]!];
    await box.git(box.bare, "update-ref", "refs/heads/v1.2", newer);
    await box.git(box.bare, "tag", "v1.2", older);
    await box.git(box.bare, "-c", "user.name=a", "-c", "user.email=a@b", "tag", "-amx", "x", older);
    const history = await open(box, { local: box.bare });
    expect(await history.named("v1.2")).toHaveLength(2);
    for (const name of ["refs/tags/v1.2", "tags/v1.2"]) {
      expect(await history.named(name), name).toEqual([older]);
    }
    for (const name of ["refs/heads/v1.2", "heads/v1.2", "origin/v1.2"]) {
      expect(await history.named(name), name).toEqual([newer]);
    }
    expect(await history.tagsAt(older)).toEqual(["v1.2", "x"]);
    expect(await history.tagsAt(newer)).toEqual([]);
  });

  test("sees changed files and dates", async () => {
    const { box, ids } = await openLong(3);
    const history = await open(box, { local: box.bare });
    expect(await history.changed(ids[1]!, ids[2]!, ["f1.txt"])).toBe(true);
    expect(await history.changed(ids[1]!, ids[2]!, ["f0.txt", "k8s"])).toBe(false);
    expect(await history.committedAtSeconds(ids[2]!)).toBe(1_700_000_001);
  });

  test("that lacks a newer commit has it fetched, and only what is new", async () => {
    const { box } = await openLong(300);
    const local = await clone(box);
    const known = asRevision(await box.tip())!;
    const newer = asRevision(await box.addCommit([{ path: "x", bytes: "1" }]))!;
    const history = await open(box, { local, upstream: { url: box.url, credentials: {} } });
    expect(await history.resolve(known)).toBe(known);
    expect(await history.resolve(newer.slice(0, 9))).toBe(newer);
    expect(await history.isAncestor(known, newer)).toBe(true);
    expect(box.stats.bytesOut).toBeLessThan(3_000);
  });

  test("knows no commit that nobody has, nor what is no id", async () => {
    const { box } = await openLong(3);
    const history = await open(box, { local: box.bare });
    expect(await history.resolve("0".repeat(40))).toBeUndefined();
    for (const text of ["main", "HEAD", "abc", "", "--all", "0123456g"]) {
      expect(await history.resolve(text), text).toBeUndefined();
    }
  });

  test("says of a prefix of two commits which two, and of more digits the one", async () => {
    const { box } = await openLong(2);
    const [one, two] = await addTwins(box);
    expect(one.slice(0, 7)).toBe(two.slice(0, 7));
    await box.git(box.bare, "update-ref", "refs/heads/one", one);
    await box.git(box.bare, "update-ref", "refs/heads/two", two);
    const at = { url: box.url, credentials: {} };
    for (const from of [{ local: box.bare }, { upstream: at }]) {
      const history = await open(box, from);
      expect(await history.resolve(one.slice(0, 7))).toBeUndefined();
      const both = await history.candidates(one.slice(0, 7));
      expect([...both].sort()).toEqual([one, two].sort());
      expect(await history.resolve(one)).toBe(one);
    }
  });
});

describe("a shallow clone", () => {
  test("is deepened from its origin until the question is decided", async () => {
    const { box, ids } = await openLong(600);
    const local = await clone(box, "--depth=2");
    const config = readdirSync(join(local, ".git"));
    const url = await originOf(await localSource(local), process.env);
    const history = await open(box, { local, upstream: { url: url!, credentials: {} } });
    expect(await history.resolve(last(ids))).toBe(last(ids));
    expect(await history.resolve(first(ids).slice(0, 10))).toBe(first(ids));
    expect(await history.isAncestor(first(ids), last(ids))).toBe(true);
    expect(await history.isAncestor(last(ids), first(ids))).toBe(false);
    // The clone itself stays as it was.
    expect(readdirSync(join(local, ".git"))).toEqual(config);
    expect(await box.git(local, "rev-list", "--count", "HEAD")).toBe("2");
  });

  test("without an origin says yes where it can, and else that it cannot tell", async () => {
    const { box, ids } = await openLong(10);
    const history = await open(box, { local: await clone(box, "--depth=3") });
    expect(await history.isAncestor(ids[8]!, last(ids))).toBe(true);
    await expect(history.isAncestor(last(ids), ids[8]!)).rejects.toMatchObject({
      code: "unknown-revision",
      message: expect.stringContaining("shallow"),
    });
  });
});

describe("a source by URL", () => {
  test("is fetched newest first, deeper on demand, and never with its files", async () => {
    const { box, ids } = await openLong(700);
    const history = await open(box, { upstream: { url: box.url, credentials: {} } });
    expect(await history.resolve(last(ids).slice(0, 8))).toBe(last(ids));
    const near = box.stats.bytesOut;
    expect(await history.resolve(first(ids).slice(0, 8))).toBe(first(ids));
    expect(await history.isAncestor(first(ids), last(ids))).toBe(true);
    expect(near).toBeLessThan(box.stats.bytesOut / 2);
    const objects = await listObjects(box);
    expect(new Set(objects.map((line) => line.split(" ")[1]))).toEqual(new Set(["commit"]));
  });

  test("relates commits that it was never asked to find", async () => {
    const { box, ids } = await openLong(5);
    const history = await open(box, { upstream: { url: box.url, credentials: {} } });
    expect(await history.isAncestor(first(ids), last(ids))).toBe(true);
    expect(await history.isAncestor(last(ids), first(ids))).toBe(false);
  });

  test("asks for the same thing once", async () => {
    const { box, ids } = await openLong(5);
    const history = await open(box, { upstream: { url: box.url, credentials: {} } });
    await history.isAncestor((await history.resolve(first(ids)))!, last(ids));
    const { requests } = box.stats;
    for (let again = 0; again < 3; again += 1) {
      await history.resolve(first(ids));
      await history.resolve("0".repeat(9));
      await history.isAncestor(first(ids), last(ids));
    }
    // The unknown one made it ask for the rest, of which there is none.
    expect(box.stats.requests).toBe(requests);
  });

  test("needs the token, and does not repeat it", async () => {
    const login = { username: "x-access-token", password: "s3cret/token+" };
    const { box, ids } = await openLong(3, { login });
    const { url } = box;
    const right = await open(box, { upstream: { url, credentials: { token: login.password } } });
    expect(await right.resolve(last(ids))).toBe(last(ids));
    const wrong = await open(box, { upstream: { url, credentials: { token: "wrong" } } });
    await expect(wrong.resolve(last(ids))).rejects.toMatchObject({
      code: "remote-denied",
      message: expect.not.stringContaining("wrong"),
    });
  });
});

test("a directory that is no repository is refused, with what to do", async () => {
  const box = await openSandbox();
  for (const path of [box.temporary, join(box.root, "nowhere")]) {
    const refused = { code: "usage", hint: expect.stringContaining("--source") };
    await expect(localSource(path)).rejects.toMatchObject(refused);
  }
});

test("nothing of a hostile source is ever run", async () => {
  const { box, ids } = await openLong(300);
  const local = await clone(box, "--depth=2");
  const mark = join(box.root, "ran");
  const evil = `sh -c 'touch ${mark}'`;
  const keys = ["fsmonitor", "sshCommand", "alternateRefsCommand", "gitProxy", "pager", "editor"];
  const core = keys.map((key) => `\t${key} = "${evil}"`).join("\n");
  appendFileSync(
    join(local, ".git", "config"),
    `[core]\n${core}\n\thooksPath = ${join(local, "hooks")}\n[include]\n\tpath = ${mark}\n` +
      `[credential]\n\thelper = "!${evil}"\n[uploadpack]\n\tpackObjectsHook = "${evil}"\n` +
      `[url "ext::${evil} #"]\n\tinsteadOf = ${box.url}\n[http]\n\tproxy = http://127.0.0.1:1\n`,
  );
  for (const folder of [join(local, "hooks"), join(local, ".git", "hooks")]) {
    mkdirSync(folder, { recursive: true });
    for (const name of ["reference-transaction", "post-checkout", "fsmonitor-watchman"]) {
      writeFileSync(join(folder, name), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
  }
  const url = await originOf(await localSource(local), process.env);
  expect(url).toBe(box.url);
  const history = await open(box, { local, upstream: { url: url!, credentials: {} } });
  expect(await history.isAncestor((await history.resolve(first(ids)))!, last(ids))).toBe(true);
  expect(await history.changed(first(ids), last(ids), ["f0.txt"])).toBe(true);
  expect(existsSync(mark)).toBe(false);
  // Proof that the trap works: git itself falls into it.
  const env = { PATH: process.env.PATH ?? "", HOME: box.root };
  await runGit({ directory: local, env, timeoutMs: 30_000 }, ["status"]).catch(() => {});
  expect(existsSync(mark)).toBe(true);
});

/** Writes two commits whose ids begin with the same seven digits. */
async function addTwins(box: Sandbox): Promise<[Revision, Revision]> {
  const tree = await box.git(box.bare, "rev-parse", "main^{tree}");
  const seen = new Map<string, string>();
  for (let at = 0; ; at += 1) {
    const body = `tree ${tree}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n${at}\n`;
    const hash = createHash("sha1").update(`commit ${body.length}\0${body}`).digest("hex");
    const other = seen.get(hash.slice(0, 7));
    seen.set(hash.slice(0, 7), body);
    if (other === undefined) continue;
    const place = { directory: box.bare, env: box.env, timeoutMs: 30_000 };
    const write = async (input: string) =>
      String(
        (await runGit(place, ["hash-object", "-t", "commit", "-w", "--stdin"], { input })).stdout,
      );
    return [asRevision((await write(other)).trim())!, asRevision((await write(body)).trim())!];
  }
}

/** Lists the objects of the one private repository in the sandbox. */
async function listObjects(box: Sandbox): Promise<readonly string[]> {
  const [home = ""] = readdirSync(box.temporary);
  const directory = join(box.temporary, home);
  const all = await box.git(directory, "cat-file", "--batch-all-objects", "--batch-check");
  return all.split("\n");
}

describe("what one line of history lacks of another", () => {
  /** A hotfix on a branch of its own, beside a main that went on; `picked`: with its change. */
  async function openForked(picked: boolean) {
    const { box } = await openLong(3);
    const work = await clone(box);
    const commit = async (file: string, subject: string) => {
      writeFileSync(join(work, file), `${subject}\n`);
      await box.git(work, "add", "--all");
      await box.git(work, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", subject);
      return asRevision(await box.git(work, "rev-parse", "HEAD"))!;
    };
    await box.git(work, "checkout", "-q", "-b", "hotfix");
    const fix = await commit("fix.txt", "fix: login \u00e4");
    await box.git(work, "checkout", "-q", "main");
    const next = await commit("next.txt", "feat: next");
    if (picked) {
      await box.git(work, "-c", "user.name=A", "-c", "user.email=a@b", "cherry-pick", "hotfix");
    }
    const main = asRevision(await box.git(work, "rev-parse", "main"))!;
    await box.git(work, "push", "-q", box.bare, "main", "hotfix");
    return { box, history: await open(box, { local: work }), fix, next, main };
  }

  const byUrl = (box: Sandbox) => open(box, { upstream: { url: box.url, credentials: {} } });

  test("is named, the newest first", async () => {
    const { history, fix, next, main } = await openForked(false);
    expect(await history.lacking(fix, main)).toEqual([{ revision: fix, subject: "fix: login ä" }]);
    expect(await history.lacking(main, fix)).toEqual([{ revision: next, subject: "feat: next" }]);
  });

  test("is nothing where the line was squashed into one commit", async () => {
    const { box } = await openLong(3);
    const work = await clone(box);
    const git = (...args: readonly string[]) =>
      box.git(work, "-c", "user.name=A", "-c", "user.email=a@b", ...args);
    await git("checkout", "-q", "-b", "topic");
    for (const file of ["one.txt", "two.txt"]) {
      writeFileSync(join(work, file), `${file}\n`);
      await git("add", "--all");
      await git("commit", "-qm", `feat: ${file}`);
    }
    await git("checkout", "-q", "main");
    await git("merge", "-q", "--squash", "topic");
    await git("commit", "-qm", "feat: both (#1)");
    const ids = await Promise.all(["topic", "main"].map((name) => git("rev-parse", name)));
    const [topic, main] = ids.map((id) => asRevision(id)!) as [Revision, Revision];
    await git("push", "-q", box.bare, "main", "topic");
    for (const history of [await open(box, { local: work }), await byUrl(box)]) {
      expect(await history.isAncestor(topic, main)).toBe(false);
      expect(await history.lacking(topic, main)).toEqual([]);
    }
  });

  test("is nothing where the change was cherry-picked", async () => {
    const { box, history, fix, next, main } = await openForked(true);
    for (const each of [history, await byUrl(box)]) {
      expect(await each.isAncestor(fix, main)).toBe(false);
      expect(await each.lacking(fix, main)).toEqual([]);
      expect(await each.lacking(main, fix)).toEqual([{ revision: next, subject: "feat: next" }]);
    }
  });
});
