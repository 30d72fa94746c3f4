/** Rollback, scenario by scenario: what goes back, what is held, and who wins a race. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { readMessage } from "../../../src/core/landing/commit-message.ts";
import { holdsPath } from "../../../src/core/landing/holds-file.ts";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import { manifestsPath } from "../../../src/simulation/scenario.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const api = "deploy/api.yaml";
const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;

/** A branch that had some jobs deployed, one after the other. */
async function stageWith(jobs: readonly number[]) {
  const stage = new Stage();
  for (const job of jobs) expect(await stage.promote(job)).toMatchObject({ outcome: "landed" });
  return stage;
}

describe("landed", () => {
  test("one commit moves the pins back and holds what went out", async () => {
    const stage = await stageWith([1, 2]);
    const before = stage.file(web);
    const result = await stage.rollback(1, { deploy: "back" });
    expect(result).toMatchObject({ command: "rollback", outcome: "landed", exit: 0, attempts: 1 });
    expect(result).toMatchObject({ revision: revisionOf(stage, 1), warnings: [] });
    expect(stage.file(web)).toBe(before.replace(/sha-\w+/, stage.tag(1)));
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
    const words = { through: revisionOf(stage, 2), reason: "it is slow", by: "ana" };
    expect(stage.holds()).toMatchObject([{ ...words, images: stage.scene.images }]);
    expect(stage.holds()[0]).not.toHaveProperty("until");
    expect(result.holds).toMatchObject([{ change: "set", ...words }]);
    const { message } = stage.world.objects.get(result.commit!);
    const revision = revisionOf(stage, 1);
    expect(readMessage(message)).toEqual({ deploy: "back", revision, outcome: "rolled-back" });
    expect(message).toContain(`chore(gitops): roll image tags back to ${stage.tag(1)}`);
    expect(message).toContain("Why: it is slow (ana)");
    expect(message).toContain(`ghcr.io/acme/web: ${stage.tag(2)} -> ${stage.tag(1)}`);
  });

  test("by a tag, and by a prefix", async () => {
    const stage = await stageWith([1, 2]);
    const goal = { to: stage.tag(1) };
    expect(await stage.rollback(goal)).toMatchObject({ outcome: "landed" });
    const again = await stage.rollback({ to: revisionOf(stage, 1).slice(0, 9) });
    expect(again).toMatchObject({ outcome: "unchanged", revision: revisionOf(stage, 1) });
  });

  test("one image of several: the other stays, and is not held", async () => {
    const stage = await stageWith([1, 2]);
    const [image] = stage.scene.images;
    const result = await stage.rollback(1, { images: [{ image: image! }] });
    expect(result.images.map(({ outcome }) => outcome)).toEqual(["moved"]);
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(2)]);
    expect(stage.holds()).toMatchObject([{ images: [image] }]);
  });

  test("to what was never deployed itself, but is older than what was", async () => {
    const stage = await stageWith([1, 3]);
    expect(await stage.rollback(2)).toMatchObject({ outcome: "landed" });
    expect(stage.tags()).toEqual([stage.tag(2), stage.tag(2)]);
  });

  test("less far back than before: the hold stays as it is", async () => {
    const stage = await stageWith([1, 2, 3]);
    await stage.rollback(1);
    const before = stage.holds();
    expect(await stage.rollback(2)).toMatchObject({ outcome: "landed", holds: [] });
    expect(stage.tags()).toEqual([stage.tag(2), stage.tag(2)]);
    expect(stage.holds()).toEqual(before);
  });

  test("from a tag that names no commit, with a warning", async () => {
    const stage = await stageWith([1]);
    stage.commit(web, stage.file(web).replace(/sha-\w+/, "hotfix-1"));
    const result = await stage.rollback(1);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.warnings.join("\n")).toMatch(/hotfix-1.*\n.*No hold can keep/);
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
  });
});

