/** Clocks that lie: a commit from the future, or from 1970, hides nothing and waits for nothing. */

import { describe, expect, test } from "vitest";
import { LedgerWorld, minuteMs } from "../../support/ledger-world.ts";

const yearMs = 365 * 86_400_000;

/** A gap whose commit says that it was made elsewhere in time, the tip or below others. */
function lost(skewMs: number, after: number) {
  const world = new LedgerWorld();
  world.deploy(world.code());
  world.skewMs = skewMs;
  const revision = world.code();
  world.skewMs = 0;
  const others = Array.from({ length: after }, () => world.code());
  return { world, revision, others };
}

describe.each([
  ["200 days ahead", 200 * 86_400_000],
  ["in 2099", 73 * yearMs],
  ["in 1970", -56 * yearMs],
  ["two days before its parent", -2 * 86_400_000],
])("a lost deploy of a commit that is dated %s", (_, skewMs) => {
  test("is a gap in the last month, though it is the tip", async () => {
    const { world, revision } = lost(skewMs, 0);
    const sinceMs = world.nowMs - minuteMs;
    const result = await world.audit({ sinceMs, graceMs: 30 * minuteMs });
    expect(result.commits).toMatchObject([{ revision, fate: "gap" }]);
    expect(result.exit).toBe(3);
    expect(result.warnings).toEqual([
      expect.stringContaining(`The date of ${revision.slice(0, 7)} cannot be right`),
    ]);
  });

  test("is as old as what was made on it, and nobody is warned of it", async () => {
    const { world, revision } = lost(skewMs, 1);
    const fateAt = async (asOfMs: number) => {
      const result = await world.audit({ asOfMs, graceMs: 30 * minuteMs });
      expect(result.warnings).toEqual([]);
      return result.commits.find((commit) => commit.revision === revision)?.fate;
    };
    expect(await fateAt(world.nowMs)).toBe("pending");
    expect(await fateAt(world.nowMs + 31 * minuteMs)).toBe("gap");
  });
});

test("a clock that is ahead by less than the grace time only makes a commit young", async () => {
  const { world, revision } = lost(20 * minuteMs, 0);
  const fateAt = async (afterMs: number) => {
    const asOfMs = world.nowMs + afterMs;
    const { commits, warnings } = await world.audit({ asOfMs, graceMs: 30 * minuteMs });
    expect(warnings).toEqual([]);
    return commits.find((commit) => commit.revision === revision)?.fate;
  };
  expect(await fateAt(0)).toBe("pending");
  expect(await fateAt(51 * minuteMs)).toBe("gap");
});

test("deploys whose clock is ahead have landed what they landed", async () => {
  const world = new LedgerWorld();
  const revision = world.code();
  world.skewMs = yearMs;
  world.deploy(revision);
  const { counts, deploys } = await world.audit();
  expect(counts).toMatchObject({ deployed: 1, gap: 0 });
  expect(deploys).toHaveLength(1);
});
