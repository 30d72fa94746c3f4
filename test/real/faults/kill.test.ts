/** kill -9 of the deployer at every request of a promotion, then the same promotion once more. */

import { expect, test } from "vitest";
import { allOr, inTurn } from "../../support/all-or-some.ts";
import { type Blow, deployUnder, victimsDeploy } from "../../support/deployer.ts";
import { asks } from "../../support/fault-world.ts";

/** Goes through one death and the run after it. Returns whether it came before the end. */
async function dieAndRunAgain(death: Blow): Promise<boolean> {
  const { world, status, signal, isIdle } = await deployUnder(death);
  const before = (await world.deploysInBranch()).length;
  const again = await world.deploy({ deploy: "again" });
  // A push that was sent before the death may still be under way.
  await expect.poll(isIdle, { timeout: 10_000 }).toBe(true);
  const context = `${JSON.stringify(death)}, ${before} before, then ${again.outcome}`;
  expect(await world.violations(), context).toEqual([]);
  expect(["landed", "unchanged"], context).toContain(again.outcome);
  const deploys = await world.deploysInBranch();
  expect(deploys.length, context).toBe(1);
  expect(await world.holds(1), context).toBe(true);
  if (signal === "SIGKILL") return true;
  expect([status, deploys, again.outcome]).toEqual([0, [victimsDeploy], "unchanged"]);
  return false;
}

// A request that has been answered is much like one that has not yet arrived.
const moments = ["arrives", "is answered"] as const;

test("at each request, with its git: the next run comes to the same tree, with one deploy commit", async () => {
  const deaths = { arrives: 0, "is answered": 0 };
  let at = 0;
  for (let row = 0, isBeforeTheEnd = true; isBeforeTheEnd; row += 1) {
    at = row * allOr(1, 2);
    for (const when of inTurn(moments, row)) {
      isBeforeTheEnd &&= await dieAndRunAgain({ signal: "SIGKILL", at, when, who: "the machine" });
      if (isBeforeTheEnd) deaths[when] += 1;
    }
  }
  // Two questions to the registry, and at least five to git.
  expect(at).toBeGreaterThanOrEqual(7);
  for (const when of moments) expect(deaths[when], when).toBeGreaterThanOrEqual(allOr(3, 2));
}, 240_000);

test.each([asks.fetch, asks.writerList, asks.push])(
  "at %s, while its git lives on: the next run comes to the same tree, with one deploy commit",
  async (at) => {
    const death = { signal: "SIGKILL", at, when: "arrives", who: "the process alone" } as const;
    expect(await dieAndRunAgain(death)).toBe(true);
  },
);
