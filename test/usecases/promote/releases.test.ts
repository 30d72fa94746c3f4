/** Tags that are not made from a revision: which is newer, and what nobody can tell. */

import { describe, expect, test } from "vitest";
import { asTag } from "../../../src/core/ids.ts";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";

/** Promotes a job with the first image at a tag, published with no label that says of what. */
function promote(stage: Stage, job: number, tag: string, adoption: "refuse" | "allow" = "refuse") {
  const image = stage.scene.images[0]!;
  stage.scene.shelf.set(publishedKey(image, tag), "f".repeat(40) as never);
  return stage.promote(job, { request: { images: [{ image, tag: asTag(tag)! }], adoption } });
}

test("a late release does not replace a newer one: its deploy said what it is", async () => {
  const stage = new Stage();
  await promote(stage, 2, "v1.2.0");
  stage.commit("notes.md", "somebody else's\n");
  const result = await promote(stage, 1, "v1.1.0");
  expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
  expect(stage.file(web)).toContain(":v1.2.0");
});

test("a newer release replaces an older one, without a warning", async () => {
  const stage = new Stage();
  await promote(stage, 1, "v1.1.0");
  const result = await promote(stage, 2, "v1.2.0");
  expect(result).toMatchObject({ outcome: "landed", warnings: [] });
});

describe("a release of which nothing tells the revision", () => {
  test.each(["v1.2.3", "1.2.3", "2026.11.1", "42", "web-1.2"])("%s is refused", async (tag) => {
    const stage = new Stage();
    stage.commit(web, `image: ghcr.io/acme/web:${tag}\n`);
    const { tip } = stage.world.server;
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "refused", exit: 4, failure: { code: "unordered" } });
    expect(result.failure?.message).toContain(`holds ${tag}`);
    expect(result.images.map(({ outcome }) => outcome)).not.toContain("moved");
    expect(stage.world.server.tip).toBe(tip);
  });

  test("is replaced when told to, with a warning", async () => {
    const stage = new Stage();
    stage.commit(web, "image: ghcr.io/acme/web:v1.2.3\n");
    const result = await stage.promote(1, { request: { adoption: "allow" } });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.warnings.join()).toContain("v1.2.3 names no commit");
  });
});

test.each(["latest", "sha-fffffff", "REPLACE_ME", "0.0.0", "hotfix-1"])(
  "a placeholder such as %s is taken over, as ever",
  async (tag) => {
    const stage = new Stage();
    stage.commit(web, `image: ghcr.io/acme/web:${tag}\n`);
    expect(await stage.promote(1)).toMatchObject({ outcome: "landed", exit: 0 });
  },
);
