/** The checker beside others who push, and in front of servers that do not answer well. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { readMessage } from "../../../src/core/landing/commit-message.ts";
import type { RegistryFault, RegistryRequestSeen } from "../../../src/demo/registry-server.ts";
import { everyOther } from "../../support/all-or-some.ts";
import { ociError } from "../../support/faulty-http.ts";
import { openSyncWorld, type SyncWorld, tagOf } from "../../support/sync-world.ts";

/** A world with a lost deploy, in which somebody acts just before the first push arrives. */
async function openRace(act: (world: SyncWorld, newest: Revision) => Promise<unknown>) {
  let isNext = true;
  const world = await openSyncWorld({
    git: {
      async fault({ kind }) {
        if (kind !== "git-receive-pack:GET" || !isNext) return "pass" as const;
        isNext = false;
        await act(world, newest);
        return "pass" as const;
      },
    },
  });
  const newest = await world.code();
  await world.publish(newest);
  return { world, newest };
}

/** Outcome and revision of Landfall's own commits, newest first. */
async function records({ box }: SyncWorld) {
  const log = await box.git(box.bare, "log", "--format=%B%x00", "main");
  return log.split("\0").flatMap((message) => {
    const record = readMessage(message);
    return record === undefined ? [] : [[record.outcome, record.revision]];
  });
}

describe("while the repair is on its way,", () => {
  test("the promotion that was thought lost lands: nothing is left to do", async () => {
    const { world, newest } = await openRace((at, revision) => at.promote(revision));
    expect(await world.sync()).toMatchObject({
      ...{ verdict: "in-sync", outcome: "unchanged", exit: 0, attempts: 2 },
    });
    expect(await records(world)).toEqual([["landed", newest]]);
  });

  test("a newer revision lands: it is not moved back", async () => {
    const { world } = await openRace(async (at) => {
      const newer = await at.code();
      await at.publish(newer);
      expect((await at.promote(newer)).status).toBe(0);
    });
    expect(await world.sync()).toMatchObject({ verdict: "in-sync", exit: 0 });
    const [[outcome, newer] = []] = await records(world);
    expect(outcome).toBe("landed");
    expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(newer!)));
  });

  test("a hold is put on it: it stays out", async () => {
    const { world } = await openRace((at, revision) => at.hold(revision));
    expect(await world.sync()).toMatchObject({ verdict: "held", outcome: "unchanged", exit: 0 });
    expect(await records(world)).toEqual([]);
  });

  test("it lands, and is moved away by hand: it stays away", async () => {
    const { world, newest } = await openRace(async (at, revision) => {
      await at.promote(revision);
      await at.commit(at.pinned(tagOf(at.first)), { message: "Revert it" });
    });
    expect(await world.sync()).toMatchObject({ verdict: "reverted", exit: 3 });
    expect(await records(world)).toEqual([["landed", newest]]);
  });

  test("another file changes: both stand", async () => {
    const { world, newest } = await openRace((at) =>
      at.commit({ "k8s/more.yaml": "replicas: 2\n" }, { message: "chore: replicas" }),
    );
    expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(await records(world)).toEqual([["recovered", newest]]);
    expect((await world.box.fileAt("k8s/more.yaml")).toString()).toBe("replicas: 2\n");
  });

  test("another run repairs: there is one commit", async () => {
    const { world, newest } = await openRace((at) => at.sync());
    expect(await world.sync()).toMatchObject({ verdict: "in-sync", outcome: "unchanged", exit: 0 });
    expect(await records(world)).toEqual([["recovered", newest]]);
  });
});

test("a promotion during which a run repairs is unchanged", async () => {
  const { world, newest } = await openRace((at) => at.sync());
  const { out } = await world.promote(newest);
  expect(JSON.parse(out)).toMatchObject({ outcome: "unchanged", exit: 0 });
  expect(await records(world)).toEqual([["recovered", newest]]);
});

test("the server refuses the repair: its words are told, with status 4", async () => {
  const { world } = await openRace(async () => {});
  world.box.addHook("pre-receive", "echo no pushes on Fridays >&2; exit 1");
  const result = await world.check();
  expect(result).toMatchObject({ verdict: "behind", outcome: "refused", exit: 4 });
  expect(result.failure?.message).toContain("no pushes on Fridays");
  expect(result.images.map(({ fixed }) => fixed)).toEqual([false, false]);
});

test("the branch cannot be read: nothing is said to be in sync", async () => {
  const world = await openSyncWorld({ git: { fault: () => ({ status: 503 }) } });
  expect(await world.check()).toMatchObject({
    ...{ verdict: "unreadable", exit: 1, images: [], failure: { code: "remote-unreachable" } },
  });
});

describe("a registry that", () => {
  const json = (status: number, code: string, message: string) =>
    ociError(status, code, message) as RegistryFault;
  const hidden = "OCI index found, but Accept header does not support OCI indexes";
  const quota = "You have reached your unauthenticated pull rate limit.";
  const rows: readonly (readonly [string, RegistryFault, string, number])[] = [
    ["answers 429", json(429, "TOOMANYREQUESTS", "allowed: 2000/minute"), "throttled", 6],
    ["answers 429 for hours", json(429, "TOOMANYREQUESTS", quota), "throttled", 6],
    ["answers 500", { status: 500 }, "registry-unreachable", 1],
    ["answers 403", json(403, "DENIED", "access is denied"), "registry-denied", 1],
    ["hides it from our Accept", json(404, "MANIFEST_UNKNOWN", hidden), "registry-unreachable", 1],
    ["answers 404 as a proxy", { status: 404, body: "not found" }, "registry-unreachable", 1],
    ["never answers", "hang", "registry-unreachable", 1],
    ["hangs up", "drop", "registry-unreachable", 1],
  ];
  test.each(everyOther(rows, 0))(
    "%s says nothing of an image: unreadable, and nothing is pushed",
    async (...row) => {
      const [, fault, code, exit] = row;
      const world = await openSyncWorld();
      await world.publish(await world.code());
      world.setRegistryFault(() => fault);
      const tip = await world.box.tip();
      const result = await world.check({}, 2_000);
      expect(result).toMatchObject({ verdict: "unreadable", exit, failure: { code } });
      expect(result.images.map(({ verdict }) => verdict)).toEqual(["unreadable", "unreadable"]);
      expect(await world.box.tip()).toBe(tip);
    },
  );

  test("fails for one image keeps its neighbour where it is", async () => {
    const isApi = ({ path }: RegistryRequestSeen) => path.includes("/api/");
    const world = await openSyncWorld();
    await world.publish(await world.code());
    world.setRegistryFault((seen) => (isApi(seen) ? { status: 500 } : "pass"));
    expect(await world.check()).toMatchObject({ verdict: "unreadable", exit: 1 });
    expect(Object.values(await world.held())).toEqual(Array(3).fill(tagOf(world.first)));
  });

  test("does not have it, in its own words, has no such image", async () => {
    const world = await openSyncWorld();
    const never = await world.code();
    expect(await world.check()).toMatchObject({ verdict: "stalled", exit: 3 });
    await world.publish(never);
    expect(await world.check()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
  });
});
