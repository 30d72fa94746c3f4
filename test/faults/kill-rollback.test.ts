/** kill -9 of a rollback at every request that it makes, then the same rollback once more. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { holdsPath, readHolds } from "../../src/core/hold.ts";
import type { Tag } from "../../src/core/ids.ts";
import { printImageName } from "../../src/core/image-ref.ts";
import { type FaultWorld, openFaultWorld } from "../support/fault-world.ts";

const cli = resolve(import.meta.dirname, "../../dist/cli.js");

/** Runs `landfall rollback --steps 1` in a process group of its own. */
function startRollback(world: FaultWorld, deploy: string): ChildProcess {
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
  const argv = [cli, "rollback", "--quiet", ...Object.entries(flags).flat(), ...named];
  const env = { PATH: process.env.PATH, TMPDIR: box.temporary };
  return spawn(process.execPath, argv, {
    cwd: box.root,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** A world with two deploys, and a rollback in it that dies at one request. */
async function openMorgue(at: number, when: "arrives" | "is answered") {
  let victim: ChildProcess | undefined;
  let arrived = 0;
  let answered = 0;
  const strike = (count: number) => {
    if (victim?.pid === undefined || count !== at) return;
    process.kill(-victim.pid, "SIGKILL");
  };
  const arrives = () => {
    if (when === "arrives") strike(arrived);
    arrived += 1;
    return "pass" as const;
  };
  const isAnswered = () => {
    if (when === "is answered") strike(answered);
    answered += 1;
  };
  const world = await openFaultWorld({
    ...{ gitFault: arrives, answered: isAnswered, revisions: 2 },
    ...{ registryFault: arrives, registryAnswered: isAnswered },
  });
  const { box } = world;
  await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/source");
  for (const revision of [1, 2]) await world.deploy({ revision });
  [arrived, answered] = [0, 0];
  victim = startRollback(world, "victim");
  const [, signal] = await once(victim, "exit");
  victim = undefined;
  return { world, signal, isIdle: () => arrived === answered };
}

/** Goes through one death and the run after it. Returns whether it came before the end. */
async function dieAndRunAgain(at: number, when: "arrives" | "is answered"): Promise<boolean> {
  const { world, signal, isIdle } = await openMorgue(at, when);
  const again = startRollback(world, "again");
  const said = text(again.stdout!);
  const [status] = await once(again, "exit");
  // A push that was sent before the death may still be under way.
  await expect.poll(isIdle, { timeout: 20_000 }).toBe(true);
  const context = `killed at ${at} when it ${when}, then ${await said}`;
  expect(status, context).toBe(0);
  expect(await world.holds(1), context).toBe(true);
  expect(await world.deploysInBranch(), context).toHaveLength(3);
  const holds = readHolds(await world.box.fileAt(holdsPath));
  expect(holds, context).toMatchObject([{ images: world.images, through: world.revisions[2] }]);
  expect(await world.violations("pins by hand"), context).toEqual([]);
  expect(await world.deploy({ revision: 2 }), context).toMatchObject({ outcome: "held", exit: 4 });
  return signal === "SIGKILL";
}

/** A request that has been answered is much like one that has not yet arrived: in turn, or all. */
function deathsAt(at: number) {
  const both = ["arrives", "is answered"] as const;
  return process.env.REQUIRE_ALL === "1" ? both : [both[at % 2]!];
}

test("at each request: the next run comes to the same tree, with one rollback and one hold", async () => {
  let at = 0;
  for (let isBeforeTheEnd = true; isBeforeTheEnd; at += 1) {
    for (const when of deathsAt(at)) isBeforeTheEnd &&= await dieAndRunAgain(at, when);
  }
  // Two questions to the registry, two to read the past, and at least five to land.
  expect(at).toBeGreaterThan(9);
}, 300_000);
