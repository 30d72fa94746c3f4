/** Promote, scenario by scenario: each outcome of the contract, and what stands in the branch. */

import { describe, expect, test } from "vitest";
import type { CommitId, Revision } from "../../../src/core/ids.ts";
import { readMessage } from "../../../src/core/landing/commit-message.ts";
import { holdsPath, writeHolds } from "../../../src/core/landing/holds-file.ts";
import type { Doubt } from "../../../src/core/landing/landing.ts";
import type { Promotion } from "../../../src/core/landing/promotion.ts";
import { concludePromotion, type PromoteBasis } from "../../../src/core/results/promotion.ts";
import { publishedKey } from "../../../src/simulation/model/source.ts";
import type { PromoteRequest } from "../../../src/usecases/promote/promotion.ts";
import { Stage } from "../../support/scripted-world.ts";

const web = "deploy/web.yaml";
const api = "deploy/api.yaml";
const tagOfJob = (stage: Stage, job: number) =>
  `sha-${stage.scene.jobs[job - 1]!.revision.slice(0, 7)}`;
const decoder = new TextDecoder();

/** Puts a hold through a job's revision into the branch. */
function holdThrough(stage: Stage, through: Revision): void {
  const [reason, by, at] = ["it is slow", "ana", "2026-11-23T10:00:00Z"];
  const hold = { images: stage.scene.images, through, reason, by, at };
  stage.commit(holdsPath, decoder.decode(writeHolds([hold])));
}

describe("landed", () => {
  test("both images move in one commit, which says what and for which revision", async () => {
    const stage = new Stage();
    const before = stage.file(web);
    const result = await stage.promote(1, { request: { deploy: "d-1" } });
    const tag = tagOfJob(stage, 1);
    expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 1, deploy: "d-1" });
    expect(result.commit).toBe(stage.world.server.tip);
    expect(stage.subjects()).toEqual([`chore(gitops): update image tags to ${tag}`]);
    expect(stage.file(web)).toBe(before.replace(/sha-\w+/, tag));
    expect(stage.file(api)).toContain(`ghcr.io/acme/api:${tag}`);
    const { message } = stage.world.objects.get(stage.world.server.tip);
    const { revision } = stage.scene.jobs[0]!;
    expect(readMessage(message)).toEqual({ deploy: "d-1", revision, outcome: "landed" });
    expect(result.images.map(({ image, outcome }) => `${image} ${outcome}`)).toEqual([
      "ghcr.io/acme/web moved",
      "ghcr.io/acme/api moved",
    ]);
  });

  test("an image that is there already stays, the other one moves", async () => {
    const stage = new Stage();
    const tag = tagOfJob(stage, 1);
    stage.commit(web, stage.file(web).replace(/sha-\w+/, tag));
    const result = await stage.promote(1);
    expect(result.images.map(({ outcome }) => outcome)).toEqual(["unchanged", "moved"]);
    expect(stage.file(api)).toContain(tag);
  });

  test("a tag that names no commit is taken over, with a warning", async () => {
    const stage = new Stage();
    stage.commit(web, stage.file(web).replace(/sha-\w+/, "hotfix-1"));
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(result.warnings.join("\n")).toContain("hotfix-1");
  });

  test("without a registry, what is not published lands too", async () => {
    const stage = new Stage();
    stage.scene.shelf.clear();
    const result = await stage.promote(1, { registry: "none" });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
  });

  test("a prefix of the revision is enough to name it", async () => {
    const stage = new Stage();
    const { revision } = stage.scene.jobs[0]!;
    const result = await stage.promote(1, { request: { revision: revision.slice(0, 9) } });
    expect(result).toMatchObject({ outcome: "landed", revision });
  });
});

test("unchanged: the same again makes no commit", async () => {
  const stage = new Stage();
  await stage.promote(2);
  const { tip } = stage.world.server;
  const result = await stage.promote(2);
  expect(result).toMatchObject({ outcome: "unchanged", exit: 0, tip });
  expect(stage.world.server.tip).toBe(tip);
});

