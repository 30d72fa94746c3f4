/** Others who push while we land: between our fetch and our push, after it, again and again. */

import { expect, test } from "vitest";
import type { GitRequestSeen } from "../../../src/demo/git-server.ts";
import { asks, type FaultWorld, openFaultWorld } from "../../support/fault-world.ts";

/** Opens a world in which somebody acts when a request arrives, before the server looks at it. */
async function worldWith(
  acts: (world: FaultWorld, request: GitRequestSeen) => Promise<unknown> | undefined,
) {
  let world: FaultWorld | undefined;
  world = await openFaultWorld({
    async gitFault(request) {
      if (world !== undefined) await acts(world, request);
      return "pass" as const;
    },
  });
  return world;
}

/** Somebody's commit beside the manifests. */
const note = (text: string) => [{ path: "docs/notes.md", bytes: `${text}\n` }];

test.each([
  ["before the push looks at the branch, so that git itself says no", asks.writerList],
  ["while the push is under way, so that the server says no", asks.push],
])("one who pushes once, %s, is kept, and we land on top", async (_, at) => {
  const world = await worldWith(({ box }, { kind, before }) =>
    kind === at && before === 0 ? box.addCommit(note("theirs")) : undefined,
  );
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 2 });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
  expect(await world.holds(1)).toBe(true);
  expect(String(await world.box.fileAt("docs/notes.md"))).toBe("theirs\n");
});

test("one who pushes five times, each time between our fetch and our push, is kept", async () => {
  const world = await worldWith(({ box }, { kind, before }) =>
    // Of the lists for writers, a lost round asks for one.
    kind === asks.writerList && before < 5 ? box.addCommit(note(`theirs ${before}`)) : undefined,
  );
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 6 });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
  expect(String(await world.box.fileAt("docs/notes.md"))).toBe("theirs 4\n");
});

test("one who never stops is not fought for ever: failed, and nothing of ours is there", async () => {
  const world = await worldWith(({ box }, { kind, before }) =>
    kind === asks.writerList ? box.addCommit(note(`theirs ${before}`)) : undefined,
  );
  const result = await world.deploy({ policy: { timeoutMs: 1_500 } });
  expect(result).toMatchObject({ outcome: "failed", exit: 1, failure: { code: "deadline" } });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([]);
});

test("one who changes other lines of our manifest keeps them, and we move our tag beside", async () => {
  const path = "deploy/api.yaml";
  let theirs = "";
  const world = await worldWith(async ({ box }, { kind, before }) => {
    if (kind !== asks.push || before > 0) return;
    theirs = `# theirs\n${await box.fileAt(path)}`;
    await box.addCommit([{ path, bytes: theirs }]);
  });
  const tagBefore = `sha-${world.revisions[0]!.slice(0, 7)}`;
  const tagAfter = `sha-${world.revisions[1]!.slice(0, 7)}`;
  expect(await world.deploy()).toMatchObject({ outcome: "landed", attempts: 2 });
  expect(await world.violations()).toEqual([]);
  expect(String(await world.box.fileAt(path))).toBe(theirs.replaceAll(tagBefore, tagAfter));
});

test("one who lands the same by hand leaves us nothing to do: unchanged", async () => {
  const world = await worldWith(({ box, manifestsAt }, { kind, before }) =>
    kind === asks.push && before === 0 ? box.addCommit(manifestsAt(1)) : undefined,
  );
  expect(await world.deploy()).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([]);
});

test("one who lands a newer revision is not moved back: superseded, and recorded", async () => {
  const world = await worldWith(({ box, manifestsAt }, { kind, before }) =>
    kind === asks.push && before === 0 ? box.addCommit(manifestsAt(2)) : undefined,
  );
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "superseded", exit: 0 });
  expect(await world.violations()).toEqual([]);
  expect(await world.holds(2)).toBe(true);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("two who push on top of us before we look do not hide that we landed", async () => {
  const world = await worldWith(async ({ box }, { kind, before }) => {
    // The second list for writers is the look after the push.
    if (kind !== asks.writerList || before !== 1) return;
    await box.addCommit(note("theirs"));
    await box.addCommit(note("theirs again"));
  });
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
  expect(result.tip).toBe(await world.box.tip());
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("two who push on top of us do not hide it either when our answer was lost", async () => {
  const world = await openFaultWorld({
    strikes: [
      { on: asks.push, fault: "drop-after" },
      {
        on: asks.writerList,
        after: 1,
        times: 1,
        async act(box) {
          await box.addCommit(note("theirs"));
          await box.addCommit(note("theirs again"));
        },
      },
    ],
  });
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 1 });
  expect(await world.violations()).toEqual([]);
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
});

test("one who sets the branch back is not overruled: what they took out stays out", async () => {
  let base = "";
  let takenOut = "";
  const world = await worldWith(async ({ box }, { kind, before }) => {
    if (kind !== asks.writerList) return;
    // Both tips are known here by then, and the one is behind the other.
    if (before === 0) takenOut = await box.addCommit(note("a secret"));
    if (before === 1) await box.git(box.bare, "update-ref", "refs/heads/main", base);
  });
  base = await world.box.tip();
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 3 });
  expect(await world.deploysInBranch()).toEqual([result.deploy]);
  expect(await world.holds(1)).toBe(true);
  const history = await world.box.git(world.box.bare, "rev-list", "main");
  expect(history).not.toContain(takenOut);
});

test("one who removes the branch is not overruled: failed, and it stays away", async () => {
  const world = await worldWith(({ box }, { kind, before }) =>
    kind === asks.writerList && before === 0
      ? box.git(box.bare, "update-ref", "-d", "refs/heads/main")
      : undefined,
  );
  const result = await world.deploy();
  expect(result).toMatchObject({ outcome: "failed", failure: { code: "remote-not-found" } });
  expect(await world.box.git(world.box.bare, "for-each-ref", "refs/heads/main")).toBe("");
});

test("the same deploy, and the same revision under another id, land once", async () => {
  const world = await openFaultWorld();
  await world.deploy({ deploy: "same" });
  expect(await world.deploy({ deploy: "same" })).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await world.deploy()).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await world.deploysInBranch()).toEqual(["same"]);
});
