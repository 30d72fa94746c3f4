/** The checker on the model of the world: how single images stand, and what is said of them. */

import { describe, expect, test } from "vitest";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { SyncResult } from "../../../src/core/results/sync.ts";
import { ModelRegistry, publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const [web, api] = ["deploy/web.yaml", "deploy/api.yaml"];
const dayMs = 86_400_000;

const verdicts = ({ images }: SyncResult) => images.map(({ verdict }) => verdict);
const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;
const imagesOf = (stage: Stage) => stage.scene.images.map((image) => ({ image }));
/** The images, each published for itself. */
const aloneOf = (stage: Stage) => imagesOf(stage).map((one) => ({ ...one, paths: ["app"] }));

/** Returns the digest that the registry has for an image at a job's tag. */
async function digestOf(stage: Stage, at: number, job: number): Promise<string> {
  stage.ports("anybody");
  const registry = new ModelRegistry(stage.world, stage.scene.shelf, "anybody");
  const fact = await stage.settle(registry.find(stage.scene.images[at]!, stage.tag(job) as never));
  return (fact as { digest: string }).digest;
}

/** Takes a job's images out of the registry. */
function unpublish(stage: Stage, job: number): void {
  for (const image of stage.scene.images)
    stage.scene.shelf.delete(publishedKey(image, stage.tag(job)));
}

describe("a dry run", () => {
  test("shows what it would push, and that somebody has to look: 3", async () => {
    const stage = new Stage();
    const result = await stage.sync({ mode: "dry-run" });
    expect(result).toMatchObject({ verdict: "behind", outcome: "would-land", exit: 3 });
    expect(result.diff).toContain(`+image: ghcr.io/acme/web:${stage.tag(3)}`);
    expect(result.diff).toContain(`+++ b/${api}`);
    expect(result).not.toHaveProperty("commit");
    expect(stage.subjects()).toEqual([]);
  });

  test("of what is in sync shows nothing, and wants nothing: 0", async () => {
    const stage = new Stage();
    await stage.promote(3);
    const result = await stage.sync({ mode: "dry-run" });
    expect(result).toMatchObject({ verdict: "in-sync", exit: 0 });
    expect(result).not.toHaveProperty("diff");
    expect(result).not.toHaveProperty("outcome");
    expect(result.images[0]).not.toHaveProperty("hint");
    expect(result.images[0]).not.toHaveProperty("gap");
  });
});

describe("images that are published one by one", () => {
  test("wait for one that cannot be read, where the same commit changed both", async () => {
    const stage = new Stage({ script: { registry: [1] } });
    const [first, second] = aloneOf(stage);
    const images = [first!, { ...second!, paths: ["lib"] }];
    const result = await stage.sync({ images });
    expect(result).toMatchObject({ verdict: "unreadable", exit: 1 });
    expect(result.failure).toMatchObject({ code: "registry-unreachable" });
    expect(result.images[0]).toMatchObject({ verdict: "unreadable", hint: "Try again later." });
    expect(stage.tags()).not.toContain(stage.tag(3));
    expect(await stage.sync({ images })).toMatchObject({ outcome: "landed", exit: 0 });
  });

  test("are listed as they were asked for, however they are grouped", async () => {
    const stage = new Stage();
    const [first, second] = [aloneOf(stage)[0]!, imagesOf(stage)[1]!];
    const { images } = await stage.sync({ images: [first, second] });
    expect(images.map(({ image }) => image)).toEqual(["ghcr.io/acme/web", "ghcr.io/acme/api"]);
  });
});

test("an image that no manifest names keeps its neighbours where they are: 2", async () => {
  const stage = new Stage();
  const images = [...imagesOf(stage), { image: parseImageName("ghcr.io/acme/job")! }];
  for (const job of [1, 2, 3]) {
    stage.scene.shelf.set(`ghcr.io/acme/job:${stage.tag(job)}`, revisionOf(stage, job));
  }
  const result = await stage.sync({ images });
  expect(result).toMatchObject({ exit: 2, failure: { code: "image-not-pinned" } });
  expect(verdicts(result)).toEqual(["behind", "behind", "unreadable"]);
  expect(result.images[2]?.detail).toContain('no manifest under "deploy" names it');
  expect(stage.subjects()).toEqual([]);
});

describe("a gap", () => {
  test("is counted from the first commit that production lacks, whichever pin lacks it", async () => {
    const stage = new Stage();
    stage.commit("deploy/job.yaml", `image: ghcr.io/acme/api:${stage.tag(1)}\n`);
    const { images } = await stage.sync({ mode: "dry-run" });
    const [first, second] = images.map(({ gap }) => gap!);
    expect([first?.commits, second?.commits]).toEqual([3, 3]);
    expect(second?.sinceMs).toBe(first?.sinceMs);
    await stage.promote(2, { request: { images: imagesOf(stage) } });
    const later = (await stage.sync({ mode: "dry-run" })).images[0]!.gap!;
    expect(later).toEqual({ commits: 1, sinceMs: first!.sinceMs + 2 * 60_000 });
  });

  test("ends with what is wanted: a revision without its images is missed by nobody", async () => {
    const stage = new Stage();
    unpublish(stage, 3);
    const { images } = await stage.sync({ mode: "dry-run" });
    expect(images).toMatchObject([{ gap: { commits: 2 } }, { gap: { commits: 2 } }]);
  });

  test("is nobody's where nothing that was looked at is whole", async () => {
    const stage = new Stage();
    for (const job of [1, 2, 3]) unpublish(stage, job);
    const result = await stage.sync({ lookback: 2 });
    expect(result).toMatchObject({ verdict: "stalled", exit: 3 });
    expect(result.images[0]).not.toHaveProperty("gap");
    expect(result.images[0]).not.toHaveProperty("wanted");
    expect(result.images[0]?.detail).toContain(`${stage.tag(3)} is still without`);
    expect(stage.subjects()).toEqual([]);
  });
});

describe("what is younger than the grace time", () => {
  /** Long enough for all of the source. */
  const graceMs = 60 * dayMs;

  test("is pending for the image whose pins do not hold it yet", async () => {
    const stage = new Stage();
    await stage.promote(3, { request: { images: [imagesOf(stage)[0]!] } });
    const result = await stage.sync({ graceMs });
    expect(result).toMatchObject({ verdict: "pending", exit: 0 });
    expect(verdicts(result)).toEqual(["in-sync", "pending"]);
    expect(result.images[1]?.detail).toContain(`${stage.tag(3)} is younger than the grace time`);
    expect(stage.subjects()).toHaveLength(1);
  });
});

test("what is stalled is only so for the image whose pins do not hold it", async () => {
  const stage = new Stage();
  await stage.promote(3, { request: { images: [imagesOf(stage)[0]!] } });
  stage.scene.shelf.delete(publishedKey(stage.scene.images[1]!, stage.tag(3)));
  const { images } = await stage.sync({ mode: "dry-run" });
  expect(images.map(({ verdict, detail }) => [verdict, /still without/.test(detail)])).toEqual([
    ["in-sync", false],
    ["stalled", true],
  ]);
});

describe("a pin", () => {
  test("in several places is asked for once, and is missing in all of them", async () => {
    const stage = new Stage();
    await stage.promote(3);
    stage.commit("deploy/job.yaml", stage.file(web));
    unpublish(stage, 3);
    const result = await stage.sync();
    expect(result).toMatchObject({ verdict: "missing", exit: 3 });
    expect(result.images.map(({ pins }) => pins.length)).toEqual([2, 1]);
    const told = stage.world.scheduler.trace.filter((step) =>
      step.includes(`ask for ghcr.io/acme/web:${stage.tag(3)}`),
    );
    // The promotion asked before, for the image and for its label.
    expect(told).toHaveLength(3);
  });

  test.each(["latest", "hotfix-1"])(
    "at %s is floating; nobody asks whether it is there",
    async (held) => {
      const stage = new Stage();
      await stage.promote(3);
      stage.commit(web, `image: ghcr.io/acme/web:${held}\n`);
      const result = await stage.sync();
      expect(verdicts(result)).toEqual(["floating", "in-sync"]);
      const { trace } = stage.world.scheduler;
      const asked = trace.filter((step) => step.includes(`acme/web:${held}`)).length;
      expect(asked).toBe(held === "latest" ? 0 : 1);
    },
  );

  test("without any tag is floating, too", async () => {
    const stage = new Stage();
    await stage.promote(3);
    stage.commit(web, "kind: Pod\nspec: {containers: [{image: ghcr.io/acme/web}]}\n");
    const result = await stage.sync();
    expect(verdicts(result)).toEqual(["floating", "in-sync"]);
    expect(result.images[0]).toMatchObject({ pins: [{ tag: "" }] });
    expect(result.images[0]?.detail).toContain("(no tag)");
  });

  test("with a digest is moved to the wanted one", async () => {
    const stage = new Stage();
    const [old, now] = [await digestOf(stage, 0, 1), await digestOf(stage, 0, 3)];
    stage.scene.shelf.set(publishedKey(stage.scene.images[0]!, old), revisionOf(stage, 1));
    stage.commit(web, `image: ghcr.io/acme/web:${stage.tag(1)}@${old}\n`);
    expect(await stage.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(stage.file(web)).toBe(`image: ghcr.io/acme/web:${stage.tag(3)}@${now}\n`);
  });

  test("at the wanted digest holds the same as one at the wanted tag", async () => {
    const stage = new Stage();
    const digest = await digestOf(stage, 0, 3);
    stage.scene.shelf.set(publishedKey(stage.scene.images[0]!, digest), revisionOf(stage, 3));
    await stage.promote(3);
    stage.commit("deploy/job.yaml", `image: ghcr.io/acme/web@${digest}\n`);
    const result = await stage.sync();
    expect(result).toMatchObject({ verdict: "in-sync", exit: 0 });
    expect(result.images[0]?.pins.map(({ tag }) => tag)).toEqual([`@${digest}`, stage.tag(3)]);
  });

  test("at a digest that the tag does not have any more was published again", async () => {
    const stage = new Stage();
    await stage.promote(3);
    const old = await digestOf(stage, 0, 1);
    stage.scene.shelf.set(publishedKey(stage.scene.images[0]!, old), revisionOf(stage, 3));
    stage.commit(web, `image: ghcr.io/acme/web:${stage.tag(3)}@${old}\n`);
    const result = await stage.sync();
    expect(result).toMatchObject({ verdict: "diverged", exit: 3 });
    expect(result.images[0]?.detail).toContain(`${stage.tag(3)} was published again`);
    expect(result.images[0]?.wanted?.digest).toBe(await digestOf(stage, 0, 3));
  });

  test("at a digest of a tag that is gone is as good as the tag, as long as it is there", async () => {
    const stage = new Stage();
    await stage.promote(3);
    const held = await digestOf(stage, 0, 3);
    stage.scene.shelf.set(publishedKey(stage.scene.images[0]!, held), revisionOf(stage, 3));
    stage.commit(web, `image: ghcr.io/acme/web:${stage.tag(3)}@${held}\n`);
    stage.scene.shelf.delete(publishedKey(stage.scene.images[0]!, stage.tag(3)));
    const result = await stage.sync();
    expect(verdicts(result)).toEqual(["in-sync", "in-sync"]);
    expect(result.images[0]?.wanted).not.toHaveProperty("digest");
  });
});

test("a pattern that takes every commit for a deploy leaves nothing to land, and moves nothing", async () => {
  const stage = new Stage();
  const result = await stage.sync({ pattern: /./ });
  expect(result).toMatchObject({ verdict: "in-sync", exit: 0 });
  expect(result.images[0]).not.toHaveProperty("wanted");
  expect(stage.subjects()).toEqual([]);
});

test("whoever lands meanwhile leaves nothing to do", async () => {
  const stage = new Stage();
  const [checked, promoted] = await Promise.all([stage.sync(), stage.promote(3)]);
  const outcomes = [checked.outcome, promoted.outcome].sort();
  expect(outcomes).toEqual(["landed", "unchanged"]);
  expect(stage.subjects()).toHaveLength(1);
});

test("a bug is no answer about an image: it passes through", async () => {
  const stage = new Stage();
  const bug = new TypeError("a bug");
  stage.scene.shelf.has = () => {
    throw bug;
  };
  await expect(stage.sync()).rejects.toBe(bug);
});

test("a release's tag is people's choice: sync moves it to no commit that came after", async () => {
  const stage = new Stage();
  const image = stage.scene.images[0]!;
  stage.scene.shelf.set(publishedKey(image, "v1.0.0"), revisionOf(stage, 1));
  const tag = "v1.0.0" as never;
  await stage.promote(1, {
    request: { images: [{ image, tag }, { image: stage.scene.images[1]! }] },
  });
  const result = await stage.sync({ images: aloneOf(stage) });
  expect(verdicts(result)).toEqual(["in-sync", "behind"]);
  expect(stage.file(web)).toContain(":v1.0.0");
  expect(stage.tags()[1]).toBe(stage.tag(3));
});
