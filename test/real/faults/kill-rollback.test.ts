/** kill -9 of a rollback at every request that it makes, then the same rollback once more. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { Tag } from "../../../src/core/ids.ts";
import { printImageName } from "../../../src/core/image-ref.ts";
import { holdsPath, readHolds } from "../../../src/core/landing/holds-file.ts";
import { allOr, inTurn } from "../../support/all-or-some.ts";
import { type FaultWorld, openFaultWorld } from "../../support/fault-world.ts";
import { runCli } from "../../support/run-cli.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.js");

// A request that has been answered is much like one that has not yet arrived.
const moments = ["arrives", "is answered"] as const;
type Moment = (typeof moments)[number];

/** The words of `landfall rollback --steps 1`, of which the world is told. */
function rollbackIn(world: FaultWorld, deploy: string): readonly string[] {
  const { box, images, revisions } = world;
  const revision = revisions[1]!;
  const tag = `sha-${revision.slice(0, 7)}` as Tag;
  world.operations.push({
    ...{ actor: deploy, command: "rollback", deploy, revision, startedMs: 0, isRepeat: false },
    images: images.map((image) => ({ image, tag })),
  });
  const flags = {
    ...{ "--repository": box.url, "--branch": "main", "--path": "deploy", "--source": box.bare },
    ...{ "--steps": "1", "--reason": "it is slow", "--tag-format": "sha-{revision:7}" },
    "--deploy-id": deploy,
  };
  const named = images.flatMap((image) => ["--image", printImageName(image)]);
  return ["rollback", "--quiet", ...Object.entries(flags).flat(), ...named];
}

/** A branch with two deploys, and the worlds that begin with it. */
async function openPast() {
  const seen = { arrives: 0, "is answered": 0 };
  let strike: (when: Moment) => void = () => {};
  const count = (when: Moment) => {
    strike(when);
    seen[when] += 1;
  };
  const arrives = () => {
    count("arrives");
    return "pass" as const;
  };
  const answered = () => count("is answered");
  const hooks = { gitFault: arrives, answered };
  const past = await openFaultWorld({
    ...{ ...hooks, revisions: 2, registryFault: arrives, registryAnswered: answered },
  });
  writeFileSync(join(past.box.bare, "HEAD"), "ref: refs/heads/source\n");
  for (const revision of [1, 2]) await past.deploy({ revision });
  /** Lets a rollback die at one request. */
  async function openMorgue(at: number, when: Moment) {
    const world = await openFaultWorld({ ...hooks, like: past });
    [seen.arrives, seen["is answered"]] = [0, 0];
    const victim = startRollback(world);
    strike = (now) => {
      if (now === when && seen[now] === at) process.kill(-victim.pid!, "SIGKILL");
    };
    const [, signal] = await once(victim, "exit");
    strike = () => {};
    return { world, signal, isIdle: () => seen.arrives === seen["is answered"] };
  }
  return openMorgue;
}

/** Runs the rollback in a process group of its own. */
function startRollback(world: FaultWorld): ChildProcess {
  const { box } = world;
  return spawn(process.execPath, [cli, ...rollbackIn(world, "victim")], {
    ...{ cwd: box.root, env: { PATH: process.env.PATH, TMPDIR: box.temporary } },
    ...{ detached: true, stdio: "ignore" },
  });
}

/** Goes through one death and the run after it. Returns whether it came before the end. */
async function dieAndRunAgain(
  openMorgue: Awaited<ReturnType<typeof openPast>>,
  at: number,
  when: Moment,
): Promise<boolean> {
  const { world, signal, isIdle } = await openMorgue(at, when);
  const { box } = world;
  const again = await runCli(rollbackIn(world, "again"), { cwd: box.root });
  // A push that was sent before the death may still be under way.
  await expect.poll(isIdle, { timeout: 20_000 }).toBe(true);
  const context = `killed at ${at} when it ${when}, then ${again.out}`;
  expect(again.status, context).toBe(0);
  expect(await world.holds(1), context).toBe(true);
  expect(await world.deploysInBranch(), context).toHaveLength(3);
  const holds = readHolds(await box.fileAt(holdsPath));
  expect(holds, context).toMatchObject([{ images: world.images, through: world.revisions[2] }]);
  expect(await world.violations("pins by hand"), context).toEqual([]);
  expect(await world.deploy({ revision: 2 }), context).toMatchObject({ outcome: "held", exit: 4 });
  return signal === "SIGKILL";
}

test("at each request: the next run comes to the same tree, with one rollback and one hold", async () => {
  const openMorgue = await openPast();
  let at = 0;
  for (let row = 0, isBeforeTheEnd = true; isBeforeTheEnd; row += 1) {
    at = row * allOr(1, 2);
    for (const when of inTurn(moments, row)) {
      isBeforeTheEnd &&= await dieAndRunAgain(openMorgue, at, when);
    }
  }
  // Two questions to the registry, two to read the past, and at least five to land.
  expect(at).toBeGreaterThanOrEqual(9);
}, 300_000);
