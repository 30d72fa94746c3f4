/** Images with source paths: a promotion leaves those where they are that it would not change. */

import { expect, test } from "vitest";
import { openSyncWorld, tagOf } from "../../support/sync-world.ts";

test("an image that did not change is left, and every command agrees with that", async () => {
  const world = await openSyncWorld({ paths: { web: "app/web", api: "app/api" } });
  const { code, publish, promote, held } = world;
  const run = async (...words: readonly string[]) =>
    JSON.parse((await world.run([...words, "--json", "--quiet"])).out);
  const land = async (path: string, ...flags: readonly string[]) => {
    const revision = await code(path);
    await publish(revision);
    const { out } = await promote(revision, ...flags);
    return { tag: tagOf(revision), revision, result: JSON.parse(out) };
  };
  const pins = async () => {
    const now = await held();
    return [now["k8s/web.yaml"], now["k8s/api.yaml"], now["k8s/scan.yaml"]];
  };
  const before = tagOf(world.first);
  const web = await land("app/web/a");
  expect(web.result).toMatchObject({ outcome: "landed", warnings: [] });
  expect(await pins()).toEqual([web.tag, before, before]);
  expect((await land("docs/index.md")).result).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await run("sync", "--grace", "0s")).toMatchObject({ verdict: "in-sync", exit: 0 });
  expect(await run("audit", "--since", "10000d")).toMatchObject({ exit: 0 });
  expect(await run("status", "--revision", web.revision)).toMatchObject({ exit: 0 });
  const next = await land("app/web/a");
  const back = ["rollback", "--reason", "slow", "--to"] as const;
  expect(await run(...back, web.revision)).toMatchObject({ outcome: "landed" });
  expect(await pins()).toEqual([web.tag, before, before]);
  await run("release");
  await promote(next.revision, "--unchanged", "move");
  expect(await pins()).toEqual([next.tag, next.tag, next.tag]);
});
