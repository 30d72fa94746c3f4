/** The checker on a real git server and registry, by the command line: each verdict once. */

import { expect, test } from "vitest";
import { readMessage } from "../../../src/core/landing/commit-message.ts";
import type { SyncResult, SyncVerdict } from "../../../src/core/results/sync.ts";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";

const byImage = ({ images }: SyncResult): readonly SyncVerdict[] =>
  images.map(({ verdict }) => verdict);

/** Runs the checker where nothing may be pushed, and expects what it says. */
async function unmoved(
  world: SyncWorld,
  verdict: SyncVerdict,
  expected: Partial<SyncResult>,
  ...flags: readonly string[]
): Promise<SyncResult> {
  const before = await world.box.tip();
  const result = await world.sync(...flags);
  expect(result).toMatchObject({ command: "sync", verdict, ...expected });
  expect(result.images.some(({ fixed }) => fixed)).toBe(false);
  expect(await world.box.tip()).toBe(before);
  return result;
}

test("in-sync: one question for each pinned image, and none for anything older", async () => {
  const world = await openSyncWorld();
  const asked = world.registry.stats.requests;
  const result = await unmoved(world, "in-sync", { exit: 0, attempts: 1, warnings: [] });
  expect(byImage(result)).toEqual(["in-sync", "in-sync"]);
  expect(result.images[0]!.wanted).toMatchObject({ revision: world.first });
  expect(world.registry.stats.requests - asked).toBe(2);
});

test("behind: the lost deploy is landed by one run, and the next one makes no commit", async () => {
  const world = await openSyncWorld();
  const [older, newest] = [await world.code(), await world.code()];
  await world.publish(newest);
  await world.commit({ "k8s/more.yaml": "replicas: 2\n" }, { message: "chore: replicas" });
  const result = await world.sync();
  expect(result).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0, attempts: 1 });
  const commits = (await world.box.git(world.box.bare, "log", "-3", "--format=%ct", older))
    .split("\n")
    .map(Number);
  expect(result.images).toEqual(
    ["web", "api"].map((name) =>
      expect.objectContaining({
        ...{ image: world.image(name), verdict: "behind", fixed: true },
        gap: expect.objectContaining({ commits: 2, sinceMs: commits[0]! * 1000 }),
        wanted: expect.objectContaining({ revision: newest, tag: tagOf(newest) }),
      }),
    ),
  );
  expect(await world.held()).toEqual({
    ...{ "k8s/web.yaml": tagOf(newest), "k8s/api.yaml": tagOf(newest) },
    "k8s/scan.yaml": tagOf(newest),
  });
  const message = await world.box.git(world.box.bare, "log", "-1", "--format=%B", result.commit!);
  expect(message.split("\n")[0]).toBe(
    `chore(gitops): recover missing manifest update to ${tagOf(newest)}`,
  );
  expect(readMessage(message)).toMatchObject({
    ...{ outcome: "recovered", revision: newest, deploy: result.deploy },
  });
  expect(await world.box.tip()).toBe(result.commit);
  await unmoved(world, "in-sync", { exit: 0 });
});

test("behind, dry: the change is shown, nothing is pushed, and the status is 3", async () => {
  const world = await openSyncWorld();
  const newest = await world.code();
  await world.publish(newest);
  const dry = { exit: 3, outcome: "would-land" } as const;
  const { diff } = await unmoved(world, "behind", dry, "--dry-run");
  expect(diff).toContain(`+  image: ${world.image("web")}:${tagOf(newest)} # ours\n`);
});

test("mixed: the place that stayed behind is named, and moved", async () => {
  const world = await openSyncWorld();
  const newest = await world.code();
  await world.publish(newest);
  const { "k8s/scan.yaml": _, ...two } = world.pinned(tagOf(newest));
  await world.commit(two, { message: `chore(gitops): update image tags to ${tagOf(newest)}` });
  const result = await world.sync();
  expect(result).toMatchObject({ verdict: "mixed", outcome: "landed", exit: 0 });
  expect(byImage(result)).toEqual(["in-sync", "mixed"]);
  expect(result.images[1]!.pins).toEqual([
    { file: "k8s/api.yaml", line: 3, column: expect.any(Number), tag: tagOf(newest) },
    { file: "k8s/scan.yaml", line: 3, column: expect.any(Number), tag: tagOf(world.first) },
  ]);
  expect((await world.held())["k8s/scan.yaml"]).toBe(tagOf(newest));
  await unmoved(world, "in-sync", { exit: 0 });
});

test("missing: what is pinned is not published", async () => {
  const world = await openSyncWorld();
  const never = await world.code();
  await world.commit(world.pinned(tagOf(never)), { message: "ops: by hand" });
  const asked = world.registry.stats.requests;
  const result = await unmoved(world, "missing", { exit: 3 });
  expect(result.images[0]!.detail).toContain(tagOf(never));
  // Two images, each by HEAD, and by GET for the registry's own words. Nothing older is asked for.
  expect(world.registry.stats.requests - asked).toBe(4);
});

test("missing, and a newer revision has all its images: it is moved there", async () => {
  const world = await openSyncWorld();
  const never = await world.code();
  await world.commit(world.pinned(tagOf(never)), { message: "ops: by hand" });
  const newest = await world.code();
  await world.publish(newest);
  expect(await world.sync()).toMatchObject({ verdict: "missing", outcome: "landed", exit: 0 });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(newest)));
});

