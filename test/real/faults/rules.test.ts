/** Servers that will not: hooks, protected branches, rights, locks. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GitAnswer } from "../../../src/demo/git-server.ts";
import { inTurn, numbered } from "../../support/all-or-some.ts";
import { asks, openFaultWorld, type Strike, stillClock } from "../../support/fault-world.ts";
import { pushReport } from "../../support/push-report.ts";

/** For what never gets better. */
const briefly = () => ({ clock: stillClock(), policy: { timeoutMs: 3_000 } });

describe("a hook that declines", () => {
  test.each([
    ["pre-receive", "pre-receive hook declined"],
    ["update", "hook declined"],
  ])(
    "%s is refused in its words, without end of tries, and nothing is there",
    async (name, why) => {
      const world = await openFaultWorld();
      world.box.addHook(name, "echo no deploys on Fridays; exit 1");
      const result = await world.deploy();
      expect(result).toMatchObject({
        outcome: "refused",
        exit: 4,
        failure: { code: "push-refused" },
      });
      expect(result.failure?.message).toContain("no deploys on Fridays");
      expect(result.failure?.message).toContain(why);
      expect(world.box.stats.byKind[asks.push]).toBe(2);
      expect(await world.violations()).toEqual([]);
      expect(await world.deploysInBranch()).toEqual([]);
    },
  );

  test.each(["pre-receive", "update"])(
    "%s once, and then not, lets the deploy land",
    async (name) => {
      const world = await openFaultWorld();
      world.box.addHook(name, `test -e "$GIT_DIR/asked" && exit 0; touch "$GIT_DIR/asked"; exit 1`);
      expect(await world.deploy()).toMatchObject({ outcome: "landed", exit: 0, attempts: 2 });
      expect(await world.violations()).toEqual([]);
      expect((await world.deploysInBranch()).length).toBe(1);
    },
  );

  test("and lies in git's own words is refused all the same", async () => {
    const world = await openFaultWorld();
    const lie =
      "= refs/heads/main:refs/heads/main [up to date]; echo Done; echo Everything up-to-date";
    world.box.addHook("pre-receive", `echo ${lie}; exit 1`);
    expect(await world.deploy()).toMatchObject({ outcome: "refused", exit: 4 });
    expect(await world.violations()).toEqual([]);
    expect(await world.deploysInBranch()).toEqual([]);
  });

  test("of a post-receive kind that fails changes nothing: it runs after the branch has moved", async () => {
    const world = await openFaultWorld();
    world.box.addHook("post-receive", "echo could not tell the others >&2; exit 1");
    expect(await world.deploy()).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
    expect(await world.violations()).toEqual([]);
  });
});

/** What forges report, as their users quote it (docs/robustness.md has where). */
const protections: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "GitHub: a pull request is required",
    "ng protected branch hook declined",
    [
      "error: GH006: Protected branch update failed for refs/heads/main.",
      "error: Changes must be made through a pull request.",
    ],
  ],
  [
    "GitHub: a check is required",
    "ng protected branch hook declined",
    [
      "error: GH006: Protected branch update failed for refs/heads/main.",
      'error: Required status check "Build" is expected.',
    ],
  ],
  [
    "GitHub: a ruleset",
    "ng push declined due to repository rule violations",
    [
      "error: GH013: Repository rule violations found for refs/heads/main.",
      "- Commits must have verified signatures.",
    ],
  ],
  [
    "GitHub: a workflow file",
    "ng refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission",
    [],
  ],
  [
    "GitLab: a protected branch",
    "ng pre-receive hook declined",
    ["GitLab: You are not allowed to push code to protected branches on this project."],
  ],
  ["vanilla: no rewinding", "ng non-fast-forward", ["error: denying non-fast-forward"]],
];

test.each(protections)("%s: refused in the server's words", async (_, verdict, words) => {
  const report = pushReport(verdict, words);
  const world = await openFaultWorld({ strikes: [{ on: asks.push, fault: report }] });
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "refused", exit: 4, failure: { code: "push-refused" } });
  for (const line of [verdict.slice(3), ...words]) expect(result.failure?.message).toContain(line);
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([]);
});

/** Words of a server's own trouble, which say nothing of what became of the branch. */
const troubles: readonly (readonly [string, string])[] = [
  ["GitHub: Internal Server Error", "ng Internal Server Error"],
  ["GitHub: the step that moves the branch failed", "ng failure"],
  ["GitHub: cannot lock ref, at another commit", "ng cannot lock ref: is at a but expected b"],
  ["git 2.51: incorrect old value provided", "ng incorrect old value provided"],
  ["git: a transaction that failed", "ng atomic transaction failed"],
  ["a reason that nobody knows", "ng quux"],
];

type Saying = (report: GitAnswer) => Omit<Strike, "on">;
const saidOn: readonly (readonly [string, Saying, object])[] = [
  ["on a push that was applied: landed, once", (report) => ({ fault: { after: report } }), {}],
  [
    "once, on a push that was not: lands with the next",
    (report) => ({ fault: report, times: 1 }),
    { attempts: 2 },
  ],
];

describe.each(numbered(troubles))("%s", (_, verdict, row) => {
  test.each(inTurn(saidOn, row))("%s", async (_when, strike, landed) => {
    const strikes = [{ on: asks.push, ...strike(pushReport(verdict)) }];
    const world = await openFaultWorld({ strikes });
    expect(await world.deploy()).toMatchObject({ outcome: "landed", exit: 0, ...landed });
    expect(await world.violations()).toEqual([]);
    expect((await world.deploysInBranch()).length).toBe(1);
  });
});

