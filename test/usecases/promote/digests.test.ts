/** Pins that name a digest, or nothing yet: what is moved, and what is said of it. */

import { describe, expect, test } from "vitest";
import { asDigest, asTag, type Digest } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { ModelRegistry, publishedKey } from "../../../src/simulation/model/source.ts";
import { setImages } from "../../../src/usecases/set.ts";
import { filesInMemory } from "../../support/files-in-memory.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const api = "deploy/api.yaml";
const oldDigest = `sha256:${"e".repeat(64)}`;

/** Returns the digest that a job's image has in the registry. */
async function digestOf(stage: Stage, image: number, job: number): Promise<Digest> {
  const registry = new ModelRegistry(stage.world, stage.scene.shelf, "anybody");
  stage.ports("anybody");
  const name = stage.scene.images[image]!;
  const fact = await stage.settle(registry.find(name, asTag(stage.tag(job))!));
  return (fact as { digest: Digest }).digest;
}

/** A branch whose two pins are written so, behind the images' names. */
function stagePinned(webHas: string, apiHas: string): Stage {
  const stage = new Stage();
  stage.commit(web, `image: ghcr.io/acme/web${webHas}\n`);
  stage.commit(api, `image: ghcr.io/acme/api${apiHas}\n`);
  return stage;
}

describe("a promotion", () => {
  test("moves a digest alone, a tag with one, and puts a tag where there is none", async () => {
    const stage = stagePinned(`@${oldDigest}`, `:old@${oldDigest}`);
    stage.commit("deploy/job.yaml", "kind: Job\ncontainers:\n- image: ghcr.io/acme/web\n");
    const [inWeb, inApi] = [await digestOf(stage, 0, 1), await digestOf(stage, 1, 1)];
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    const tag = stage.tag(1);
    expect(stage.file(web)).toBe(`image: ghcr.io/acme/web@${inWeb}\n`);
    expect(stage.file(api)).toBe(`image: ghcr.io/acme/api:${tag}@${inApi}\n`);
    expect(stage.file("deploy/job.yaml")).toContain(`- image: ghcr.io/acme/web:${tag}\n`);
    const pins = result.images.flatMap((image) => image.pins.map(({ from, to }) => [from, to]));
    expect(pins).toEqual([
      ["(no tag)", tag],
      [`@${oldDigest}`, `@${inWeb}`],
      [`old@${oldDigest}`, `${tag}@${inApi}`],
    ]);
    expect(result.images.map(({ digest }) => digest)).toEqual([inWeb, inApi]);
    expect(result.warnings.map((warning) => warning.split(" names ")[0])).toEqual([
      "ghcr.io/acme/web: (no tag)",
      `ghcr.io/acme/web: @${oldDigest}`,
      `ghcr.io/acme/api: old@${oldDigest}`,
    ]);
  });

  test("that names a digest checks it, and lands it", async () => {
    const stage = stagePinned(`:old@${oldDigest}`, ":old");
    const digest = await digestOf(stage, 0, 1);
    const images = [{ image: stage.scene.images[0]!, digest }];
    const result = await stage.promote(1, { request: { images } });
    expect(result).toMatchObject({ outcome: "landed", images: [{ digest }] });
    expect(stage.file(web)).toBe(`image: ghcr.io/acme/web:${stage.tag(1)}@${digest}\n`);
  });

  test("without a registry has no digest to write, and says where one is needed", async () => {
    const stage = stagePinned(":old", `:old@${oldDigest}`);
    const result = await stage.promote(1, { registry: "none" });
    expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "bad-manifest" } });
    expect(result.failure?.place).toMatchObject({ file: api, line: 1 });
    expect(stage.file(web)).toBe("image: ghcr.io/acme/web:old\n");
  });

  test("leaves a pin that holds the digest alone, whatever the tag", async () => {
    const stage = new Stage();
    const digest = await digestOf(stage, 0, 1);
    stage.commit(web, `image: ghcr.io/acme/web@${digest}\n`);
    const result = await stage.promote(1);
    expect(result.images.map(({ outcome }) => outcome)).toEqual(["unchanged", "moved"]);
    const at = `@${digest}`;
    expect(result.images[0]?.pins).toMatchObject([{ file: web, from: at, to: at }]);
  });
});

describe("a rollback", () => {
  /** Two deploys of pins that hold nothing but digests; the registry's labels tell which. */
  async function deployedByDigest(): Promise<Stage> {
    const stage = stagePinned(`@${oldDigest}`, `@${oldDigest}`);
    for (const job of [1, 2]) {
      for (const [at, image] of stage.scene.images.entries()) {
        const { revision } = stage.scene.jobs[job - 1]!;
        stage.scene.shelf.set(publishedKey(image, await digestOf(stage, at, job)), revision);
      }
      expect(await stage.promote(job)).toMatchObject({ outcome: "landed" });
    }
    return stage;
  }

  test("goes back to digests, and holds the revision behind those that went out", async () => {
    const stage = await deployedByDigest();
    const digests = [await digestOf(stage, 0, 1), await digestOf(stage, 1, 1)];
    const result = await stage.rollback({ steps: 1 });
    expect(result).toMatchObject({ outcome: "landed", revision: stage.scene.jobs[0]!.revision });
    expect(stage.file(web)).toBe(`image: ghcr.io/acme/web@${digests[0]}\n`);
    expect(stage.file(api)).toBe(`image: ghcr.io/acme/api@${digests[1]}\n`);
    expect(stage.holds()).toMatchObject([{ through: stage.scene.jobs[1]!.revision }]);
    expect(result.images.map(({ tag, digest }) => [tag, digest])).toEqual(
      digests.map((digest) => [stage.tag(1), digest]),
    );
  });

  test("refuses when the registry has another digest under the tag by now", async () => {
    const first = new Stage();
    const stage = stagePinned(`:${first.tag(1)}@${oldDigest}`, `:${first.tag(1)}`);
    await stage.promote(2);
    const { tip } = stage.world.server;
    const result = await stage.rollback({ steps: 1 });
    expect(result).toMatchObject({
      outcome: "failed",
      exit: 1,
      failure: { code: "registry-lied" },
    });
    const digest = await digestOf(stage, 0, 1);
    expect(result.failure?.message).toBe(
      `Cannot roll back "ghcr.io/acme/web:${stage.tag(1)}": the registry has it at ${digest}, not at ${oldDigest}`,
    );
    expect(stage.world.server.tip).toBe(tip);
  });
});

describe("set", () => {
  const image = parseImageName("shop/api")!;
  const tag = asTag("sha-2")!;
  const digest = asDigest(`sha256:${"b".repeat(64)}`)!;

  test("moves a digest alone, and leaves it without a tag", async () => {
    const files = filesInMemory(new Map([["k8s/api.yaml", `image: shop/api@${oldDigest}\n`]]));
    const { images } = await setImages({ images: [{ image, tag, digest }], paths: ["k8s"] }, files);
    expect(images[0]?.pins).toMatchObject([{ from: `@${oldDigest}`, to: `@${digest}` }]);
    expect(Buffer.from(files.at("k8s/api.yaml")).toString()).toBe(`image: shop/api@${digest}\n`);
  });
});
