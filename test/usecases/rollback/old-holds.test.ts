/** Holds of Landfall 0.1 do not say what they are about: the commit that set them does. */

import { expect, test } from "vitest";
import { holdsPath } from "../../../src/core/landing/holds-file.ts";
import { manifestsPath } from "../../../src/simulation/scenario.ts";
import { Stage } from "../../support/scripted-world.ts";

const staging = { paths: ["staging"], environment: "staging" };
const prod = { paths: [manifestsPath], environment: "prod" };

/** Prod was rolled back, staging never was, and the hold is as Landfall 0.1 wrote it. */
async function heldOnce(): Promise<Stage> {
  const stage = new Stage();
  const files = [...stage.world.objects.get(stage.world.server.tip).tree.keys()];
  const own = files.filter((path) => path.startsWith(`${manifestsPath}/`));
  for (const path of own) stage.commit(path.replace(manifestsPath, "staging"), stage.file(path));
  await stage.promote(1, { request: prod });
  await stage.promote(2, { request: prod });
  await stage.rollback({ steps: 1 }, prod);
  const lines = stage.file(holdsPath).split("\n");
  const old = lines.filter((line) => !/^ {4}(?:environment|paths):/.test(line));
  expect(old.length).toBe(lines.length - 2);
  stage.commit(holdsPath, old.join("\n"));
  return stage;
}

test("they hold where their commit moved pins, and nowhere else", async () => {
  const stage = await heldOnce();
  expect(await stage.promote(2, { request: prod })).toMatchObject({ outcome: "held" });
  expect(await stage.promote(2, { request: staging })).toMatchObject({ outcome: "landed" });
});

test("a release of one that they are not about lifts nothing", async () => {
  const stage = await heldOnce();
  expect(await stage.release(undefined, "push", staging)).toMatchObject({ outcome: "unchanged" });
  expect(await stage.promote(2, { request: prod })).toMatchObject({ outcome: "held" });
  expect(await stage.release(undefined, "push", prod)).toMatchObject({ outcome: "landed" });
  expect(await stage.promote(2, { request: prod })).toMatchObject({ outcome: "landed" });
});

test("one that somebody wrote by hand is about all of the branch", async () => {
  const stage = await heldOnce();
  const text = stage.file(holdsPath);
  stage.commit(holdsPath, text.replace(/reason: .*/, 'reason: "by hand"'));
  expect(await stage.promote(2, { request: staging })).toMatchObject({ outcome: "held" });
});