describe("a server that says yes", () => {
  test("and has not moved the branch is not believed: never landed", async () => {
    const world = await openFaultWorld({ strikes: [{ on: asks.push, fault: pushReport("ok") }] });
    const result = await world.deploy(briefly());
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(await world.violations()).toEqual([]);
    expect(await world.deploysInBranch()).toEqual([]);
  });

  test("once without moving the branch is pushed to again", async () => {
    const strike = { on: asks.push, fault: pushReport("ok"), times: 1 };
    const world = await openFaultWorld({ strikes: [strike] });
    expect(await world.deploy(briefly())).toMatchObject({
      outcome: "landed",
      exit: 0,
      attempts: 2,
    });
    expect(await world.violations()).toEqual([]);
  });

  test("with a warning that a rule was bypassed has landed", async () => {
    const words = ["Bypassed rule violations for refs/heads/main:"];
    const fault = { after: pushReport("ok", words) };
    const world = await openFaultWorld({ strikes: [{ on: asks.push, fault }] });
    expect(await world.deploy()).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
    expect(await world.violations()).toEqual([]);
  });
});

describe("the lock of the branch", () => {
  test("held for a while delays the deploy, which lands once", async () => {
    const world = await openFaultWorld({
      strikes: [{ on: asks.push, after: 2, times: 1, act: (box) => box.unlockRef("main") }],
    });
    world.box.lockRef("main");
    expect(await world.deploy()).toMatchObject({ outcome: "landed", exit: 0, attempts: 3 });
    expect(await world.violations()).toEqual([]);
    expect((await world.deploysInBranch()).length).toBe(1);
  });

  test("held by the first copy of a push that the transport sent twice: landed, once", async () => {
    const world = await openFaultWorld({
      strikes: [{ on: asks.push, fault: "drop-during", times: 1 }],
    });
    // The lock is held while this hook runs. The second copy comes at once, and meets it.
    world.box.addHook("reference-transaction", `test "$1" = prepared && sleep 1; exit 0`);
    const result = await world.deploy();
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    expect(world.box.stats.byKind[asks.push]).toBeGreaterThan(1);
    expect(await world.violations()).toEqual([]);
    expect(await world.deploysInBranch()).toEqual([result.deploy]);
  });

  test("held by that first copy until the time is up: unknown, for it may yet land", async () => {
    const world = await openFaultWorld({
      strikes: [
        { on: asks.push, fault: "drop-during", times: 1 },
        // The second copy comes when the first has the lock for certain.
        { on: asks.push, after: 1, fault: { delayMs: 2_000 }, times: 1 },
      ],
    });
    // Until somebody lets go, and not for ever.
    const letGo = join(world.box.root, "let-go");
    const wait = `for i in $(seq 200); do test -e '${letGo}' && break; sleep 0.1; done`;
    world.box.addHook("reference-transaction", `test "$1" = prepared && { ${wait}; }; exit 0`);
    const result = await world.deploy({ policy: { timeoutMs: 1 } });
    writeFileSync(letGo, "");
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    await expect.poll(() => world.deploysInBranch(), { timeout: 10_000 }).toEqual([result.deploy]);
    expect(await world.violations()).toEqual([]);
  });

  test("held for ever is named when the time is up: unknown, and nothing is there", async () => {
    const world = await openFaultWorld();
    world.box.lockRef("main");
    const result = await world.deploy(briefly());
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.failure?.message).toMatch(/does not tell: .*main\.lock/);
    expect(await world.violations()).toEqual([]);
    expect(await world.deploysInBranch()).toEqual([]);
  });
});

describe("a server that will not take the push", () => {
  test("because the repository is read-only has refused, and nothing is there", async () => {
    const world = await openFaultWorld({ settings: { "http.receivepack": "false" } });
    const result = await world.deploy();
    expect(result).toMatchObject({
      outcome: "refused",
      exit: 4,
      failure: { code: "push-refused" },
    });
    expect(result.failure?.message).toContain("403");
    expect(world.box.stats.byKind[asks.push]).toBeUndefined();
    expect(await world.violations()).toEqual([]);
  });

  test("because the pack is too big has refused, and says so", async () => {
    const world = await openFaultWorld({ settings: { "receive.maxInputSize": "20" } });
    const result = await world.deploy();
    expect(result).toMatchObject({ outcome: "refused", exit: 4 });
    expect(result.failure?.message).toContain("maximum allowed size");
    expect(await world.violations()).toEqual([]);
  });

  test("and sends the reader elsewhere is not followed, and the other server sees nothing", async () => {
    const other = await openFaultWorld();
    const seen = other.box.stats.requests;
    for (const [row, on] of [asks.writerList, asks.push].entries()) {
      const location = `${other.box.url}/${on === asks.push ? "git-receive-pack" : "info/refs?service=git-receive-pack"}`;
      for (const status of inTurn([302, 307], row)) {
        const fault = { status, headers: { location } };
        const world = await openFaultWorld({ strikes: [{ on, fault }] });
        expect(await world.deploy()).toMatchObject({ outcome: "refused", exit: 4 });
        expect(await world.violations()).toEqual([]);
        expect(await world.deploysInBranch()).toEqual([]);
      }
    }
    expect(other.box.stats.requests).toBe(seen);
  });
});
