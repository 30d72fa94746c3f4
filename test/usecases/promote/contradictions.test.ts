/** Images that are not of the revision that is promoted: told before anything is changed. */

import { describe, expect, test } from "vitest";
import { asTag, type Revision } from "../../../src/core/ids.ts";
import { printImageName } from "../../../src/core/image-ref.ts";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const [first, , third] = [1, 2, 3];
const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;

/** Promotes a job with the first image at a tag, published with a label. */
function promote(stage: Stage, job: number, { tag, label }: { tag: string; label: Revision }) {
  const image = stage.scene.images[0]!;
  stage.scene.shelf.set(publishedKey(image, tag), label);
  return stage.promote(job, { request: { images: [{ image, tag: asTag(tag)! }] } });
}

describe("a tag of our format", () => {
  test("that is another commit's is refused, and both are named", async () => {
    const stage = new Stage();
    const [ours, other] = [revisionOf(stage, third!), revisionOf(stage, first!)];
    const result = await promote(stage, third!, { tag: stage.tag(first!), label: other });
    expect(result).toMatchObject({ outcome: "failed", exit: 2, failure: { code: "usage" } });
    expect(result.failure?.message).toContain(ours);
    expect(result.failure?.message).toContain(other);
    expect(stage.subjects()).toEqual([]);
  });

  test("whose digits no commit has lands, with a warning", async () => {
    const stage = new Stage();
    const label = revisionOf(stage, third!);
    const result = await promote(stage, third!, { tag: "sha-fffffff", label });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.warnings.join()).toContain("sha-fffffff has digits of another commit");
  });
});

describe("a label", () => {
  test("of another commit is named", async () => {
    const stage = new Stage();
    const [ours, other] = [revisionOf(stage, third!), revisionOf(stage, first!)];
    const result = await promote(stage, third!, { tag: "v1.0.0", label: other });
    expect(result.outcome).toBe("landed");
    const name = printImageName(stage.scene.images[0]!);
    const text = `${name}:v1.0.0 is labelled with ${other}, and ${ours} is promoted`;
    expect(result.warnings).toContain(text);
  });

  test.each([
    ["the same commit", 3],
    ["a commit that the source does not know", undefined],
  ])("of %s says nothing", async (_, job) => {
    const stage = new Stage();
    const label = job === undefined ? ("f".repeat(40) as Revision) : revisionOf(stage, job);
    const result = await promote(stage, third!, { tag: "v1.0.0", label });
    expect(result.warnings.join()).not.toContain("labelled");
  });

  test("of an older commit says nothing where the image has paths: it may not have changed", async () => {
    const stage = new Stage();
    const image = stage.scene.images[0]!;
    stage.scene.shelf.set(publishedKey(image, stage.tag(3)), revisionOf(stage, 1));
    const request = { images: [{ image, paths: ["web"] }] };
    expect((await stage.promote(3, { request })).warnings).toEqual([]);
  });
});
