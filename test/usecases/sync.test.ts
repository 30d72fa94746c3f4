/** The checker on the model of the world: each verdict, its repair, and races with promotions. */

import { describe, expect, test } from "vitest";
import type { SyncResult } from "../../src/core/sync-result.ts";
import { Stage } from "../support/scripted-world.ts";

const verdicts = ({ images }: SyncResult) => images.map(({ verdict }) => verdict);

describe("a lost deploy", () => {
  test("is found, landed, and not landed twice", async () => {
    const stage = new Stage();
    const first = await stage.sync();
    expect(first).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(verdicts(first)).toEqual(["behind", "behind"]);
    expect(stage.subjects()).toEqual([
      `chore(gitops): recover missing manifest update to ${stage.tag(3)}`,
    ]);
    const second = await stage.sync();
    expect(second).toMatchObject({ verdict: "in-sync", exit: 0 });
    expect(stage.subjects()).toHaveLength(1);
  });
});
