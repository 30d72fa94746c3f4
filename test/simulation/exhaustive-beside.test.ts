/** Every order of the steps of deployers and of those who sync and roll back beside them. */

import { expect, test } from "vitest";
import { type ExploreOptions, explore } from "../../src/simulation/explore.ts";
import { alone } from "../../src/simulation/scenario.ts";

const noFaults: ExploreOptions["budget"] = { kinds: [], strikesMax: 0 };
const oneFault: ExploreOptions["budget"] = {
  kinds: ["crash", "lose-reply", "lose-request", "late", "stale"],
  strikesMax: 1,
};

/** All that is demanded, so nothing is taken for known that another run has shown. */
const forget = process.env.REQUIRE_ALL === "1";

/** Explores all, and returns how runs ended. Fails with the steps of the first that broke a law. */
async function endings(options: Pick<ExploreOptions, "deployers" | "company" | "budget">) {
  const found = await explore({ ...options, shape: "same", forget });
  if (found.broken !== undefined) {
    const { violations, trace } = found.broken;
    expect.fail(`${JSON.stringify(violations)}\n${trace.join("\n")}`);
  }
  return [...found.endings].sort();
}

test("a deployer and a sync keep all laws in every order, with one fault at any step", async () => {
  const company = { ...alone, syncs: 1 };
  const found = await endings({ deployers: 1, company, budget: oneFault });
  expect(found).toContain("d1 superseded, s1 landed");
  expect(found).toContain("d1 landed, s1 undefined, s1-run2 landed");
});

test("a deployer and a rollback keep all laws in every order, with one fault at any step", async () => {
  const company = { ...alone, rollbacks: 1 };
  const found = await endings({ deployers: 1, company, budget: oneFault });
  expect(found).toContain("d1 landed, r1 undefined, r1-run2 landed");
  expect(found).toContain("d1 undefined, r1 landed, d1-run2 held");
});

test("2 deployers and a rollback keep all laws in every order", async () => {
  const company = { ...alone, rollbacks: 1 };
  expect(await endings({ deployers: 2, company, budget: noFaults })).toEqual([
    "d1 held, d2 landed, r1 landed",
    "d1 landed, d2 landed, r1 landed",
    "d1 landed, d2 landed, r1 unchanged",
    "d1 superseded, d2 landed, r1 landed",
    "d1 superseded, d2 landed, r1 unchanged",
  ]);
});

test("a deployer, a sync and a rollback keep all laws in every order", async () => {
  const company = { ...alone, syncs: 1, rollbacks: 1 };
  // What the sync lands is newer than all that the rollback holds back, so it always lands.
  expect(await endings({ deployers: 1, company, budget: noFaults })).toEqual([
    "d1 held, r1 landed, s1 landed",
    "d1 landed, r1 landed, s1 landed",
    "d1 landed, r1 unchanged, s1 landed",
    "d1 superseded, r1 landed, s1 landed",
    "d1 superseded, r1 unchanged, s1 landed",
  ]);
}, 240_000);