describe("what went out", () => {
  test("stays out for promote and for the checker, until something newer is promoted", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback(1);
    const { tip } = stage.world.server;
    expect(await stage.promote(2)).toMatchObject({ outcome: "held", exit: 4 });
    expect(stage.world.server.tip).toBe(tip);
    const holds = stage.file(holdsPath);
    expect(await stage.promote(3)).toMatchObject({ outcome: "landed", exit: 0 });
    expect(stage.file(holdsPath)).toBe(holds);
    expect(await stage.promote(2)).toMatchObject({ outcome: "superseded" });
  });

  test("the checker leaves it alone, and says that it is held", async () => {
    const stage = await stageWith([1, 2, 3]);
    await stage.rollback(1);
    const { tip } = stage.world.server;
    expect(await stage.sync()).toMatchObject({ verdict: "held" });
    expect(stage.world.server.tip).toBe(tip);
  });

  test("comes back once the hold is over by itself", async () => {
    const stage = await stageWith([1, 2]);
    const untilMs = stage.nowMs + 3_600_000;
    await stage.rollback(1, { untilMs });
    expect(await stage.promote(2)).toMatchObject({ outcome: "held" });
    const [hold] = stage.holds();
    const over = { ...hold!, until: "2001-01-01T00:00:00Z" };
    stage.writeHolds([over]);
    expect(await stage.promote(2)).toMatchObject({ outcome: "landed" });
  });
});

describe("unchanged", () => {
  test("the same again, by name and by count", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback({ steps: 1 });
    const { tip } = stage.world.server;
    for (const goal of [{ steps: 1 }, 1] as const) {
      const result = await stage.rollback(goal);
      expect(result).toMatchObject({ outcome: "unchanged", exit: 0, holds: [], tip });
    }
    expect(stage.world.server.tip).toBe(tip);
  });

  test("the pins are there, but nothing holds it: only the hold is written", async () => {
    const stage = await stageWith([1, 2]);
    for (const path of [web, api]) {
      stage.commit(path, stage.file(path).replace(/sha-\w+/, stage.tag(1)));
    }
    const result = await stage.rollback(1);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.images.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
    expect(stage.holds()).toMatchObject([{ through: revisionOf(stage, 2) }]);
    expect(stage.subjects().at(-1)).toBe(`chore(gitops): hold image tags at ${stage.tag(1)}`);
    expect(await stage.promote(2)).toMatchObject({ outcome: "held" });
  });

  test("nothing newer was ever deployed: there is nothing to hold", async () => {
    const stage = await stageWith([1]);
    const { tip } = stage.world.server;
    expect(await stage.rollback(1)).toMatchObject({ outcome: "unchanged", tip });
    expect(stage.world.server.tip).toBe(tip);
  });

  test("the same rollback by its id, after something newer: superseded, nothing moves", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback(1, { deploy: "back" });
    expect(await stage.rollback(1, { deploy: "back" })).toMatchObject({ outcome: "unchanged" });
    await stage.promote(3);
    const { tip } = stage.world.server;
    const result = await stage.rollback(1, { deploy: "back" });
    expect(result).toMatchObject({ outcome: "superseded", exit: 0, tip });
    expect(result.warnings.join()).toContain("had landed before");
    expect(stage.tags()).toEqual([stage.tag(3), stage.tag(3)]);
  });
});

