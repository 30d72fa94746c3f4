/** A rollback and a promotion that meet on a real server, in both orders. */

import { expect, test } from "vitest";
import { printImageName } from "../../../src/core/image-ref.ts";
import { holdsPath, readHolds } from "../../../src/core/landing/holds-file.ts";
import type { GitFault } from "../../../src/demo/git-server.ts";
import { asks, type FaultWorld, openFaultWorld } from "../../support/fault-world.ts";
import { runCli } from "../../support/run-cli.ts";

/** Runs `landfall rollback --to` the first revision, and returns what it says. */
async function rollBack({ box, images, revisions }: FaultWorld) {
  const flags = {
    ...{ "--repository": box.url, "--branch": "main", "--path": "deploy", "--source": box.bare },
    ...{ "--to": revisions[1]!, "--reason": "it is slow", "--tag-format": "sha-{revision:7}" },
  };
  const named = images.flatMap((image) => ["--image", printImageName(image)]);
  const argv = ["rollback", "--json", "--quiet", ...Object.entries(flags).flat(), ...named];
  const { out, err } = await runCli(argv, { cwd: box.root });
  expect(err).toBe("");
  return JSON.parse(out);
}

/** A world with two deploys. `meet` is done once, when somebody's push is next to arrive. */
async function openMeeting() {
  let meet: (() => Promise<unknown>) | undefined;
  const world = await openFaultWorld({
    revisions: 3,
    async gitFault({ kind }): Promise<GitFault> {
      if (kind !== asks.push || meet === undefined) return "pass";
      const now = meet;
      meet = undefined;
      await now();
      return "pass";
    },
  });
  await world.box.git(world.box.bare, "symbolic-ref", "HEAD", "refs/heads/source");
  for (const revision of [1, 2]) await world.deploy({ revision });
  const heldThrough = async () =>
    readHolds(await world.box.fileAt(holdsPath)).map(({ through }) => through);
  const onPush = (act: () => Promise<unknown>) => {
    meet = act;
  };
  return { world, heldThrough, onPush };
}

test("a newer revision that lands first goes out too: it is held, and named", async () => {
  const { world, heldThrough, onPush } = await openMeeting();
  onPush(async () => expect(await world.deploy({ revision: 3 })).toMatchObject({ exit: 0 }));
  const result = await rollBack(world);
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 2 });
  expect(result.warnings.join()).toContain(`${world.revisions[3]} landed meanwhile`);
  expect(await world.holds(1)).toBe(true);
  expect(await heldThrough()).toEqual([world.revisions[3]]);
  expect(await world.deploysInBranch()).toHaveLength(4);
  expect(await world.deploy({ revision: 3 })).toMatchObject({ outcome: "held", exit: 4 });
}, 60_000);

test("a newer revision that lands after it is newer than the hold, and stands", async () => {
  const { world, heldThrough, onPush } = await openMeeting();
  onPush(async () => expect(await rollBack(world)).toMatchObject({ outcome: "landed" }));
  const result = await world.deploy({ revision: 3 });
  expect(result).toMatchObject({ outcome: "landed", exit: 0, attempts: 2 });
  expect(await world.holds(3)).toBe(true);
  expect(await heldThrough()).toEqual([world.revisions[2]]);
}, 60_000);

test("what goes out, promoted again at that moment, stays out", async () => {
  const { world, heldThrough, onPush } = await openMeeting();
  onPush(async () => expect(await world.deploy({ revision: 2 })).toMatchObject({ exit: 0 }));
  expect(await rollBack(world)).toMatchObject({ outcome: "landed", exit: 0 });
  expect(await world.holds(1)).toBe(true);
  expect(await heldThrough()).toEqual([world.revisions[2]]);
  expect(await world.deploy({ revision: 2 })).toMatchObject({ outcome: "held", exit: 4 });
}, 60_000);
