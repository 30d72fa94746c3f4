/** Where a rollback goes back to, where that takes more than counting. */

import { describe, expect, test } from "vitest";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;

/** A branch that had some jobs deployed, one after the other. */
async function stageWith(jobs: readonly number[]) {
  const stage = new Stage();
  for (const job of jobs) expect(await stage.promote(job)).toMatchObject({ outcome: "landed" });
  return stage;
}

describe("revisions that the source's own line does not have", () => {
  /** Two deploys of a release branch, while the source's branch went on without it. */
  async function released() {
    const stage = await stageWith([1]);
    const { source, images, shelf } = stage.scene;
    const first = source.add("release 1", revisionOf(stage, 1));
    const second = source.add("release 2", first);
    source.add("the main line goes on", revisionOf(stage, 3));
    for (const revision of [first, second]) {
      const tag = `sha-${revision.slice(0, 7)}`;
      for (const image of images) shelf.set(publishedKey(image, tag), revision);
      expect(await stage.promote(1, { request: { revision } })).toMatchObject({
        outcome: "landed",
      });
    }
    return { stage, first, second };
  }

  test("are gone back to, by the digits of their tags", async () => {
    const { stage, first, second } = await released();
    const result = await stage.rollback({ steps: 1 });
    expect(result).toMatchObject({ outcome: "landed", revision: first });
    const tag = `sha-${first.slice(0, 7)}`;
    expect(stage.tags()).toEqual([tag, tag]);
    expect(stage.holds()).toMatchObject([{ through: second }]);
  });

  test("and past, to one that it has", async () => {
    const { stage, second } = await released();
    const result = await stage.rollback({ steps: 2 });
    expect(result).toMatchObject({ outcome: "landed", revision: revisionOf(stage, 1) });
    expect(stage.holds()).toMatchObject([{ through: second }]);
  });
});

describe("the revision that is named in the end is the newest", () => {
  test.each([
    ["of the first image", [0, 1]],
    ["of the second image", [1, 0]],
  ] as const)("%s", async (_, order) => {
    const stage = await stageWith([1]);
    const [one, other] = order.map((at) => stage.scene.images[at]!);
    await stage.promote(2, { request: { images: [{ image: one! }] } });
    await stage.promote(3, { request: { images: [{ image: other! }] } });
    const result = await stage.rollback({ steps: 1 });
    expect(result.revision).toBe(revisionOf(stage, 2));
    expect(stage.tags()).toEqual(order.map((at) => stage.tag(at === 0 ? 2 : 1)));
  });
});

test("a branch that had one state of all images has nothing to go back to", async () => {
  const stage = new Stage();
  const result = await stage.rollback({ steps: 1 });
  expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
  expect(result.failure?.message).toContain("the branch shows 0 earlier deploys of");
});

test("an image that no manifest names is not rolled back", async () => {
  const stage = await stageWith([1, 2]);
  stage.commit(web, "image: ghcr.io/acme/other:x\n");
  const result = await stage.rollback(1);
  expect(result).toMatchObject({ outcome: "failed", exit: 1, attempts: 1 });
  expect(result.failure).toMatchObject({
    code: "image-not-pinned",
    message: 'Cannot move "ghcr.io/acme/web": no manifest under "deploy" names it',
  });
});

test("of what goes out, the newest is held, not all that it descends from", async () => {
  const stage = await stageWith([1, 2, 3]);
  stage.commit(web, stage.file(web).replace(/sha-\w+/, stage.tag(2)));
  expect(await stage.rollback(1)).toMatchObject({ outcome: "landed" });
  expect(stage.holds()).toMatchObject([
    { images: stage.scene.images, through: revisionOf(stage, 3) },
  ]);
});

describe("without a registry", () => {
  test("it goes back to what was never looked for", async () => {
    const stage = await stageWith([1, 2]);
    stage.scene.shelf.clear();
    expect(await stage.rollback(1)).toMatchObject({ failure: { code: "image-missing" } });
    const result = await stage.rollback(1, {}, { registry: "none" });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.images[0]).not.toHaveProperty("digest");
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
  });

  test("the digests that are asked for are written as they are", async () => {
    const digest = `sha256:${"d".repeat(64)}` as never;
    const stage = await stageWith([1, 2]);
    stage.commit(web, `image: ghcr.io/acme/web:${stage.tag(2)}@sha256:${"e".repeat(64)}\n`);
    const images = [{ image: stage.scene.images[0]!, digest }];
    const result = await stage.rollback(1, { images }, { registry: "none" });
    expect(result).toMatchObject({ outcome: "landed", images: [{ digest }] });
    expect(stage.file(web)).toBe(`image: ghcr.io/acme/web:${stage.tag(1)}@${digest}\n`);
  });
});

test("a tag that is asked for is where the image goes back to", async () => {
  const stage = await stageWith([1, 2]);
  const [image] = stage.scene.images;
  stage.scene.shelf.set(publishedKey(image!, "good"), revisionOf(stage, 1));
  const result = await stage.rollback(1, { images: [{ image: image!, tag: "good" as never }] });
  expect(result).toMatchObject({ outcome: "landed", images: [{ tag: "good" }] });
  expect(stage.file(web)).toContain("ghcr.io/acme/web:good ");
});