describe("refused as wrong usage, with nothing changed", () => {
  async function refusal(stage: Stage, wanted: Parameters<Stage["rollback"]>) {
    const { tip } = stage.world.server;
    const result = await stage.rollback(...wanted);
    expect(stage.world.server.tip).toBe(tip);
    return result;
  }

  test("newer than what is deployed", async () => {
    const stage = await stageWith([1, 2]);
    const result = await refusal(stage, [3]);
    expect(result).toMatchObject({ outcome: "failed", exit: 2, failure: { code: "usage" } });
    expect(result.failure?.place).toMatchObject({ file: web, line: 2 });
    expect(result.failure?.message).toContain("nothing newer than it was deployed");
  });

  test("forward to what a rollback took out", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback(1);
    const result = await refusal(stage, [2]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
    expect(result.failure?.hint).toContain("landfall release");
  });

  test("on another line of history than anything that was deployed", async () => {
    const stage = await stageWith([1, 2]);
    const other = stage.scene.source.add("another line", revisionOf(stage, 1));
    for (const image of stage.scene.images) {
      stage.scene.shelf.set(publishedKey(image, `sha-${other.slice(0, 7)}`), other);
    }
    const result = await refusal(stage, [{ to: other }]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
    expect(result.failure?.message).toContain("not an ancestor of anything that was deployed");
  });

  test("further back than the branch goes", async () => {
    const stage = await stageWith([1]);
    const result = await refusal(stage, [{ steps: 2 }]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
    expect(result.failure?.message).toContain("the branch shows 1 earlier deploy ");
  });

  test("no commit of the source", async () => {
    const stage = await stageWith([1]);
    const result = await refusal(stage, [{ to: "0000000" }]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "unknown-revision" } });
  });

  test("one image that is not published stops all", async () => {
    const stage = await stageWith([1, 2]);
    stage.scene.shelf.delete(publishedKey(stage.scene.images[1]!, stage.tag(1)));
    const result = await refusal(stage, [1]);
    expect(result).toMatchObject({ exit: 1, failure: { code: "image-missing" } });
    expect(result.failure?.message).toMatch(/^Cannot roll back: .*acme\/api:/);
  });

  test("the id of another deploy", async () => {
    const stage = new Stage();
    await stage.promote(1, { request: { deploy: "same" } });
    const result = await refusal(stage, [1, { deploy: "same" }]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
  });

  test.each([
    ["over at once", (nowMs: number) => nowMs - 1_000],
    ["over never that a date can name", () => 1e18],
  ])("a hold that would be %s", async (_, untilMs) => {
    const stage = await stageWith([1, 2]);
    const result = await refusal(stage, [1, { untilMs: untilMs(stage.nowMs) }]);
    expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
  });

  test.each(["", " \n\t", "x".repeat(501)])(
    "a reason that says nothing or too much",
    async (reason) => {
      const stage = await stageWith([1, 2]);
      const result = await refusal(stage, [1, { reason }]);
      expect(result).toMatchObject({ exit: 2, failure: { code: "usage" } });
    },
  );

  test("holds that cannot be read", async () => {
    const stage = await stageWith([1, 2]);
    stage.commit(holdsPath, "holds: [\n");
    expect(await refusal(stage, [1])).toMatchObject({ exit: 1, failure: { code: "bad-manifest" } });
  });
});

describe("steps", () => {
  test("count over what was deployed, each revision once", async () => {
    const stage = await stageWith([1, 2, 3]);
    expect(await stage.rollback({ steps: 2 })).toMatchObject({ outcome: "landed" });
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
    expect(stage.holds()).toMatchObject([{ through: revisionOf(stage, 3) }]);
  });

  test("count what names no commit, and do not go back to it", async () => {
    const stage = await stageWith([1, 2]);
    stage.commit(web, stage.file(web).replace(/sha-\w+/, "hotfix-1"));
    const dry = await stage.rollback({ steps: 1 }, { mode: "dry-run" });
    expect(dry).toMatchObject({ outcome: "would-land", revision: revisionOf(stage, 2) });
    await stage.promote(3);
    const { tip } = stage.world.server;
    const result = await stage.rollback({ steps: 1 });
    expect(result).toMatchObject({ exit: 2, failure: { code: "unknown-revision" } });
    expect(result.failure?.message).toContain('held "hotfix-1" then');
    expect(stage.world.server.tip).toBe(tip);
  });

  test("pass over what an earlier rollback took out", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback({ steps: 1 });
    await stage.promote(3);
    await stage.rollback({ steps: 1 });
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
    expect(stage.holds()).toMatchObject([{ through: revisionOf(stage, 3) }]);
  });

  test("bring each image back to what it had", async () => {
    const stage = await stageWith([1]);
    const [first, second] = stage.scene.images;
    await stage.promote(2, { request: { images: [{ image: first! }] } });
    await stage.promote(3, { request: { images: [{ image: second! }] } });
    const result = await stage.rollback({ steps: 1 });
    expect(stage.tags()).toEqual([stage.tag(2), stage.tag(1)]);
    expect(result.revision).toBe(revisionOf(stage, 2));
    expect(stage.holds()).toMatchObject([{ images: [second], through: revisionOf(stage, 3) }]);
  });
});

