/** Freeze: nothing new lands while it lasts, and a rollback still does. */

import { expect, test } from "vitest";
import { manifestsPath } from "../../../src/simulation/scenario.ts";
import { landPolicy } from "../../../src/usecases/landing/land.ts";
import { freeze, thaw } from "../../../src/usecases/rollback/freeze.ts";
import { Stage } from "../../support/scripted-world.ts";

const place = { repository: "model", branch: "main", mode: "push", skipCi: true } as const;

function freezing(stage: Stage, more: { untilMs?: number; paths?: readonly string[] } = {}) {
  const deploy = `freeze-${stage.world.accounts.size + 1}`;
  const request = { ...place, deploy, images: undefined, reason: "year end", by: "ana" };
  const scope = { paths: [manifestsPath], untilMs: undefined, ...more };
  return stage.settle(freeze({ ...request, ...scope }, stage.ports(deploy), landPolicy));
}

function thawing(stage: Stage) {
  const deploy = `thaw-${stage.world.accounts.size + 1}`;
  const request = { ...place, deploy, paths: [manifestsPath] };
  return stage.settle(thaw(request, stage.ports(deploy), landPolicy));
}

test("keeps what is new out, says until when, and ends with a thaw", async () => {
  const stage = new Stage();
  await stage.promote(1);
  const untilMs = stage.nowMs + 3_600_000;
  expect(await freezing(stage, { untilMs })).toMatchObject({
    command: "freeze",
    outcome: "landed",
    holds: [{ change: "set", reason: "year end" }],
  });
  const held = await stage.promote(2);
  expect(held).toMatchObject({ outcome: "held", exit: 4 });
  expect(held.failure?.message).toContain("deploy is frozen: year end (ana, ");
  expect(held.failure?.hint).toMatch(/^The freeze ends at \d{4}-/);
  expect(await thawing(stage)).toMatchObject({ command: "thaw", outcome: "landed" });
  expect(stage.holds()).toEqual([]);
  expect(await stage.promote(2)).toMatchObject({ outcome: "landed" });
});

test("lets through what cannot wait, and records why", async () => {
  const stage = new Stage();
  await freezing(stage);
  const result = await stage.promote(1, { request: { throughFreeze: "checkout is down" } });
  expect(result).toMatchObject({ outcome: "landed" });
  const { message } = stage.world.objects.get(result.commit!);
  expect(message).toContain("\n\nThrough the freeze: checkout is down\n\n");
  expect(stage.holds()).toHaveLength(1);
});

test("of the settings counts as one of the branch does, on every round anew", async () => {
  const stage = new Stage();
  const words = { reason: "weekend", by: "landfall.yaml", at: "2026-11-27T15:00:00Z" };
  const freezesAt = (nowMs: number) =>
    nowMs < stage.nowMs + 1 ? [{ ...words, paths: [manifestsPath] }] : [];
  expect(await stage.promote(1, { request: { freezesAt } })).toMatchObject({ outcome: "held" });
  expect(await stage.promote(1, { request: { freezesAt: () => [] } })).toMatchObject({
    outcome: "landed",
  });
});

test("lets a rollback through", async () => {
  const stage = new Stage();
  await stage.promote(1);
  await stage.promote(2);
  await freezing(stage);
  expect(await stage.rollback(1)).toMatchObject({ outcome: "landed" });
  expect(stage.holds()).toHaveLength(2);
});

test("of another place keeps nothing out here", async () => {
  const stage = new Stage();
  await freezing(stage, { paths: ["elsewhere"] });
  expect(await stage.promote(1)).toMatchObject({ outcome: "landed" });
});

test("again with the same words does nothing, and another takes its place", async () => {
  const stage = new Stage();
  await freezing(stage);
  expect(await freezing(stage)).toMatchObject({ outcome: "unchanged", holds: [] });
  expect(await freezing(stage, { untilMs: stage.nowMs + 60_000 })).toMatchObject({
    outcome: "landed",
  });
  expect(stage.holds()).toHaveLength(1);
});

test("whose end is past is refused, and nothing is read", async () => {
  const stage = new Stage();
  expect(await freezing(stage, { untilMs: 0 })).toMatchObject({
    outcome: "failed",
    exit: 2,
    attempts: 0,
    failure: { code: "usage" },
  });
});
