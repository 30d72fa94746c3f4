/** What follows a verification that failed: a way back, unless only the settings are wrong. */

import { expect, test } from "vitest";
import { wayBack } from "../../src/cli/after-verify.ts";
import type { VerifyResult, VerifyStep } from "../../src/core/results/verify.ts";
import type { Settings } from "../../src/settings/options.ts";
import type { Process } from "../../src/settings/process.ts";

const step: VerifyStep = {
  ...{ name: "argocd", target: "prod", state: "failed", detail: "Degraded", waitedMs: 0 },
};
const settings = { rules: { onFailedVerify: "rollback" } } as Partial<Settings> as Settings;

/** Returns whether a rollback was begun: there is nothing here that could be opened for it. */
async function isBegun(steps: readonly VerifyStep[], outcome = "failed"): Promise<boolean> {
  const progress = { step: () => {}, warn: () => {} };
  const result = { outcome, steps } as Partial<VerifyResult> as VerifyResult;
  return wayBack(result, settings, { io: {} as Process, progress }).then(
    () => false,
    () => true,
  );
}

test("a deploy that was seen to fail is rolled back", async () => {
  expect(await isBegun([step])).toBe(true);
  expect(await isBegun([{ ...step, state: "waiting" }], "timeout")).toBe(false);
});

test("what is only looked for in the wrong place is not", async () => {
  expect(await isBegun([{ ...step, code: "config" }])).toBe(false);
  expect(await isBegun([{ ...step, code: "config" }, step])).toBe(true);
});
