/** What a landing says when something is in the way of one image of two, or when it is a bug. */

import { describe, expect, test } from "vitest";
import { landPolicy } from "../../../src/usecases/landing/land.ts";
import { promote } from "../../../src/usecases/promote/promote.ts";
import type { PromoteRequest } from "../../../src/usecases/promote/promotion.ts";
import { release } from "../../../src/usecases/rollback/release.ts";
import { type RollbackRequest, rollback } from "../../../src/usecases/rollback/rollback.ts";
import { Stage } from "../../support/scripted-world.ts";
import { historyOf } from "../../support/source-history.ts";

const api = "deploy/api.yaml";

describe("the image that is in the way of both is named", () => {
  test("where a hold is on the second alone", async () => {
    const stage = new Stage();
    const { revision } = stage.scene.jobs[1]!;
    const words = { reason: "a hole", by: "eva", at: "2026-11-23T10:00:00Z" };
    stage.writeHolds([{ images: [stage.scene.images[1]!], through: revision, ...words }]);
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "held", exit: 4 });
    expect(result.failure).toEqual({
      code: "held",
      message: `"ghcr.io/acme/api" is held through ${revision}: a hole (eva, ${words.at})`,
      hint: "Promote a newer revision, or lift the hold with `landfall release`.",
    });
  });

  test("where the second alone is on another line of history", async () => {
    const stage = new Stage();
    const { source } = stage.scene;
    const side = source.add("side", ...source.parents.get(stage.scene.jobs[0]!.revision)!);
    const held = `sha-${side.slice(0, 7)}`;
    stage.commit(api, stage.file(api).replace(/sha-\w+/, held));
    const result = await stage.promote(1);
    expect(result).toMatchObject({ outcome: "refused", exit: 4 });
    expect(result.failure).toEqual({
      code: "diverged",
      message: `${api}:2:25 holds ${side}, which is on another line of history; lost would be ${side.slice(0, 7)} feat: of the model`,
      hint: "Promote a revision that descends from it, or pass --allow-diverged to move anyway.",
      place: { file: api, line: 2, column: 25 },
    });
  });
});

describe("a bug is no failure of the world: it passes through", () => {
  const bug = new TypeError("ours");
  const broken = async () => {
    throw bug;
  };

  test("promote", async () => {
    const stage = new Stage();
    const history = historyOf({ resolve: broken, isAncestor: broken });
    const ports = { ...stage.ports("us"), history, registry: undefined };
    const request = { revision: "1234567" } as PromoteRequest;
    await expect(promote(request, ports, landPolicy)).rejects.toBe(bug);
  });

  test("rollback", async () => {
    const stage = new Stage();
    const log = { histories: broken } as never;
    const ports = { ...stage.ports("us"), history: stage.scene.source, registry: undefined, log };
    const request = { goal: { steps: 1 }, images: [], reason: "x", by: "ana" };
    const asked = request as unknown as RollbackRequest;
    await expect(rollback(asked, ports, landPolicy)).rejects.toBe(bug);
  });

  test("release", async () => {
    const stage = new Stage();
    const ports = stage.ports("us");
    const remote = { fetchTip: broken } as never;
    const asked = release({ mode: "push" } as never, { ...ports, remote }, landPolicy);
    await expect(asked).rejects.toBe(bug);
  });
});
