/** What belongs to a source, and what a word names in it: by a clone and by a URL alike. */

import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openHistory } from "../../../../src/adapters/git/history.ts";
import { localSource } from "../../../../src/adapters/git/source.ts";
import { asRevision, type CommitId, type Revision } from "../../../../src/core/ids.ts";
import { openSandbox, type Sandbox, type SandboxOptions } from "../../../support/git-sandbox.ts";

const asRev = (commit: CommitId | string): Revision => asRevision(commit)!;

interface From {
  readonly local?: string;
  readonly isAlone?: boolean;
  readonly warn?: (message: string) => void;
}

async function open(box: Sandbox, { local, isAlone, warn }: From = {}) {
  const history = await openHistory({
    ...{ env: process.env, temporary: box.temporary, timeoutMs: 30_000, warn },
    local: local === undefined ? undefined : await localSource(local),
    upstream: async () => (isAlone ? undefined : { url: box.url, credentials: {} }),
  });
  onTestFinished(() => history.close());
  return history;
}

/** A server with two commits on main, and a whole clone of it that is used for years. */
async function openUsed(options: SandboxOptions = {}) {
  const box = await openSandbox(options);
  const first = asRev(await box.tip());
  const second = asRev(await box.addCommit([{ path: "app/a", bytes: "2" }]));
  const local = join(box.root, "clone");
  await box.git(box.root, "clone", "--quiet", `file://${box.bare}`, local);
  await box.git(local, "checkout", "--quiet", "main");
  return { box, local, first, second };
}

describe.each(["a clone", "a URL"])("by %s", (how) => {
  const from = ({ local }: { local: string }) => (how === "a clone" ? { local } : {});

  test("a branch, a tag, HEAD, an id and its first four digits name a commit", async () => {
    const world = await openUsed();
    const { box, first, second } = world;
    await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/main");
    await box.git(box.bare, "branch", "release/1", first);
    await box.git(box.bare, "tag", "-a", "-m", "x", "v1.2.3", first);
    await box.git(box.bare, "tag", "20260115", first);
    const history = await open(box, from(world));
    expect(await history.named("HEAD")).toEqual([second]);
    expect(await history.named("main")).toEqual([second]);
    for (const word of ["release/1", "v1.2.3", "refs/tags/v1.2.3", "20260115"]) {
      expect(await history.named(word), word).toEqual([first]);
    }
    for (const digits of [first.slice(0, 4), first.slice(0, 7), first]) {
      expect(await history.named(digits), digits).toEqual([first]);
    }
    for (const word of ["release", "none", "--all", "", "a..b", "0".repeat(40), "main~1"]) {
      expect(await history.named(word), word).toEqual([]);
    }
  });

  test("a word that is a branch and a tag of different commits names both", async () => {
    const world = await openUsed();
    const { box, first, second } = world;
    await box.git(box.bare, "branch", "stable", first);
    await box.git(box.bare, "tag", "stable", second);
    const history = await open(box, from(world));
    expect([...(await history.named("stable"))].sort()).toEqual([first, second].sort());
  });

  test("what the server has no more is no commit of the source, whatever the clone kept", async () => {
    const world = await openUsed();
    const { box, local, first, second } = world;
    await box.git(box.bare, "update-ref", "refs/heads/main", first);
    const history = await open(box, from(world));
    // On a machine that was used before, the clone's own refs have moved on as well.
    await box.git(local, "fetch", "--quiet", "origin", "+main:refs/remotes/origin/main");
    expect(await history.candidates(second.slice(0, 7))).toEqual([]);
    expect(await history.resolve(first)).toBe(first);
  });

  test("what was named belongs to the source, and all that is behind it", async () => {
    const world = await openUsed();
    const { box, local, second } = world;
    await box.git(local, "-c", "user.name=a", "-c", "user.email=a@b", ...commit("merge"));
    const merge = asRev(await box.git(local, "rev-parse", "HEAD"));
    const history = await open(box, { local });
    expect(await history.candidates(merge)).toEqual([]);
    expect(await history.named(merge)).toEqual([merge]);
    history.refresh();
    expect(await history.candidates(merge)).toEqual([merge]);
    expect(await history.isAncestor(second, merge)).toBe(true);
  });

  test("a commit that comes later is found once it is looked for again", async () => {
    const world = await openUsed();
    const { box, second } = world;
    const history = await open(box, from(world));
    const nobody = "f".repeat(40);
    expect(await history.resolve(nobody)).toBeUndefined();
    const later = asRev(await box.addCommit([{ path: "app/a", bytes: "3" }]));
    expect(await history.resolve(later)).toBeUndefined();
    history.refresh();
    expect(await history.resolve(later)).toBe(later);
    expect(await history.isAncestor(second, later)).toBe(true);
    await box.git(box.bare, "update-ref", "refs/heads/main", second);
    history.refresh();
    expect(await history.resolve(later)).toBeUndefined();
  });

  test("which files a commit changed is told", async () => {
    const world = await openUsed();
    const { box, first, second } = world;
    const docs = asRev(await box.addCommit([{ path: "docs/x", bytes: "1" }]));
    const history = await open(box, from(world));
    await history.named("main");
    expect(await history.resolve(docs)).toBe(docs);
    expect(await history.changed(first, second, ["app"])).toBe(true);
    expect(await history.changed(first, second, ["docs"])).toBe(false);
    expect(await history.changed(second, docs, ["app"])).toBe(false);
    expect(await history.changed(first, docs, ["docs", "app"])).toBe(true);
  });
});

test("a clone whose server lets nobody read goes by its own branches, and says so", async () => {
  const { box, local, first, second } = await openUsed({
    login: { username: "x", password: "secret" },
  });
  const warnings: string[] = [];
  const history = await open(box, { local, warn: (text) => warnings.push(text) });
  expect(await history.resolve(second)).toBe(second);
  expect(await history.isAncestor(first, second)).toBe(true);
  expect(warnings).toEqual([expect.stringContaining("The clone's own")]);
  await expect(history.resolve("f".repeat(40))).rejects.toMatchObject({ code: "remote-denied" });
});

test("a clone without an origin is its own server", async () => {
  const { box, local, first, second } = await openUsed();
  await box.git(local, "reset", "--quiet", "--hard", first);
  for (const ref of ["refs/remotes/origin/main", "refs/remotes/origin/HEAD"]) {
    await box.git(local, "update-ref", "-d", ref);
  }
  await box.git(local, "tag", "-a", "-m", "x", "v1", first);
  const history = await open(box, { local, isAlone: true });
  expect(await history.named("v1")).toEqual([first]);
  expect(await history.candidates(second)).toEqual([]);
  await box.git(local, "branch", "kept", second);
  history.refresh();
  expect(await history.candidates(second)).toEqual([second]);
});

function commit(message: string): readonly string[] {
  return ["commit", "--quiet", "--allow-empty", "-m", message];
}
