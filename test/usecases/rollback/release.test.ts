/** Release: it lifts what rollbacks hold, and moves no pin. */

import { expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { printImageName } from "../../../src/core/image-ref.ts";
import { readMessage } from "../../../src/core/landing/commit-message.ts";
import { type Script, Stage } from "../../support/scripted-world.ts";

const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;

/** A branch that had some jobs deployed, one after the other. */
async function stageWith(jobs: readonly number[]) {
  const stage = new Stage();
  for (const job of jobs) expect(await stage.promote(job)).toMatchObject({ outcome: "landed" });
  return stage;
}

test("lifts the hold, moves no pin, and the revision may land again", async () => {
  const stage = await stageWith([1, 2]);
  await stage.rollback(1);
  const result = await stage.release();
  expect(result).toMatchObject({ command: "release", outcome: "landed", exit: 0 });
  expect(result.holds).toMatchObject([{ change: "lifted", through: revisionOf(stage, 2) }]);
  expect(result.images.map(({ outcome }) => outcome)).toEqual(["released", "released"]);
  expect(stage.holds()).toEqual([]);
  expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
  const { message } = stage.world.objects.get(result.commit!);
  expect(readMessage(message)?.outcome).toBe("released");
  expect(await stage.promote(2)).toMatchObject({ outcome: "landed" });
});

test("of one image leaves the others held", async () => {
  const stage = await stageWith([1, 2]);
  await stage.rollback(1);
  const [first, second] = stage.scene.images;
  await stage.release([first!]);
  expect(stage.holds().map(({ images }) => images?.map(printImageName))).toEqual([
    [printImageName(second!)],
  ]);
  expect(await stage.promote(2)).toMatchObject({ outcome: "held" });
});

test("of nothing is unchanged, and again too", async () => {
  const stage = await stageWith([1]);
  const { tip } = stage.world.server;
  const result = await stage.release();
  expect(result).toMatchObject({ outcome: "unchanged", exit: 0, images: [], holds: [], tip });
  expect(stage.world.server.tip).toBe(tip);
});

test("lifts a hold through a commit that the source lost, and dry runs change nothing", async () => {
  const stage = await stageWith([1]);
  const hold = { images: stage.scene.images, through: "f".repeat(40) as Revision };
  const words = { reason: "?", by: "?", at: "2026-11-23T10:00:00Z" };
  stage.writeHolds([{ ...hold, ...words }]);
  expect(await stage.promote(2)).toMatchObject({ outcome: "failed" });
  const dry = await stage.release(stage.scene.images, "dry-run");
  expect(dry).toMatchObject({ outcome: "would-land", exit: 0 });
  expect(dry.diff).toContain("+holds: []");
  expect(stage.holds()).toHaveLength(1);
  expect(await stage.release()).toMatchObject({ outcome: "landed" });
  expect(await stage.promote(2)).toMatchObject({ outcome: "landed" });
});

const after = (first: number) => Array.from({ length: 100 }, (_, at) => at + first);

test.each<[string, Script, object]>([
  ["a rule refuses it", { refuse: [1] }, { outcome: "refused", exit: 4 }],
  [
    "nothing can be read",
    { unreachable: "always" },
    { outcome: "failed", exit: 1, failure: { code: "remote-unreachable" } },
  ],
  [
    "the answer is lost, and then nothing can be read",
    // The fetch and the push come through.
    { "lose-reply": [1], unreachable: after(3) },
    { outcome: "unknown", exit: 5 },
  ],
])("tells the truth when %s", async (_, script, said) => {
  const hold = { reason: "?", by: "?", at: "2026-11-23T10:00:00Z" };
  const stage = new Stage({ script });
  stage.writeHolds([{ ...hold, images: stage.scene.images, through: revisionOf(stage, 1) }]);
  expect(await stage.release()).toMatchObject(said);
  const isThere = stage.subjects().some((subject) => subject.includes("release the hold"));
  expect(isThere).toBe("lose-reply" in script);
});