describe("superseded", () => {
  test("record: an empty commit says so", async () => {
    const stage = new Stage();
    await stage.promote(2);
    const landed = stage.world.server.tip;
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(stage.subjects().at(-1)).toBe(
      `chore(gitops): ${tagOfJob(stage, 1)} is superseded, image tags stay`,
    );
    const { objects, server } = stage.world;
    expect([...objects.get(server.tip).tree]).toEqual([...objects.get(landed).tree]);
    expect(readMessage(objects.get(server.tip).message)?.outcome).toBe("superseded");
  });

  test.each([
    ["with the same id", { deploy: "deploy-late" }],
    ["as the same revision", {}],
  ])("record: run again %s, it does not say so again", async (_, again) => {
    const stage = new Stage();
    await stage.promote(2);
    const first = await stage.promote(1, { request: { deploy: "deploy-late" } });
    await stage.promote(3);
    const { tip } = stage.world.server;
    const result = await stage.promote(1, { request: again });
    expect(result).toMatchObject({ outcome: "superseded", exit: 0, revision: first.revision });
    expect(result).not.toHaveProperty("commit");
    expect(stage.world.server.tip).toBe(tip);
  });

  test("record: a deploy that had landed says no more when it is run again late", async () => {
    const stage = new Stage();
    await stage.promote(1, { request: { deploy: "deploy-twice" } });
    await stage.promote(2);
    const { tip } = stage.world.server;
    const result = await stage.promote(1, { request: { deploy: "deploy-twice" } });
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(stage.world.server.tip).toBe(tip);
  });

  test("skip: nothing is written", async () => {
    const stage = new Stage();
    await stage.promote(2);
    const { tip } = stage.world.server;
    const result = await stage.promote(1, { request: { superseded: "skip" } });
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(stage.world.server.tip).toBe(tip);
  });

  test("the record is refused: superseded all the same, with a warning", async () => {
    const stage = new Stage({ script: { refuse: [2] } });
    await stage.promote(2);
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(result.warnings.join()).toContain("may be missing");
    expect(stage.subjects()).toHaveLength(1);
  });

  test("the record comes too late: superseded all the same, with a warning", async () => {
    const stage = new Stage({ script: { lock: [2] } });
    await stage.promote(2);
    const result = await stage.promote(1, { policy: { timeoutMs: 1 } });
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(result.warnings.join()).toMatch(/may be missing: Cannot land before the deadline/);
    expect(stage.subjects()).toHaveLength(1);
  });

  test("by somebody who lands while it is on its way", async () => {
    const stage = new Stage({ script: { "lose-request": [1] } });
    const [first, second] = await Promise.all([stage.promote(1), stage.promote(3)]);
    expect([first.outcome, second.outcome]).toEqual(["superseded", "landed"]);
    expect(stage.file(web)).toContain(tagOfJob(stage, 3));
  });
});

describe("held", () => {
  test("by a hold through its revision or a newer one: nothing is written", async () => {
    const stage = new Stage();
    holdThrough(stage, stage.scene.jobs[1]!.revision);
    for (const job of [1, 2]) {
      const result = await stage.promote(job);
      expect(result).toMatchObject({ outcome: "held", exit: 4, failure: { code: "held" } });
      expect(result.failure?.message).toContain("it is slow");
    }
    expect(stage.subjects()).toHaveLength(1);
  });

  test("a newer revision than the hold lands, and the hold stays as it is", async () => {
    const stage = new Stage();
    holdThrough(stage, stage.scene.jobs[1]!.revision);
    const holds = stage.file(holdsPath);
    expect(await stage.promote(3)).toMatchObject({ outcome: "landed", exit: 0 });
    expect(stage.file(holdsPath)).toBe(holds);
  });

  test("a hold that cannot be read stops it: it is never taken for none", async () => {
    const stage = new Stage();
    stage.commit(holdsPath, "holds: [\n");
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "bad-manifest" } });
  });

  test("a hold through a commit that the source does not have stops it", async () => {
    const stage = new Stage();
    holdThrough(stage, "f".repeat(40) as Revision);
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "failed", failure: { code: "bad-manifest" } });
    expect(result.failure?.hint).toContain("landfall release");
  });
});

