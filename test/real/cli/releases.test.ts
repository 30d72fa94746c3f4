/** `tag: "{release}"` with real git: git tags of every kind name the images, and order them. */

import { expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { openSyncWorld } from "../../support/sync-world.ts";

const flags = ["--tag-format", "{release}", "--json", "--quiet"];

/** Three releases: a light tag, an annotated one among others, and one that is early. */
async function releasedWorld() {
  const world = await openSyncWorld();
  const git = (...words: string[]) =>
    world.box.git(world.box.bare, "-c", "user.name=a", "-c", "user.email=a@b", ...words);
  async function release(names: readonly (readonly string[])[]) {
    const revision = await world.code();
    for (const name of names) await git("tag", ...name, revision);
    const tag = names[0]!.at(-1)!;
    // Labels are for those who have no git tags: here they say nothing.
    await world.publish("", undefined, "", tag as never);
    return revision;
  }
  const first = await release([["v1.1.0"]]);
  const annotated = ["-a", "-m", "x", "v1.2.0"];
  const second = await release([annotated, ["v1"], ["latest"], ["v1.2.0-rc.1"]]);
  const third = await release([["v1.3.0-rc.1"]]);
  await world.code();
  const run = async <Result>(...words: readonly string[]) => {
    const { out } = await world.run([...words, ...flags]);
    return JSON.parse(out) as Result;
  };
  return { ...world, run, first, second, third };
}

test("releases are landed, ordered, audited and gone back to by their names", async () => {
  const { run, held, first, second, third } = await releasedWorld();
  const holds = async (tag: string) =>
    expect(new Set(Object.values(await held()))).toEqual(new Set([tag]));
  expect(await run("promote", "--revision", "HEAD")).toMatchObject({
    failure: { code: "unknown-revision" },
  });
  // The annotated tag is as old as itself: within a grace time its images may be on their way.
  expect(await run("sync", "--grace", "0s")).toMatchObject({ outcome: "landed" });
  await holds("v1.2.0");
  expect(await run("promote", "--revision", "v1.1.0")).toMatchObject({ outcome: "superseded" });
  expect(await run("promote", "--revision", "v1.3.0-rc.1")).toMatchObject({
    ...{ outcome: "landed", revision: third, warnings: [] },
  });
  expect(await run("sync", "--grace", "0s"), "nobody misses the final one").toMatchObject({
    exit: 0,
  });
  const audited = await run<AuditResult>("audit", "--since", "10000d");
  expect(audited).toMatchObject({ exit: 0, warnings: [], counts: { gap: 0, recovered: 2 } });
  const listed = audited.commits.map(({ revision }) => revision);
  // Also what was deployed before there were releases.
  expect(listed.slice(0, -1)).toEqual([third, second, first]);
  expect(await run("rollback", "--steps", "1", "--reason", "slow")).toMatchObject({
    ...{ outcome: "landed", revision: second },
  });
  await holds("v1.2.0");
  expect(await run("promote", "--revision", "v1.3.0-rc.1")).toMatchObject({ outcome: "held" });
});