describe("a race with a promotion", () => {
  test("that lands first: what it landed goes out too, is held, and the rollback says so", async () => {
    const stage = await stageWith([1, 2]);
    const [back, forth] = await Promise.all([stage.rollback({ steps: 1 }), stage.promote(3)]);
    expect(forth).toMatchObject({ outcome: "landed" });
    expect(back).toMatchObject({ outcome: "landed", attempts: 2 });
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
    expect(stage.holds()).toMatchObject([{ through: revisionOf(stage, 3) }]);
    expect(back.warnings.join()).toContain(`${revisionOf(stage, 3)} landed meanwhile`);
    expect(back.images[0]?.pins[0]).toMatchObject({ from: stage.tag(3), to: stage.tag(1) });
  });

  test("that lands after: newer than the hold, it lands; nothing is lost", async () => {
    const stage = await stageWith([1, 2]);
    await stage.rollback({ steps: 1 });
    expect(await stage.promote(3)).toMatchObject({ outcome: "landed" });
    expect(stage.tags()).toEqual([stage.tag(3), stage.tag(3)]);
    expect(stage.holds()).toMatchObject([{ through: revisionOf(stage, 2) }]);
  });

  test("of what goes out: whoever is first, it stays out", async () => {
    const stage = await stageWith([1, 2]);
    const [back, forth] = await Promise.all([stage.rollback(1), stage.promote(2)]);
    expect(back).toMatchObject({ outcome: "landed" });
    expect(["unchanged", "held"]).toContain(forth.outcome);
    expect(stage.tags()).toEqual([stage.tag(1), stage.tag(1)]);
  });
});

describe("holds of others", () => {
  const theirs = (stage: Stage, job: number, more: object = {}) => ({
    images: [stage.scene.images[0]!],
    through: revisionOf(stage, job) as Revision,
    ...{ reason: "a hole", by: "eva", at: "2026-11-23T10:00:00Z", ...more },
  });

  test("that reach less far are replaced, image by image; those that are over go", async () => {
    const stage = await stageWith([1, 2]);
    const over = theirs(stage, 3, { until: "2001-01-01T00:00:00Z" });
    stage.writeHolds([{ ...theirs(stage, 1), paths: [manifestsPath] }, over]);
    await stage.rollback(1);
    expect(stage.holds().map(({ by, through }) => [by, through])).toEqual([
      ["ana", revisionOf(stage, 2)],
    ]);
  });

  test("that last longer stay beside a new one that ends", async () => {
    const stage = await stageWith([1, 2]);
    stage.writeHolds([theirs(stage, 1)]);
    await stage.rollback(1, { untilMs: stage.nowMs + 60_000 });
    expect(stage.holds().map(({ by }) => by)).toEqual(["eva", "ana"]);
  });

  test("that reach as far already are enough", async () => {
    const stage = await stageWith([1, 2]);
    stage.writeHolds([{ ...theirs(stage, 3), images: stage.scene.images }]);
    const result = await stage.rollback(1);
    expect(result).toMatchObject({ outcome: "landed", holds: [] });
    expect(stage.holds().map(({ by }) => by)).toEqual(["eva"]);
  });
});

describe("a dry run", () => {
  test("shows pins and hold, and pushes nothing", async () => {
    const stage = await stageWith([1, 2]);
    const { tip } = stage.world.server;
    const result = await stage.rollback(1, { mode: "dry-run" });
    expect(result).toMatchObject({ outcome: "would-land", exit: 0 });
    expect(result.diff).toContain(`+image: ghcr.io/acme/web:${stage.tag(1)}`);
    expect(result.diff).toContain("--- /dev/null\n+++ b/.landfall/holds.yaml\n@@ -0,0 +1,8 @@");
    expect(stage.world.server.tip).toBe(tip);
  });
});