describe("refused", () => {
  test("by a rule of the server: its words are shown", async () => {
    const stage = new Stage({ script: { refuse: "always" } });
    const result = await stage.promote(1);
    expect(result).toMatchObject({
      outcome: "refused",
      exit: 4,
      failure: { code: "push-refused" },
    });
    expect(result.failure?.message).toContain("pre-receive hook declined");
    expect(stage.subjects()).toEqual([]);
    // What did not move is not listed as moved.
    expect(result.images.map(({ outcome }) => outcome)).toEqual(["refused", "refused"]);
    expect(result.images.flatMap(({ pins }) => pins).every((pin) => pin.to === pin.from)).toBe(
      true,
    );
  });

  test("because the pins are on another line of history", async () => {
    const stage = new Stage({ script: { fork: [1] } });
    await stage.promote(1);
    const result = await stage.promote(2);
    expect(result).toMatchObject({ outcome: "refused", exit: 4, failure: { code: "diverged" } });
    expect(result.failure?.place?.file).toBe(web);
    expect(stage.subjects()).toHaveLength(1);
  });

  test("not when it may move between lines of history", async () => {
    const stage = new Stage({ script: { fork: [1] } });
    await stage.promote(1);
    const result = await stage.promote(2, { request: { divergence: "allow" } });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    const dropped = `Drops ${stage.scene.jobs[0]!.revision.slice(0, 7)} feat: of the model`;
    expect(result.warnings.join()).toContain(dropped);
    const { objects, server } = stage.world;
    expect(objects.get(server.tip).message).toContain(dropped);
  });
});

describe("failed, and nothing is touched", () => {
  test("all or nothing: one image of two was never published, and is named", async () => {
    const stage = new Stage({ script: { unbuilt: [1] } });
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "failed", exit: 1, attempts: 0 });
    expect(result.failure).toMatchObject({ code: "image-missing" });
    expect(result.failure?.message).toContain(`"ghcr.io/acme/web:${tagOfJob(stage, 1)}"`);
    expect(result.failure?.message).not.toContain("acme/api");
    expect(stage.subjects()).toEqual([]);
  });

  test("both images were never published: both are named", async () => {
    const stage = new Stage();
    for (const image of stage.scene.images) {
      stage.scene.shelf.delete(publishedKey(image, tagOfJob(stage, 1)));
    }
    const { failure } = await stage.promote(1);
    expect(failure?.message).toMatch(/acme\/web.*acme\/api/);
  });

  test("an image is not at the digest that was asked for", async () => {
    const stage = new Stage();
    const [image] = stage.scene.images;
    const digest = `sha256:${"0".repeat(64)}` as never;
    const result = await stage.promote(1, { request: { images: [{ image: image!, digest }] } });
    expect(result).toMatchObject({ outcome: "failed", failure: { code: "registry-lied" } });
  });

  test.each([
    ["the registry is away", { registry: "always" } as const, 1, "registry-unreachable"],
    ["the remote is away", { unreachable: "always" } as const, 1, "remote-unreachable"],
    ["the server asks to wait for ever", { throttle: "always" } as const, 6, "throttled"],
  ])("%s", async (_, script, exit, code) => {
    const stage = new Stage({ script });
    expect(await stage.promote(1)).toMatchObject({ outcome: "failed", exit, failure: { code } });
    expect(stage.subjects()).toEqual([]);
  });

  test("the deadline comes first, and what was lost is said", async () => {
    const stage = new Stage({ script: { lock: [1] } });
    const result = await stage.promote(1, { policy: { timeoutMs: 1 } });
    expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "deadline" } });
  });

  test("the revision is unknown", async () => {
    const stage = new Stage();
    const result = await stage.promote(1, { request: { revision: "f".repeat(40) } });
    expect(result).toMatchObject({ exit: 2, failure: { code: "unknown-revision" } });
  });

  test("no manifest names the image", async () => {
    const stage = new Stage();
    stage.commit("elsewhere/none.yaml", "kind: Namespace\n");
    const result = await stage.promote(1, { request: { paths: ["elsewhere"] } });
    expect(result).toMatchObject({ exit: 1, failure: { code: "image-not-pinned" } });
    expect(result.failure?.message).toContain("ghcr.io/acme/web");
  });

  test("a place would be left that may not be", async () => {
    const stage = new Stage();
    stage.commit("deploy/x.yaml", "name: ghcr.io/acme/web:x\n");
    const told = await stage.promote(1, { request: { mode: "dry-run" } });
    expect(told.mentions).toMatchObject([
      { file: "deploy/x.yaml", line: 1, image: "ghcr.io/acme/web", kind: "place" },
    ]);
  });

  test("the manifest is broken", async () => {
    const stage = new Stage();
    stage.commit(web, "image: [ghcr.io/acme/web:x\n");
    const result = await stage.promote(1);
    expect(result).toMatchObject({ exit: 1, failure: { code: "bad-manifest" } });
    expect(result.failure?.place?.file).toBe(web);
  });
});

