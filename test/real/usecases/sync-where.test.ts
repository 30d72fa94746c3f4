/** Where the checker looks: paths of images, repositories apart, clones, how far back. */

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSyncWorld, tagOf } from "../../support/sync-world.ts";
import { writeHistory } from "../../support/write-history.ts";

describe("images with paths of their own", () => {
  const paths = { web: "app/web", api: "app/api" };

  test("each has its own newest revision, and one commit lands both", async () => {
    const world = await openSyncWorld({ paths });
    const forWeb = await world.code("app/web/index.ts");
    await world.publish(forWeb, ["web"]);
    const forApi = await world.code("app/api/index.ts");
    await world.publish(forApi, ["api"]);
    const result = await world.sync();
    expect(result).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(result.images.map(({ wanted }) => wanted?.revision)).toEqual([forWeb, forApi]);
    expect(await world.held()).toEqual({
      ...{ "k8s/web.yaml": tagOf(forWeb), "k8s/api.yaml": tagOf(forApi) },
      "k8s/scan.yaml": tagOf(forApi),
    });
    expect((await world.subjects())[0]).toBe(
      `chore(gitops): recover missing manifest update to ${tagOf(forWeb)}, ${tagOf(forApi)}`,
    );
    expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
  });

  test("a commit beside them is waited for by nobody", async () => {
    const world = await openSyncWorld({ paths });
    await world.code("app/web/index.ts");
    const result = await world.sync();
    expect(result.images.map(({ verdict }) => verdict)).toEqual(["stalled", "in-sync"]);
    expect(result.images[0]!.detail).not.toContain(world.image("api"));
  });

  test("a name that says nothing on one does not keep the other back", async () => {
    const world = await openSyncWorld({ paths });
    const forApi = await world.code("app/api/index.ts");
    await world.publish(forApi, ["api"]);
    await world.commit({ "k8s/web.yaml": world.deployment("web", "hotfix-1") });
    expect(await world.sync()).toMatchObject({ verdict: "floating", outcome: "landed", exit: 3 });
    expect((await world.held())["k8s/api.yaml"]).toBe(tagOf(forApi));
  });
});

describe("images that a revision changed together, with paths of their own", () => {
  const paths = { web: "app/web", api: "app/api" };
  const both = { "app/web/index.ts": "new\n", "app/api/index.ts": "new\n" };

  test("land together, or not at all", async () => {
    const world = await openSyncWorld({ paths });
    const revision = await world.commit(both);
    await world.publish(revision, ["web"]);
    const before = await world.box.tip();
    expect(await world.sync()).toMatchObject({ verdict: "stalled", exit: 3 });
    expect(await world.box.tip()).toBe(before);
    await world.publish(revision, ["api"]);
    expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(new Set(Object.values(await world.held()))).toEqual(new Set([tagOf(revision)]));
  });

  test("also when they were built by different commits after that", async () => {
    const world = await openSyncWorld({ paths });
    await world.commit(both);
    const forWeb = await world.code("app/web/index.ts");
    await world.publish(forWeb, ["web"]);
    const before = await world.box.tip();
    expect(await world.sync()).toMatchObject({ exit: 3 });
    expect(await world.box.tip()).toBe(before);
    const forApi = await world.code("app/api/index.ts");
    await world.publish(forApi, ["api"]);
    expect(await world.sync()).toMatchObject({ outcome: "landed", exit: 0 });
    expect((await world.held())["k8s/web.yaml"]).toBe(tagOf(forWeb));
    expect((await world.held())["k8s/api.yaml"]).toBe(tagOf(forApi));
  });

  test("keep each other back where one of them is held by hand", async () => {
    const world = await openSyncWorld({ paths });
    const revision = await world.commit(both);
    await world.publish(revision);
    expect(await world.promote(revision)).toMatchObject({ status: 0 });
    const newer = await world.commit({ "app/web/index.ts": "2\n", "app/api/index.ts": "2\n" });
    await world.publish(newer);
    await world.commit({ "k8s/web.yaml": world.deployment("web", "gh-pages") });
    expect(await world.sync()).toMatchObject({ exit: 3 });
  });

  test("are left where they are by a commit that changed none of them, though it was built", async () => {
    const world = await openSyncWorld({ paths });
    const docs = await world.code("docs/index.md");
    await world.publish(docs);
    const before = await world.box.tip();
    expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
    expect(await world.box.tip()).toBe(before);
  });

  test("that is the same where the source is a URL", async () => {
    const world = await openSyncWorld({ paths });
    const docs = await world.code("docs/index.md");
    await world.publish(docs);
    const revision = await world.commit(both);
    await world.publish(revision, ["web"]);
    for (const source of [world.url, world.box.bare]) {
      const result = await world.sync("--dry-run", "--source", source);
      expect(result.images.map(({ verdict }) => verdict)).toEqual(["in-sync", "stalled"]);
    }
  });
});

test("the source is another repository: its commits are walked, not the branch's", async () => {
  const world = await openSyncWorld();
  const root = mkdtempSync(join(tmpdir(), "landfall-source-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", root]);
  const code = ["feat: a", "feat: b", "chore: by hand"].map((message) => ({ message }));
  const [a, b] = writeHistory(root, code);
  await world.publish(a!);
  await world.publish(b!);
  await world.commit(world.pinned(tagOf(a!)), { message: "ops: begin" });
  const result = await world.sync("--source", root);
  expect(result).toMatchObject({ verdict: "stalled", outcome: "landed", exit: 3, source: root });
  expect(result.images[0]).toMatchObject({ gap: { commits: 1 }, wanted: { revision: b } });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(b!)));
});

