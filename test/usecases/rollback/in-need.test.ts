/** Rollbacks when something is amiss, and what becomes of their holds. */

import { describe, expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const steps = (count: number) => ({ steps: count });

async function deployed(...jobs: readonly number[]): Promise<Stage> {
  const stage = new Stage({ deployers: 4 });
  for (const job of jobs) await stage.promote(job);
  return stage;
}

/** Takes a job's images out of the registry, as retention does. */
function unpublish(stage: Stage, job: number): void {
  for (const image of stage.scene.images) {
    stage.scene.shelf.delete(publishedKey(image, stage.tag(job)));
  }
}

describe("an image that retention deleted", () => {
  test("stops it, and the older deploys that are whole are named", async () => {
    const stage = await deployed(1, 2, 3, 4);
    unpublish(stage, 3);
    const { tip } = stage.world.server;
    const result = await stage.rollback(steps(1));
    expect(result).toMatchObject({
      outcome: "failed",
      exit: 1,
      failure: { code: "image-missing" },
    });
    expect(result.failure?.hint).toContain(`is ${stage.tag(2)}: --to ${stage.tag(2)}`);
    expect(result.failure?.hint).toContain(`also whole: ${stage.tag(1)}`);
    expect(stage.world.server.tip).toBe(tip);
    expect(await stage.rollback({ to: stage.tag(2) })).toMatchObject({ outcome: "landed" });
  });

  test("and all older ones too: it is said that none is left", async () => {
    const stage = await deployed(1, 2);
    stage.scene.shelf.clear();
    const result = await stage.rollback(steps(1));
    expect(result.failure?.hint).toContain("No older deploy of the branch has all its images");
  });
});

test("a release goes back to the tag that it was deployed with", async () => {
  const stage = new Stage();
  const image = stage.scene.images[0]!;
  for (const [job, tag] of [
    [1, "v1.0.0"],
    [2, "v1.1.0"],
  ] as const) {
    stage.scene.shelf.set(publishedKey(image, tag), stage.scene.jobs[job - 1]!.revision);
    await stage.promote(job, { request: { images: [{ image, tag: asTag(tag)! }] } });
  }
  const result = await stage.rollback({ to: "v1.0.0" }, { images: [{ image }] });
  expect(result).toMatchObject({ outcome: "landed", revision: stage.scene.jobs[0]!.revision });
  expect(stage.file(web)).toContain(":v1.0.0");
});

describe("a hold", () => {
  test("that a promotion overtakes is told: in the result, and in the commit", async () => {
    const stage = await deployed(1, 2);
    await stage.rollback(1);
    const result = await stage.promote(3);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    const words = `Brings back ${stage.scene.jobs[1]!.revision.slice(0, 12)}, which was held`;
    expect(result.warnings.join()).toContain(`${words}: it is slow (ana)`);
    const { objects, server } = stage.world;
    expect(objects.get(server.tip).message).toContain(`\n\n${words}: it is slow (ana)\n`);
    expect((await stage.promote(4)).warnings).toEqual([]);
  });

  test("that freezes keeps newer revisions out, too, until it is released", async () => {
    const stage = await deployed(1, 2);
    const set = await stage.rollback(1, { freeze: true });
    expect(set.holds).toMatchObject([{ change: "set", freeze: true }]);
    const result = await stage.promote(3);
    expect(result).toMatchObject({ outcome: "held", exit: 4 });
    expect(result.failure?.message).toContain("until it is released");
    expect((await stage.sync()).verdict).toBe("held");
    await stage.release();
    expect(await stage.promote(3)).toMatchObject({ outcome: "landed", exit: 0 });
  });

  test("that freezes is set also where nothing goes out", async () => {
    const stage = await deployed(1);
    expect(await stage.rollback(1, { freeze: true })).toMatchObject({ outcome: "landed" });
    expect((await stage.promote(2)).outcome).toBe("held");
  });
});

describe("a file of somebody's named .landfall", () => {
  test("is not replaced by the folder of the holds", async () => {
    const stage = await deployed(1, 2);
    stage.commit(".landfall", "mine\n");
    const { tip } = stage.world.server;
    const result = await stage.rollback(1);
    expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "bad-manifest" } });
    expect(result.failure?.place?.file).toBe(".landfall");
    expect(stage.world.server.tip).toBe(tip);
  });

  test("does not keep a promotion out, which writes no holds", async () => {
    const stage = await deployed(1);
    stage.commit(".landfall", "mine\n");
    expect(await stage.promote(2)).toMatchObject({ outcome: "landed" });
  });
});
