/** Answers of the git server that are lost, late, wrong or none: what is told, and what is true. */

import { describe, expect, test } from "vitest";
import type { GitFault } from "../../../src/demo/git-server.ts";
import { everyOther, inTurn, numbered } from "../../support/all-or-some.ts";
import {
  asks,
  type Deploy,
  openFaultWorld,
  type Strike,
  stillClock,
} from "../../support/fault-world.ts";

/** Promotes once in a world with these faults, and holds the laws against what came of it. */
async function promoteUnder(strikes: readonly Strike[], more: Deploy = {}) {
  const world = await openFaultWorld({ strikes, revisions: 1 });
  const several = { clock: stillClock(), policy: { timeoutMs: 5_000 } };
  const result = await world.deploy({ ...several, ...more });
  expect(await world.violations()).toEqual([]);
  for (const { on } of strikes) expect(world.struck.get(on), on).toBeGreaterThan(0);
  const commits = (await world.deploysInBranch()).length;
  expect(await world.holds(commits)).toBe(true);
  return { world, result, commits, pushes: world.box.stats.byKind[asks.push] ?? 0 };
}

type Row = readonly [string, GitFault];
const once = (on: string, fault: GitFault, after = 0): Strike => ({ on, fault, after, times: 1 });
const always = (on: string, fault: GitFault): Strike => ({ on, fault });
/** For what never gets better: two rounds or three. */
const soon: Deploy = { policy: { timeoutMs: 1_500 } };

describe("a push that was applied", () => {
  const faults: readonly Row[] = [
    ["is dropped", "drop-after"],
    ["is reset", "reset-after"],
    ["is cut short", "cut-short"],
    ["is an empty page", { after: { status: 200 } }],
    ["is a page of a proxy", { after: { status: 200, body: "<html>busy</html>" } }],
    ["is 408", { after: { status: 408 } }],
    ["is 413", { after: { status: 413 } }],
    ["is 429", { after: { status: 429 } }],
    ["is 500", { after: { status: 500 } }],
    ["is 504", { after: { status: 504 } }],
    ["is 403", { after: { status: 403 } }],
    ["is a redirect", { after: { status: 302, headers: { location: "http://127.0.0.1:1/" } } }],
  ];
  test.each(everyOther(faults, 1))(
    "and whose every answer %s has landed, in one commit",
    async (_, fault) => {
      const { result, commits } = await promoteUnder([always(asks.push, fault)]);
      expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
      expect(commits).toBe(1);
    },
  );

  test("and that the transport then sends a second time has landed, in one commit", async () => {
    const { result, commits, pushes } = await promoteUnder([once(asks.push, "drop-after")]);
    expect(pushes).toBe(2);
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(commits).toBe(1);
  });

  test("and whose answer comes after git's time is up has landed, in one commit", async () => {
    const late = once(asks.push, { holdMs: 30_000 });
    const { result, commits } = await promoteUnder([late], { remote: { timeoutMs: 3_000 } });
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(commits).toBe(1);
  });

  test("and that cannot be read back is unknown, never failed", async () => {
    const { result, commits } = await promoteUnder([
      once(asks.push, "drop-after"),
      once(asks.push, "drop-after", 1),
      { on: asks.writerList, fault: { status: 503 }, after: 1 },
      { on: asks.list, fault: { status: 503 }, after: 2 },
    ]);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5, failure: { code: "unknown" } });
    expect(commits).toBe(1);
  });
});

describe("a push that a proxy says no to, after the server took it,", () => {
  test.each([403, 413, 429])(
    "with %i, and that cannot be read back, is unknown",
    async (status) => {
      const { result, commits } = await promoteUnder([
        always(asks.push, { after: { status } }),
        { on: asks.writerList, fault: { status: 503 }, after: 1 },
        { on: asks.list, fault: { status: 503 }, after: 2 },
      ]);
      expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
      expect(commits).toBe(1);
    },
  );
});

