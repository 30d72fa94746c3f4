/** The checker on the model of the world: what no real server can be made to do on demand. */

import { describe, expect, test } from "vitest";
import type { SyncResult } from "../../../src/core/results/sync.ts";
import { landPolicy } from "../../../src/usecases/landing/land.ts";
import { type Script, Stage } from "../../support/scripted-world.ts";

const verdicts = ({ images }: SyncResult) => images.map(({ verdict }) => verdict);
const recovery = (stage: Stage) =>
  `chore(gitops): recover missing manifest update to ${stage.tag(3)}`;

test("a lost deploy is found, landed, and not landed twice", async () => {
  const stage = new Stage();
  const first = await stage.sync();
  expect(first).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
  expect(verdicts(first)).toEqual(["behind", "behind"]);
  expect(stage.subjects()).toEqual([recovery(stage)]);
  expect(await stage.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
  expect(stage.subjects()).toHaveLength(1);
});

test.each<[string, Script]>([
  ["the answer to the push is lost", { "lose-reply": [1] }],
  ["the push itself is lost", { "lose-request": [1] }],
  ["the push comes in late", { late: [1] }],
  ["the branch cannot be read for a moment", { unreachable: [1] }],
  ["the server asks to wait", { throttle: [1] }],
])("where %s, the repair lands once", async (_, script) => {
  const stage = new Stage({ script });
  expect(await stage.sync()).toMatchObject({ outcome: "landed", exit: 0 });
  expect(stage.world.fate.injected.size).toBe(1);
  expect(stage.subjects()).toEqual([recovery(stage)]);
});

const after = (first: number) => Array.from({ length: 100 }, (_, at) => at + first);

// The branch is read twice before the first push: the tip, and the histories.
test.each<[string, Script, object]>([
  [
    "a rule refuses the repair",
    { refuse: "always" },
    { outcome: "refused", exit: 4, failure: { code: "push-refused" } },
  ],
  [
    "the server asks to wait, and then nothing can be read",
    { throttle: [3], unreachable: after(4) },
    { outcome: "failed", exit: 1, failure: { code: "remote-unreachable" } },
  ],
  [
    "the answer is lost, and then nothing can be read",
    { "lose-reply": [1], unreachable: after(4) },
    { outcome: "unknown", exit: 5, failure: { code: "unknown" } },
  ],
])("the truth is told where %s", async (_, script, said) => {
  const stage = new Stage({ script });
  const before = stage.world.server.tip;
  const result = await stage.sync();
  const { tip } = stage.world.server;
  expect(result).toMatchObject({ verdict: "behind", tip: before, ...said });
  expect(result.images.map(({ fixed }) => fixed)).toEqual([false, false]);
  const isThere = "lose-reply" in script;
  expect(stage.subjects()).toEqual(isThere ? [recovery(stage)] : []);
  expect(result.commit).toBe(isThere ? tip : undefined);
});

test("a registry that fails once in the middle: unreadable, and nothing is pushed", async () => {
  const stage = new Stage({ script: { registry: [2] } });
  const result = await stage.sync();
  expect(result).toMatchObject({ verdict: "unreadable", exit: 1 });
  expect(stage.subjects()).toEqual([]);
});

describe("a replica that lags behind the tip", () => {
  /** Lands the newest, takes it back by hand, and checks while reads of the histories are old. */
  async function checkAfterRevert(stale: readonly number[]) {
    const stage = new Stage({ script: { stale } });
    const files = ["deploy/web.yaml", "deploy/api.yaml"];
    const before = files.map((path) => [path, stage.file(path)] as const);
    expect(await stage.promote(3)).toMatchObject({ outcome: "landed" });
    for (const [path, text] of before) stage.commit(path, text);
    const tip = stage.world.server.tip;
    const result = await stage.sync();
    expect(stage.world.server.tip, "nothing may be pushed").toBe(tip);
    expect(stage.world.fate.injected.get("stale")).toBe(stale.length);
    return result;
  }

  // The promotion looks three times, and the checker once for the tip.
  test("once is asked again, and hides nothing that was moved away", async () => {
    expect(await checkAfterRevert([5])).toMatchObject({ verdict: "reverted", exit: 3 });
  });

  test("for good is no ground to stand on", async () => {
    const reads = Array.from({ length: landPolicy.fetchesMax }, (_, at) => 5 + at);
    expect(await checkAfterRevert(reads)).toMatchObject({
      ...{ verdict: "unreadable", exit: 1, failure: { code: "remote-unreachable" } },
    });
  });
});
