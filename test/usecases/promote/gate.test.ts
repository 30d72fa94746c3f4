/** A promotion at a gate: asked on every tip, refused with the reason, and marked for the next. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { printImageName } from "../../../src/core/image-ref.ts";
import type { Hold } from "../../../src/core/landing/hold.ts";
import { holdsPath, writeHolds } from "../../../src/core/landing/holds-file.ts";
import { manifestsPath } from "../../../src/simulation/scenario.ts";
import { Stage } from "../../support/scripted-world.ts";

const revisionOf = (stage: Stage, job: number) => stage.scene.jobs[job - 1]!.revision;
const gate = {
  environment: "prod",
  after: { environment: "staging", verified: false, soakMs: 0 },
  approve: false,
  beforePaths: ["staging"],
};
const request = { environment: "prod", gate, marks: ["attempted", "landed"] } as const;

/** A branch with a folder for staging, which pins nothing. */
function staged(): Stage {
  const stage = new Stage();
  stage.commit("staging/none.yaml", "kind: Namespace\n");
  return stage;
}

function land(stage: Stage, revision: Revision) {
  const mark = { kind: "landed", environment: "staging", revision, atSeconds: 1 } as const;
  stage.world.server.mark(mark);
}

describe("a gate that is closed", () => {
  test("refuses with what would help, moves nothing, and leaves no mark", async () => {
    const stage = staged();
    const { tip } = stage.world.server;
    const result = await stage.promote(1, { request });
    expect(result).toMatchObject({ outcome: "refused", exit: 4, failure: { code: "gated" } });
    expect(result.failure?.message).toContain("it has not landed in staging");
    expect(result.images.every(({ outcome }) => outcome !== "moved")).toBe(true);
    expect(stage.world.server).toMatchObject({ tip, marks: [] });
  });

  test("stops nothing that is there already", async () => {
    const stage = staged();
    await stage.promote(1);
    expect(await stage.promote(1, { request })).toMatchObject({ outcome: "unchanged" });
  });
});

test("one that is open lets it land, and both are marked once", async () => {
  const stage = staged();
  land(stage, revisionOf(stage, 1));
  expect(await stage.promote(1, { request })).toMatchObject({ outcome: "landed" });
  const left = stage.world.server.marks.slice(1);
  expect(left.map(({ kind, environment, revision }) => [kind, environment, revision])).toEqual([
    ["attempted", "prod", revisionOf(stage, 1)],
    ["landed", "prod", revisionOf(stage, 1)],
  ]);
});

test("what staging pins at the same tip opens it without a mark", async () => {
  const stage = staged();
  const paths = [manifestsPath];
  await stage.promote(1);
  const here = { ...gate, beforePaths: paths };
  expect(await stage.promote(1, { request: { ...request, gate: here } })).toMatchObject({
    outcome: "unchanged",
  });
  expect(await stage.promote(2, { request: { ...request, gate: here } })).toMatchObject({
    outcome: "refused",
  });
});

test("what staging was rolled back from stays out of prod, and what runs there does not", async () => {
  const stage = staged();
  const [two, three] = [revisionOf(stage, 2), revisionOf(stage, 3)];
  for (const revision of [two, three]) land(stage, revision);
  const { images } = stage.scene;
  const pins = images.map((name) => `image: ${printImageName(name)}:sha-${two.slice(0, 7)}\n`);
  stage.commit("staging/all.yaml", pins.join("---\n"));
  const words = { reason: "slow", by: "ana", at: "2026-11-26T10:00:00Z" };
  const hold: Hold = { ...words, images, through: three, environment: "staging" };
  stage.commit(holdsPath, new TextDecoder().decode(writeHolds([hold])));
  const here = { ...request, gate: { ...gate, beforePaths: ["staging"] } };
  expect(await stage.promote(3, { request: here })).toMatchObject({
    outcome: "refused",
    failure: { message: expect.stringContaining("staging was rolled back from it: slow (ana)") },
  });
  expect(await stage.promote(2, { request: here })).toMatchObject({ outcome: "landed" });
  const tried = { kind: "attempted", environment: "prod", revision: three, atSeconds: 2 } as const;
  stage.world.server.mark(tried);
  const checked = await stage.sync({ environment: "prod", guarded: { gate: here.gate } });
  expect(checked).toMatchObject({ verdict: "in-sync", exit: 0 });
});

test("what the checker lands is marked too: it may go on from there", async () => {
  const stage = staged();
  await stage.promote(1);
  const marks = ["landed"] as const;
  expect(await stage.sync({ environment: "staging", marks })).toMatchObject({ outcome: "landed" });
  const left = stage.world.server.marks.map(({ kind, environment, revision }) => ({
    kind,
    environment,
    revision,
  }));
  const revision = revisionOf(stage, 3);
  expect(left).toEqual([{ kind: "landed", environment: "staging", revision }]);
  await stage.sync({ environment: "staging", marks });
  expect(stage.world.server.marks).toHaveLength(1);
});

test("images of two revisions go on as they are, and open no gate for either of them", async () => {
  const stage = staged();
  const [first, second] = stage.scene.images.map(printImageName);
  const [one, two] = [stage.tag(1), stage.tag(2)];
  stage.commit("staging/all.yaml", `image: ${first}:${one}\n---\nimage: ${second}:${two}\n`);
  const here = { ...request.gate, beforePaths: ["staging"] };
  const from = { environment: "staging", paths: ["staging"] };
  const mixed = await stage.promote(1, { request: { ...request, gate: here, from } });
  expect(mixed).toMatchObject({ outcome: "landed", revision: revisionOf(stage, 2) });
  expect(stage.tags()).toEqual([one, two]);
  expect(stage.world.server.marks).toEqual([]);
  const guarded = { gate: here };
  expect(await stage.sync({ environment: "prod", guarded })).toMatchObject({ exit: 0 });
  expect(stage.tags()).toEqual([one, two]);
  const whole = await stage.promote(2, { request: { ...request, gate: here } });
  expect(whole).toMatchObject({ outcome: "refused", failure: { code: "gated" } });
});

test("a dry run asks the gate, and leaves no mark", async () => {
  const stage = staged();
  land(stage, revisionOf(stage, 1));
  const dry = { ...request, mode: "dry-run" } as const;
  expect(await stage.promote(1, { request: dry })).toMatchObject({ outcome: "would-land" });
  expect(stage.world.server.marks).toHaveLength(1);
  expect(await stage.promote(2, { request: dry })).toMatchObject({ outcome: "refused" });
});

test("a mark that cannot be left is a warning: what landed has landed", async () => {
  const stage = staged();
  const { Failure } = await import("../../../src/core/failure.ts");
  const refuses = () => Promise.reject(new Failure("remote-denied", "no such refs", "Ask."));
  const result = await stage.promote(1, {
    request: { environment: "prod", marks: ["landed"] },
    lies: { mark: refuses },
  });
  expect(result).toMatchObject({ outcome: "landed", exit: 0 });
  expect(result.warnings).toEqual(["no such refs. Environments that wait for it will not see it"]);
});