describe("unknown", () => {
  const gone = Array.from({ length: 60 }, (_, at) => at + 3);

  test("the answer is lost and the remote cannot be read: it may have landed, and did", async () => {
    const stage = new Stage({ script: { "lose-reply": [1], unreachable: gone } });
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5, failure: { code: "unknown" } });
    expect(result.commit).toBe(stage.world.server.tip);
    expect(result.failure?.hint).toContain(result.commit);
  });

  test("the same promotion run again comes to the truth", async () => {
    const reachable = gone.slice(0, 6);
    const stage = new Stage({ script: { "lose-reply": [1], unreachable: reachable } });
    expect((await stage.promote(1)).outcome).toBe("unknown");
    expect((await stage.promote(1)).outcome).toBe("unchanged");
    expect(stage.subjects()).toHaveLength(1);
  });
});

describe("a push in doubt, and a tip that holds a newer revision", () => {
  const [older, newer] = ["a", "b"].map((digit) => digit.repeat(40) as CommitId);
  const [move, superseded] = (["move", "superseded"] as const).map((verdict) => ({
    images: [],
    verdict,
  }));
  const request = { deploy: "d-1", repository: "model", branch: "main" } as PromoteRequest;
  const conclude = (doubts: readonly Doubt<PromoteBasis>[]) => {
    const landing = {
      kind: "unknown",
      words: "gone",
      doubts,
      why: superseded,
      attempts: 3,
    } as const;
    return concludePromotion(landing, { warnings: [] as readonly string[] } as Promotion, {
      request,
      startedMs: 0,
      tookMs: 1,
    });
  };

  test("unknown when the push moves pins, whatever the last tip asked for", () => {
    const result = conclude([
      { commit: newer!, why: superseded! },
      { commit: older!, why: move! },
    ]);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.failure?.hint).toContain(`${newer} or ${older}`);
  });

  test("superseded when it was only the record of that", () => {
    const result = conclude([{ commit: newer!, why: superseded! }]);
    expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(result.warnings.join()).toContain("may be missing");
  });
});

describe("dry run", () => {
  test("shows the change that it would push, and pushes nothing", async () => {
    const stage = new Stage();
    const result = await stage.promote(1, { request: { mode: "dry-run" } });
    expect(result).toMatchObject({ outcome: "would-land", exit: 0 });
    expect(result.diff).toContain(`+++ b/${web}`);
    expect(result.diff).toContain(`+image: ghcr.io/acme/api:${tagOfJob(stage, 1)}   # kept`);
    expect(result.commit).toBeUndefined();
    expect(stage.subjects()).toEqual([]);
  });

  test("of what is superseded or there already says so, without a change", async () => {
    const stage = new Stage();
    await stage.promote(2);
    const dry = { request: { mode: "dry-run" } } as const;
    expect(await stage.promote(1, dry)).toMatchObject({ outcome: "superseded", exit: 0 });
    expect(await stage.promote(2, dry)).toMatchObject({ outcome: "unchanged", exit: 0 });
    expect((await stage.promote(2, dry)).diff).toBeUndefined();
    expect(stage.subjects()).toHaveLength(1);
  });
});