test.each(["latest", "sha-REPLACE_ME"])("floating: %s is reported, and left", async (tag) => {
  const world = await openSyncWorld();
  await world.commit({ "k8s/scan.yaml": world.pinned(tag)["k8s/scan.yaml"] });
  const result = await unmoved(world, "floating", { exit: 3 });
  expect(byImage(result)).toEqual(["in-sync", "floating"]);
  expect(result.images[1]!.detail).toContain(tag);
});

test("floating in one place does not keep the others from their repair", async () => {
  const world = await openSyncWorld();
  await world.commit({ "k8s/scan.yaml": world.pinned("latest")["k8s/scan.yaml"] });
  const newest = await world.code();
  await world.publish(newest);
  expect(await world.sync()).toMatchObject({ verdict: "floating", outcome: "landed", exit: 3 });
  const tag = tagOf(newest);
  expect(Object.values(await world.held())).toEqual([tag, tag, "latest"]);
});

test("ahead: a branch that is not merged yet is pinned", async () => {
  const world = await openSyncWorld();
  const topic = await world.code("app/topic.ts", { branch: "topic", from: "main" });
  await world.publish(topic);
  await world.commit(world.pinned(tagOf(topic)), { message: "ops: try it" });
  const result = await unmoved(world, "ahead", { exit: 0 });
  expect(result.images[0]!.wanted).toMatchObject({ revision: world.first });
});

test("diverged: another line of history is pinned, which is for people to judge", async () => {
  const world = await openSyncWorld();
  const topic = await world.code("app/topic.ts", { branch: "topic", from: "main" });
  await world.publish(topic);
  await world.publish(await world.code());
  await world.commit({ "k8s/web.yaml": world.deployment("web", tagOf(topic)) });
  const result = await unmoved(world, "diverged", { exit: 3 });
  // What a promotion would refuse as a whole is not landed in part.
  expect(byImage(result)).toEqual(["diverged", "behind"]);
});

test("held: what a hold keeps out stays out, and a newer revision goes in", async () => {
  const world = await openSyncWorld();
  const bad = await world.code();
  await world.publish(bad);
  await world.hold(bad);
  const result = await unmoved(world, "held", { exit: 0 });
  expect(result.images[0]!.detail).toContain(`held through ${bad}: slow`);
  await unmoved(world, "held", { exit: 0 }, "--force");
  const good = await world.code();
  await world.publish(good);
  expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
});

test("rolled back: it stays back until it is released, and is then as good as any", async () => {
  const world = await openSyncWorld();
  const slow = await world.code();
  await world.publish(slow);
  expect((await world.promote(slow)).status).toBe(0);
  const back = await world.run(["rollback", "--to", world.first, "--reason", "slow", "--quiet"]);
  expect(back, back.err).toMatchObject({ status: 0 });
  await unmoved(world, "held", { exit: 0 });
  expect((await world.promote(slow)).status).toBe(4);
  expect((await world.run(["release", "--quiet"])).status).toBe(0);
  expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(slow)));
});

test("reverted: what somebody moved away stays away, until it is forced", async () => {
  const world = await openSyncWorld();
  const bad = await world.code();
  await world.publish(bad);
  expect((await world.promote(bad)).status).toBe(0);
  const message = `Revert "chore(gitops): update image tags to ${tagOf(bad)}"`;
  const by = await world.commit(world.pinned(tagOf(world.first)), { message });
  const result = await unmoved(world, "reverted", { exit: 3 });
  expect(result.images[0]!.detail).toContain(by);
  const forced = await world.sync("--force");
  expect(forced).toMatchObject({ verdict: "reverted", outcome: "landed", exit: 0 });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(bad)));
  await unmoved(world, "in-sync", { exit: 0 });
});

test("reverted in part: one image is moved away, and what belongs with it waits", async () => {
  const world = await openSyncWorld();
  const bad = await world.code();
  await world.publish(bad);
  await world.promote(bad, "--image", world.image("web"));
  await world.commit({ "k8s/web.yaml": world.deployment("web", tagOf(world.first)) });
  const result = await unmoved(world, "reverted", { exit: 3 });
  expect(byImage(result)).toEqual(["reverted", "behind"]);
});

test("pending: younger than the grace time", async () => {
  const world = await openSyncWorld();
  const young = await world.code("app/main.ts", { atSeconds: Math.floor(Date.now() / 1000) });
  const asked = world.registry.stats.requests;
  const result = await unmoved(world, "pending", { exit: 0 });
  expect(result.images[0]!.detail).toContain(tagOf(young));
  expect(world.registry.stats.requests - asked).toBe(2);
  await world.publish(young);
  await unmoved(world, "pending", { exit: 0 });
  expect(await world.sync("--grace", "0s")).toMatchObject({ verdict: "behind", exit: 0 });
});

test("stalled: older than the grace time, and one image was never built", async () => {
  const world = await openSyncWorld();
  const failed = await world.code();
  await world.publish(failed, ["web"]);
  const result = await unmoved(world, "stalled", { exit: 3 });
  expect(byImage(result)).toEqual(["stalled", "stalled"]);
  expect(result.images[0]!.detail).toContain(`${tagOf(failed)} is still without`);
  expect(result.images[0]!.detail).toContain(world.image("api"));
});

test("stalled, and a gap below it: the newest whole revision lands all the same", async () => {
  const world = await openSyncWorld();
  const whole = await world.code();
  await world.publish(whole);
  await world.publish(await world.code(), ["web"]);
  expect(await world.sync()).toMatchObject({ verdict: "stalled", outcome: "landed", exit: 3 });
  expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(whole)));
});
