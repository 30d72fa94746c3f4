/** Which branch of the source counts: that of the server, whatever a clone has checked out. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";
import { writeHistory } from "../../support/write-history.ts";

function cloneOf(url: string) {
  const home = mkdtempSync(join(tmpdir(), "landfall-line-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  const at = join(home, "clone");
  execFileSync("git", ["clone", "--quiet", url, at]);
  const git = (...args: string[]) => execFileSync("git", ["-C", at, ...args], { stdio: "pipe" });
  return { at, git };
}

async function unmoved(world: SyncWorld, clone: string) {
  const before = await world.box.tip();
  const result = await world.sync("--source", clone, "--grace", "0s");
  expect(await world.box.tip()).toBe(before);
  return result;
}

describe("unmerged work that is published stays out", () => {
  async function withFeature() {
    const world = await openSyncWorld();
    const feature = await world.code("app/wip.ts", { branch: "feature/wip", from: "main" });
    await world.publish(feature);
    return { world, feature, ...cloneOf(world.url) };
  }

  test.each<[string, (git: (...args: string[]) => unknown) => void]>([
    ["a feature branch", (git) => git("checkout", "--quiet", "feature/wip")],
    ["its commit alone", (git) => git("checkout", "--quiet", "--detach", "origin/feature/wip")],
    [
      "a merge that a forge made of a pull request",
      (git) => {
        git("checkout", "--quiet", "--detach", "main");
        git(
          "-c",
          "user.name=x",
          "-c",
          "user.email=x@x",
          "merge",
          "-q",
          "--no-ff",
          "-m",
          "x",
          "origin/feature/wip",
        );
      },
    ],
  ])("where %s is checked out", async (_, checkout) => {
    const { world, at, git } = await withFeature();
    checkout(git);
    expect(await unmoved(world, at)).toMatchObject({ verdict: "in-sync", exit: 0 });
  });

  test("and source.branch names a line that is not the default one", async () => {
    const { world, feature, at } = await withFeature();
    const file = join(world.home, "landfall.yaml");
    const settings = `images: [{ name: ${world.image("web")} }, { name: ${world.image("api")} }]
manifests: { repository: ${world.url}, branch: main, paths: [k8s] }
source: { repository: ${at}, branch: feature/wip }\n`;
    writeFileSync(file, settings);
    const result = await world.sync("--grace", "0s");
    expect(result.images[0]!.wanted).toMatchObject({ tag: tagOf(feature) });
  });
});

describe("the source is a clone whose server cannot be asked", () => {
  async function apart() {
    const world = await openSyncWorld();
    const root = mkdtempSync(join(tmpdir(), "landfall-source-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
    const server = join(root, "source.git");
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", server]);
    const [first] = writeHistory(server, [{ message: "feat: a" }]);
    await world.publish(first!);
    await world.commit(world.pinned(tagOf(first!)), { message: "ops: begin" });
    const clone = cloneOf(server);
    renameSync(server, `${server}.gone`);
    return { world, ...clone };
  }

  test("what it knows of the default branch counts", async () => {
    const { world, at } = await apart();
    expect(await unmoved(world, at)).toMatchObject({ verdict: "in-sync", exit: 0 });
  });

  test("where it knows none, nothing is taken for it: the remedy names source.branch", async () => {
    const { world, at, git } = await apart();
    git("remote", "set-head", "origin", "--delete");
    git("checkout", "--quiet", "-b", "feature/wip");
    const result = await unmoved(world, at);
    expect(result.exit).not.toBe(0);
    expect(result.failure?.hint).toContain("source.branch");
  });
});

test("a mirror that is named as both repositories is asked itself, not its origin", async () => {
  const world = await openSyncWorld();
  const home = mkdtempSync(join(tmpdir(), "landfall-mirror-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  const mirror = join(home, "mirror.git");
  execFileSync("git", ["clone", "--quiet", "--bare", world.url, mirror]);
  const newer = await world.code();
  await world.publish(newer);
  const result = await world.sync("--repository", mirror, "--source", mirror, "--dry-run");
  expect(result).toMatchObject({ verdict: "in-sync", exit: 0 });
});
