/** Going back by hand, in the ways that people do it: the checker reports it and undoes nothing. */

import { describe, expect, test } from "vitest";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";

/** A branch on which two revisions have landed by Landfall, the newer one last. */
async function deployed() {
  const world = await openSyncWorld();
  const messages: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    const revision = await world.code();
    await world.publish(revision);
    expect(await world.promote(revision)).toMatchObject({ status: 0 });
    messages.push(await world.box.git(world.box.bare, "log", "-1", "--format=%B", "main"));
  }
  const [older] = await world.box
    .git(world.box.bare, "log", "--format=%H", "--grep=feat: change", "main")
    .then((out) => out.trim().split("\n").slice(1));
  return { world, older: older!, messages };
}

async function staysReverted(world: SyncWorld, ...flags: readonly string[]): Promise<void> {
  const before = await world.box.tip();
  // Its commits are older than the deploys below them, so that nobody knows how old they are.
  const result = await world.sync("--grace", "0s", ...flags);
  expect(result).toMatchObject({ verdict: "reverted", exit: 3 });
  expect(await world.box.tip()).toBe(before);
}

const moved = (files: Readonly<Record<string, string | undefined>>, folder: string) =>
  Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => [
      [path, undefined],
      [path.replace("k8s/", `${folder}/`), text],
    ]),
  );

describe("a checker leaves", () => {
  test("a deploy commit that was picked again, with our trailers and somebody's name", async () => {
    const { world, older, messages } = await deployed();
    await world.commit(world.pinned(tagOf(older)), { message: messages[0]! });
    await staysReverted(world);
    const forced = await world.sync("--grace", "0s", "--force");
    expect(forced).toMatchObject({ verdict: "reverted", outcome: "landed", exit: 0 });
  });

  test("a revert whose files are moved on, and the settings with them", async () => {
    const { world, older } = await deployed();
    await world.commit(world.pinned(tagOf(older)), { message: 'Revert "chore(gitops)"' });
    await staysReverted(world);
    const files = world.pinned(tagOf(older));
    await world.commit(moved(files, "deploy"), { message: "chore: move the manifests" });
    await staysReverted(world, "--path", "deploy");
  });

  test("a revert whose files are copied first, and removed later", async () => {
    const { world, older } = await deployed();
    await world.commit(world.pinned(tagOf(older)), { message: 'Revert "chore(gitops)"' });
    const files = Object.entries(moved(world.pinned(tagOf(older)), "deploy"));
    await world.commit(Object.fromEntries(files.filter(([, text]) => text !== undefined)));
    await world.commit(Object.fromEntries(files.filter(([, text]) => text === undefined)));
    await staysReverted(world, "--path", "deploy");
  });

  test("a revert that somebody pulled in under work of their own", async () => {
    const { world, older } = await deployed();
    const pins = world.pinned(tagOf(older));
    await world.code("app/mine.ts", { branch: "mine", from: "main~2" });
    await world.commit(pins, { message: 'Revert "chore(gitops)"' });
    await world.commit(pins, { message: "Merge branch 'main'", from: "mine", merge: ["main"] });
    expect(await world.sync("--lookback", "2", "--grace", "0s")).toMatchObject({ exit: 3 });
    expect(Object.values(await world.held())).not.toContain("latest");
    expect(new Set(Object.values(await world.held()))).toEqual(new Set([tagOf(older)]));
  });
});

test("a revert of the revert is a deploy again: nothing is left to look at", async () => {
  const { world, older } = await deployed();
  const newest = Object.values(await world.held())[0]!;
  await world.commit(world.pinned(tagOf(older)), { message: 'Revert "chore(gitops)"' });
  await world.commit(world.pinned(newest), { message: 'Revert "Revert "chore(gitops)""' });
  expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
});
