/** Pins that run another build of a revision keep it, whichever command moves them. */

import { describe, expect, test } from "vitest";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const digest = `sha256:${"e".repeat(64)}`;

/** A branch where the web image runs plainly and on Alpine, of the revision of a job. */
function stageWith(job: number, behind = ""): Stage {
  const stage = new Stage();
  const name = `ghcr.io/acme/web:${stage.tag(job)}`;
  stage.commit(web, `- image: ${name}-alpine${behind}\n- image: ${name}\n`);
  return stage;
}

function publish(stage: Stage, job: number): void {
  const [image] = stage.scene.images;
  const { revision } = stage.scene.jobs[job - 1]!;
  stage.scene.shelf.set(publishedKey(image!, `${stage.tag(job)}-alpine`), revision);
}

/** Returns the tags of the two pins, without their digests. */
function tagsIn(stage: Stage): readonly string[] {
  return [...stage.file(web).matchAll(/web:([\w-]+)/g)].map(([, tag]) => tag!);
}

const pair = (tag: string) => [`${tag}-alpine`, tag];

describe("a variant that the registry has", () => {
  test("is kept by promote, with its own digest, and is no stranger", async () => {
    const stage = stageWith(1, `@${digest}`);
    publish(stage, 2);
    const result = await stage.promote(2);
    expect(result).toMatchObject({ outcome: "landed", warnings: [] });
    const [to, from] = [stage.tag(2), stage.tag(1)];
    expect(tagsIn(stage)).toEqual(pair(to));
    expect(stage.file(web)).not.toContain(digest);
    const [alpine, plain] = result.images[0]!.pins;
    expect(alpine).toMatchObject({ from: `${from}-alpine@${digest}` });
    expect(stage.file(web)).toContain(`web:${alpine!.to}\n`);
    expect(plain).toMatchObject({ from, to });
    const { message } = stage.world.objects.get(result.commit!);
    expect(message).toContain(`ghcr.io/acme/web: ${from} -> ${to}\n`);
    expect(message).toContain(`web: ${from}-alpine@${digest} -> ${to}-alpine\n`);
    expect(await stage.promote(2)).toMatchObject({ outcome: "unchanged" });
    expect(await stage.promote(1)).toMatchObject({ outcome: "superseded" });
  });

  test("is kept when the variant is what was asked for, and the plain build is, too", async () => {
    const stage = stageWith(1);
    publish(stage, 2);
    const [image] = stage.scene.images;
    const images = [{ image: image!, tag: `${stage.tag(2)}-alpine` as never }];
    expect(await stage.promote(2, { request: { images } })).toMatchObject({ outcome: "landed" });
    expect(tagsIn(stage)).toEqual(pair(stage.tag(2)));
  });

  test("is kept by sync, which finds nothing mixed in it", async () => {
    const stage = stageWith(1);
    publish(stage, 1);
    publish(stage, 3);
    const result = await stage.sync();
    expect(result).toMatchObject({ outcome: "landed", images: [{ verdict: "behind" }, {}] });
    expect(tagsIn(stage)).toEqual(pair(stage.tag(3)));
    expect(await stage.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
  });

  test("is kept by rollback", async () => {
    const stage = stageWith(1);
    for (const job of [1, 2]) publish(stage, job);
    await stage.promote(2);
    expect(await stage.rollback(1)).toMatchObject({ outcome: "landed" });
    expect(tagsIn(stage)).toEqual(pair(stage.tag(1)));
  });
});

describe("a variant that the registry lacks, or that nobody can be asked about", () => {
  const place = { file: web, line: 1, column: 27 };

  test.each([
    ["promote", { code: "image-missing", place }, (stage: Stage) => stage.promote(2)],
    [
      "promote without a registry",
      { code: "bad-manifest", place },
      (stage: Stage) => stage.promote(2, { registry: "none" }),
    ],
    ["sync", { code: "image-missing", place }, (stage: Stage) => stage.sync()],
    [
      "rollback",
      { code: "image-missing", place },
      (stage: Stage) => stage.rollback(1, { images: [{ image: stage.scene.images[0]! }] }),
    ],
  ] as const)("is refused by %s, and nothing moves", async (verb, failure, run) => {
    const stage = stageWith(verb === "rollback" ? 2 : 1);
    if (verb === "sync") publish(stage, 1);
    const before = stage.world.server.tip;
    const result = await run(stage);
    expect(result).toMatchObject({ exit: 1, failure });
    expect(result.failure?.message).toContain("-alpine");
    expect(stage.world.server.tip).toBe(before);
  });
});