test("the source is another repository, all of which is taken for deploys: that is said", async () => {
  const world = await openSyncWorld();
  const root = mkdtempSync(join(tmpdir(), "landfall-source-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", root]);
  const [a] = writeHistory(root, [{ message: "feat: a" }, { message: "feat: b" }]);
  await world.commit(world.pinned(tagOf(a!)), { message: "ops: begin" });
  const said = async () => (await world.sync("--source", root, "--dry-run")).warnings;
  expect(await said()).toEqual([]);
  appendFileSync(join(world.home, "landfall.yaml"), 'audit: { pattern: "^feat" }\n');
  expect(await said()).toEqual([
    expect.stringMatching(/^Nothing is compared: all 2 commits of the source look like deploys/),
  ]);
});

test("the source is a clone that lags behind: what the server has counts", async () => {
  const world = await openSyncWorld();
  const clone = join(world.box.root, "clone");
  execFileSync("git", ["clone", "--quiet", "--branch", "main", world.url, clone]);
  const newest = await world.code();
  await world.publish(newest);
  expect(await world.sync("--source", clone)).toMatchObject({ verdict: "behind", exit: 0 });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(newest)));
});

describe("--lookback", () => {
  test("bounds how many code commits are asked about", async () => {
    const world = await openSyncWorld();
    await world.publish(await world.code());
    for (let at = 0; at < 3; at += 1) await world.code();
    expect(await world.sync("--lookback", "3")).toMatchObject({
      ...{ verdict: "stalled", exit: 3, attempts: 1 },
    });
    const before = await world.subjects();
    expect(before[0]).toBe("feat: change");
    expect(await world.sync("--lookback", "4")).toMatchObject({ outcome: "landed", exit: 3 });
  });

  test("costs nothing where the pins are at what is newest", async () => {
    const world = await openSyncWorld();
    const newest = await world.code();
    await world.publish(newest);
    await world.promote(newest);
    const asked = world.registry.stats.requests;
    await world.sync("--lookback", "1000");
    expect(world.registry.stats.requests - asked).toBe(2);
  });
});

test("the text names what was found, every place, and where each went", async () => {
  const world = await openSyncWorld();
  const newest = await world.code();
  await world.publish(newest);
  const { "k8s/scan.yaml": _, ...two } = world.pinned(tagOf(newest));
  await world.commit(two, { message: "ops: two of three" });
  const dry = await world.run(["sync", "--dry-run", "--quiet"]);
  expect(dry).toMatchObject({ status: 3, err: "" });
  expect(dry.out).toMatch(/^Gap Detected, Nothing Pushed Yet\n/);
  expect(dry.out).toContain("\n+++ b/k8s/scan.yaml\n");
  const fixed = await world.run(["sync", "--quiet"]);
  expect(fixed).toMatchObject({ status: 0, err: "" });
  expect(fixed.out).toMatch(/^Gap Detected and Fixed\n/);
  expect(fixed.out).toContain(`  in-sync     ${world.image("web")}\n`);
  expect(fixed.out).toContain(`  mixed       ${world.image("api")}  repaired\n`);
  expect(fixed.out).toContain(`k8s/api.yaml:3  ${tagOf(newest)}\n`);
  expect(fixed.out).toContain(`k8s/scan.yaml:3  ${tagOf(world.first)} -> ${tagOf(newest)}\n`);
  const again = await world.run(["sync", "--quiet"]);
  expect(again).toMatchObject({ status: 0, out: expect.stringMatching(/^All In Sync\n/) });
});

test("--html writes the page beside the text", async () => {
  const world = await openSyncWorld();
  const { status } = await world.run(["sync", "--quiet", "--html", "sync.html"]);
  expect(status).toBe(0);
  const page = readFileSync(join(world.home, "sync.html"), "utf8");
  expect(page).toContain("All In Sync");
});

test.each([
  [["--lookback", "0"], /^landfall: Cannot read the number "0" of --lookback\n/],
  [["--grace", "soon"], /^landfall: .*"soon"/],
  [["--image", "acme/web=sha-1234567"], /^landfall: Cannot sync ".*acme\/web" to a tag/],
])("%j is refused in one line, and nothing is asked", async (flags, words) => {
  const world = await openSyncWorld({ git: "http" });
  const asked = world.box.stats.requests;
  const { status, out, err } = await world.run(["sync", ...flags]);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toMatch(words);
  expect(world.box.stats.requests).toBe(asked);
});

describe("revisions without all their images", () => {
  test.each([
    ["none of them", []],
    ["all but one of them", ["web"]],
  ])("with %s: the newest is asked for all, older ones until one is missing", async (_, which) => {
    const world = await openSyncWorld();
    const count = 5;
    for (let made = 0; made < count; made += 1) await world.publish(await world.code(), which);
    const asked = { ...world.registry.stats.kinds };
    const result = await world.sync();
    expect(result.images[1]).toMatchObject({ verdict: "stalled" });
    expect(result.images[1]!.detail).toContain(world.image("api"));
    const { kinds } = world.registry.stats;
    const more = (kind: string) => (kinds[kind] ?? 0) - (asked[kind] ?? 0);
    // Two of what is pinned; and what is missing is asked for once more, for its words.
    expect(more("HEAD manifest")).toBe(2 + 2 + (count - 1));
    expect(more("GET manifest")).toBe(2 - which.length + (count - 1));
  });

  test("where the missing one is there, the others are asked for, and the whole one is wanted", async () => {
    const world = await openSyncWorld();
    const whole = await world.code();
    await world.publish(whole);
    await world.publish(await world.code(), ["api"]);
    await world.publish(await world.code(), ["web"]);
    const result = await world.sync("--dry-run");
    expect(result.images.map(({ wanted }) => wanted?.revision)).toEqual([whole, whole]);
    expect(result).toMatchObject({ verdict: "stalled", outcome: "would-land" });
  });
});
