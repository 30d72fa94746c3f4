/** Lost deploys of merges, as `git pull` and forges make them: found and landed like any other. */

import { describe, expect, test } from "vitest";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";

/** Somebody's work on the first commit, merged with the deploy that others made of that. */
async function pulled(world: SyncWorld) {
  const work = await world.code("app/mine.ts", { branch: "mine", from: "main~1" });
  const merge = await world.commit(
    { ...world.pinned(tagOf(world.first)) },
    { message: "Merge branch 'main' of forge", from: "mine", merge: ["main"] },
  );
  return { work, merge };
}

describe("the merge that git pull made", () => {
  test("is what CI built: its lost deploy is found and landed", async () => {
    const world = await openSyncWorld();
    const { merge } = await pulled(world);
    await world.publish(merge);
    expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(new Set(Object.values(await world.held()))).toEqual(new Set([tagOf(merge)]));
    expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
  });

  test("is named where its build is missing, and not the work that it has inside", async () => {
    const world = await openSyncWorld();
    const { merge } = await pulled(world);
    const result = await world.sync();
    expect(result).toMatchObject({ verdict: "stalled", exit: 3 });
    expect(result.images[0]!.detail).toContain(tagOf(merge));
  });

  test("is not missed where the work was built before it was merged", async () => {
    const world = await openSyncWorld();
    const { work } = await pulled(world);
    await world.publish(work);
    expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(new Set(Object.values(await world.held()))).toEqual(new Set([tagOf(work)]));
  });

  test("is on its way while it is young, with the older work that it brings", async () => {
    const world = await openSyncWorld();
    await world.code("app/mine.ts", { branch: "mine", from: "main~1" });
    const atSeconds = Math.floor(Date.now() / 1_000);
    const merge = await world.commit(
      { ...world.pinned(tagOf(world.first)) },
      { message: "Merge branch 'main'", from: "mine", merge: ["main"], atSeconds },
    );
    const result = await world.sync();
    expect(result).toMatchObject({ verdict: "pending", exit: 0 });
    expect(result.images[0]!.detail).toContain(tagOf(merge));
  });
});

test("a merge of deploys alone is in sync, and nobody waits for its images", async () => {
  const world = await openSyncWorld();
  await world.commit({ "k8s/job.yaml": "kind: Job\n" }, { branch: "job", from: "main~1" });
  await world.commit({ "k8s/job.yaml": "kind: Job\n" }, { message: "Merge", merge: ["job"] });
  expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
});
