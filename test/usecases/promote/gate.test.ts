/** A promotion at a gate: asked on every tip, refused with the reason, and marked for the next. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
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
  stage.world.server.marks.push(mark);
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