describe("a push that the server never saw", () => {
  // The rows left out here strike a push that was applied, or a list.
  const faults: readonly Row[] = [
    ["the connection is dropped", "drop-before"],
    ["it is answered 408", { status: 408 }],
    ["it is answered 413", { status: 413 }],
    ["it is answered 429", { status: 429, headers: { "retry-after": "1" } }],
    ["it is answered 500", { status: 500 }],
    ["it is answered 503", { status: 503 }],
    ["it is answered by an empty page", { status: 200 }],
    ["it is answered by a page of a proxy", { status: 200, body: "<html>log in</html>" }],
  ];
  test.each(everyOther(faults, 0))(
    "because %s is repeated, and lands in one commit",
    async (_, fault) => {
      const { result, commits, pushes } = await promoteUnder([once(asks.push, fault)]);
      expect(result).toMatchObject({ outcome: "landed", exit: 0 });
      expect(pushes).toBeGreaterThan(1);
      expect(commits).toBe(1);
    },
  );

  test.each(inTurn([500, 408], 0))(
    "because all are answered %i is unknown: the words are those of a push that was applied",
    async (status) => {
      const { result, commits } = await promoteUnder([always(asks.push, { status })], soon);
      expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
      expect(result.failure?.message).toContain(`HTTP ${status}`);
      expect(commits).toBe(0);
    },
  );

  test.each([
    [413, "refused", 4, "push-refused"],
    [403, "refused", 4, "push-refused"],
    [429, "failed", 6, "throttled"],
  ])("because all are answered %i has %s, and nothing is there", async (status, ...end) => {
    const [outcome, exit, code] = end;
    const { result, commits } = await promoteUnder([always(asks.push, { status })], soon);
    expect(result).toMatchObject({ outcome, exit, failure: { code } });
    expect(commits).toBe(0);
  });
});

describe("a list of refs for writers", () => {
  const faults: readonly Row[] = [
    ["dropped", "drop-before"],
    ["cut short", "cut-short"],
    ["late", { delayMs: 100 }],
    ["answered 429", { status: 429, headers: { "retry-after": "1" } }],
    ["answered 500", { status: 500 }],
    ["answered 403", { status: 403 }],
    ["a page of a proxy", { status: 200, body: "<html>log in</html>" }],
  ];
  test.each(numbered(faults))(
    "that is once %s, for the push or for the look afterwards, changes nothing",
    async (_, fault, row) => {
      for (const after of inTurn([0, 1], row)) {
        const { result, commits } = await promoteUnder([once(asks.writerList, fault, after)]);
        expect(result).toMatchObject({ outcome: "landed", exit: 0 });
        expect(commits).toBe(1);
      }
    },
  );

  test.each([
    [500, "failed", 1, "deadline"],
    [429, "failed", 6, "throttled"],
    [403, "refused", 4, "push-refused"],
    [301, "refused", 4, "push-refused"],
  ])("that is always answered %i has %s, and no push was sent", async (status, ...end) => {
    const [outcome, exit, code] = end;
    const headers = status === 301 ? { location: "http://127.0.0.1:1/app.git" } : {};
    const fault = { status, headers };
    const { result, commits, pushes } = await promoteUnder([always(asks.writerList, fault)], soon);
    expect(result).toMatchObject({ outcome, exit, failure: { code } });
    expect([commits, pushes]).toEqual([0, 0]);
  });
});

describe("a fetch", () => {
  const faults: readonly Row[] = [
    ["dropped", "drop-before"],
    ["dropped after the server's work", "drop-after"],
    ["cut short", "cut-short"],
    ["answered 429", { status: 429, headers: { "retry-after": "1" } }],
    ["answered 500", { status: 500 }],
    ["a page of a proxy", { status: 200, body: "<html>log in</html>" }],
  ];
  test.each(numbered(faults))(
    "that is once %s is repeated, and the promotion lands",
    async (...at) => {
      const [, fault, row] = at;
      // The first POST asks where the tip is, the second brings it, the third brings the files.
      const strikes = [
        once(asks.list, fault),
        once(asks.fetch, fault, 1),
        once(asks.fetch, fault, 2),
      ];
      for (const strike of inTurn(strikes, row)) {
        const { result, commits } = await promoteUnder([strike]);
        expect(result).toMatchObject({ outcome: "landed", exit: 0 });
        expect(commits).toBe(1);
      }
    },
  );

  test.each([
    [500, 1, "remote-unreachable"],
    [429, 6, "throttled"],
    [403, 1, "remote-denied"],
    [404, 1, "remote-not-found"],
    [301, 1, "remote-not-found"],
  ])("that is always answered %i has failed, and no push was tried", async (status, exit, code) => {
    const location = { location: "http://127.0.0.1:1/app.git/info/refs" };
    const fault = { status, headers: status === 301 ? location : {} };
    const { result, commits, pushes } = await promoteUnder([always(asks.list, fault)]);
    expect(result).toMatchObject({ outcome: "failed", exit, failure: { code } });
    expect([commits, pushes]).toEqual([0, 0]);
  });
});
