/** SIGTERM at every request of a promotion: what it says on its way out is true, and soon said. */

import { expect, test } from "vitest";
import type { GitRequestSeen } from "../../../src/demo/git-server.ts";
import { allOr } from "../../support/all-or-some.ts";
import { type Blow, deployUnder, victimsDeploy } from "../../support/deployer.ts";
import { asks } from "../../support/fault-world.ts";

const blow: Omit<Blow, "at"> = { signal: "SIGTERM", when: "arrives", who: "the process alone" };

/** Stops a deployer at one request. Returns whether that came before its end. */
async function stopAt(at: number): Promise<boolean> {
  const { world, status, result, isStruck, isIdle } = await deployUnder({ ...blow, at });
  await expect.poll(isIdle, { timeout: 10_000 }).toBe(true);
  const deploys = await world.deploysInBranch();
  const context = `request ${at}: ${JSON.stringify(result?.failure)}`;
  expect(status, context).toBe(result?.exit);
  // Once the push is on its way, there is time to see what came of it.
  const expected = deploys.length > 0 ? { outcome: "landed", exit: 0 } : stopped;
  expect(result, context).toMatchObject(expected);
  expect(deploys, context).toEqual(deploys.length > 0 ? [victimsDeploy] : []);
  return isStruck;
}

const stopped = { outcome: "failed", exit: 130, failure: { code: "interrupted" } };

test("at each request: landed if it did, else interrupted, and nothing is there", async () => {
  let at = 0;
  while (await stopAt(at)) at += allOr(1, 2);
  expect(at).toBeGreaterThanOrEqual(7);
}, 60_000);

test.each([
  ["the push: the branch shows that it landed", [asks.push], "landed", 0],
  ["the push and the look: unknown", [asks.push, asks.writerList], "unknown", 5],
] as const)(
  "while a server hangs over %s",
  async (_, kinds, outcome, exit) => {
    // The first list for writers begins the push.
    const isHeld = ({ kind, before }: GitRequestSeen) =>
      kinds.some((one) => one === kind) && (kind === asks.push || before > 0);
    const { result, status, tookMs, isStruck } = await deployUnder(
      { ...blow, at: asks.push },
      { gitFault: (request) => (isHeld(request) ? { holdMs: 60_000 } : "pass") },
    );
    expect(isStruck).toBe(true);
    expect(result).toMatchObject({ outcome, exit });
    expect(status).toBe(exit);
    expect(tookMs).toBeLessThan(15_000);
  },
  30_000,
);
