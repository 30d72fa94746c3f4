/** Reads that are answered by a replica which has not heard yet of what the branch holds. */

import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { GitRequestSeen } from "../../../src/demo/git-server.ts";
import { asks, openFaultWorld, type Strike } from "../../support/fault-world.ts";

/** Opens a world with a replica of the branch as it is now, and says which requests go to it. */
async function laggingWorld(
  isStale: (request: GitRequestSeen) => boolean,
  strikes: readonly Strike[] = [],
) {
  let staleReads = 0;
  const world = await openFaultWorld({
    strikes,
    gitFault(request) {
      if (!isStale(request)) return "pass";
      staleReads += 1;
      return { from: "replica.git" };
    },
  });
  const { bare } = world.box;
  cpSync(bare, join(dirname(bare), "replica.git"), { recursive: true });
  return { world, staleReads: () => staleReads };
}

/** Looks at the branch: every list for writers but the one that begins the first push. */
const isLook = ({ kind, before }: GitRequestSeen) => kind === asks.writerList && before > 0;
const isRead = ({ kind }: GitRequestSeen) => kind !== asks.push;

test("a branch that is shown as it was, for a while after the push, has landed", async () => {
  const { world, staleReads } = await laggingWorld((one) => isLook(one) && one.before <= 3);
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
  expect(staleReads()).toBe(3);
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("a branch that is shown as it was for ever is unknown, and the next run finds it", async () => {
  let isStale = false;
  const strikes: Strike[] = [{ on: asks.push, act: () => (isStale = true) }];
  const { world } = await laggingWorld((one) => isStale && isRead(one), strikes);
  const result = await world.deploy({ policy: { timeoutMs: 10_000 } });
  expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
  expect(result.commit).toBe(await world.box.tip());
  isStale = false;
  expect(await world.deploy()).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("an answer that is lost while all reads are stale does not land the deploy twice", async () => {
  let left = 0;
  const strikes: Strike[] = [
    { on: asks.push, act: () => (left ||= 12), fault: "drop-after", times: 2 },
  ];
  const { world, staleReads } = await laggingWorld(
    (one) => isRead(one) && left > 0 && left-- > 1,
    strikes,
  );
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0 });
  expect(staleReads()).toBeGreaterThan(5);
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("a first read that lags behind others' commits costs a round, and keeps them", async () => {
  let reads = 0;
  const { world } = await laggingWorld((one) => isRead(one) && reads++ < 4);
  const theirs = await world.box.addCommit([{ path: "docs/notes.md", bytes: "theirs\n" }]);
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 2 });
  expect(await world.violations()).toEqual([]);
  expect(await world.box.git(world.box.bare, "rev-parse", "main~1")).toBe(theirs);
});

test("a replica that shows an older revision does not make a deploy go backwards", async () => {
  let isLagging = false;
  const { world } = await laggingWorld(
    (one) => isLagging && isRead(one) && one.kind !== asks.writerList,
  );
  await world.deploy({ revision: 2 });
  isLagging = true;
  // It reads revision 0, decides to move to 1, and only the compare-and-swap knows better.
  const result = await world.deploy({ revision: 1, policy: { timeoutMs: 5_000 } });
  expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "deadline" } });
  expect(await world.violations()).toEqual([]);
  expect(await world.holds(2)).toBe(true);
  isLagging = false;
  expect(await world.deploy({ revision: 1 })).toMatchObject({ outcome: "superseded", exit: 0 });
  expect(await world.violations()).toEqual([]);
});
