/** The reporter that keeps skipped tests honest. */

import { expect, test } from "vitest";
import { type Finished, judge } from "./no-skips.ts";

const engine = "deploy > skipped without a Dagger engine: lands on a real engine";
const argocd = "real servers (skipped without a real Argo CD and API server that answer)";
const registry = "registry > docker-registry is not installed: its contract is not run";
const data = "history > skipped without ../shared/data: the real history";
const silent = "land > both deploys land";

test.each([
  ["what there is", engine, []],
  ["what there is", registry, []],
  ["what there is", data, []],
  ["what there is", silent, [silent]],
  ["all", engine, []],
  ["all", argocd, []],
  ["all", registry, [registry]],
  ["all", data, [data]],
  ["all", silent, [silent]],
] as const)("when %s is demanded, skipping %j is wrong: %j", (demand, title, wrong) => {
  expect(judge([{ title, state: "skipped" }], demand).wronglySkipped).toEqual(wrong);
});

test("a test that never ended counts as skipped", () => {
  expect(judge([{ title: silent, state: "pending" }], "all").wronglySkipped).toEqual([silent]);
});

test("totals count each test once, and what ran is never wrongly skipped", () => {
  const states = ["passed", "passed", "failed", "skipped"] as const;
  const tests = states.map((state): Finished => ({ title: engine, state }));
  expect(judge(tests, "all")).toEqual({ passed: 2, failed: 1, skipped: 1, wronglySkipped: [] });
});
