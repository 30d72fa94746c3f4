/** kill -9 of the deployer at every request of a promotion, then the same promotion once more. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { printImageName } from "../../src/core/image-ref.ts";
import { type FaultWorld, openFaultWorld } from "../support/fault-world.ts";

const cli = resolve(import.meta.dirname, "../../dist/cli.js");

/** When the process dies, and who dies with it. */
interface Death {
  readonly at: number;
  readonly when: "arrives" | "is answered";
  /** A machine that goes takes git along; the kernel's memory killer takes one process. */
  readonly who: "the machine" | "the process alone";
}

/** Runs `landfall promote` in a process group of its own. */
function startDeployer({ box, revisions, images }: FaultWorld): ChildProcess {
  const flags = {
    ...{ "--repository": box.url, "--branch": "main", "--path": "deploy", "--source": box.bare },
    ...{ "--revision": revisions[1]!, "--deploy-id": "victim", "--tag-format": "sha-{revision:7}" },
  };
  const named = images.flatMap((image) => ["--image", printImageName(image)]);
  const argv = [cli, "promote", "--quiet", ...Object.entries(flags).flat(), ...named];
  const env = { PATH: process.env.PATH, TMPDIR: box.temporary };
  return spawn(process.execPath, argv, { cwd: box.root, env, detached: true, stdio: "ignore" });
}

/** Kills a deployer at one request, and says how it ended. */
async function openMorgue({ at, when, who }: Death) {
  let victim: ChildProcess | undefined;
  let arrived = 0;
  let answered = 0;
  const strike = (count: number) => {
    if (victim?.pid === undefined || victim.signalCode !== null || count !== at) return;
    process.kill(who === "the machine" ? -victim.pid : victim.pid, "SIGKILL");
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
    ...{ gitFault: arrives, answered: isAnswered, revisions: 1 },
    ...{ registryFault: arrives, registryAnswered: isAnswered },
  });
  victim = startDeployer(world);
  const [status, signal] = await once(victim, "exit");
  return { world, status, signal, isIdle: () => arrived === answered };
}

/** Goes through one death and the run after it. Returns whether it came before the end. */
async function dieAndRunAgain(death: Death): Promise<boolean> {
  const { world, status, signal, isIdle } = await openMorgue(death);
  const before = (await world.deploysInBranch()).length;
  const again = await world.deploy({ deploy: "again" });
  // A push that was sent before the death may still be under way.
  await expect.poll(isIdle, { timeout: 20_000 }).toBe(true);
  const context = `${JSON.stringify(death)}, ${before} before, then ${again.outcome}`;
  expect(await world.violations(), context).toEqual([]);
  expect(["landed", "unchanged"], context).toContain(again.outcome);
  expect((await world.deploysInBranch()).length, context).toBe(1);
  expect(await world.holds(1), context).toBe(true);
  if (signal === "SIGKILL") return true;
  expect([status, await world.deploysInBranch(), again.outcome]).toEqual([
    0,
    ["victim"],
    "unchanged",
  ]);
  return false;
}

test.each([
  ["arrives", "the machine"],
  ["is answered", "the machine"],
  ["arrives", "the process alone"],
] as const)(
  "at each request, when it %s, of %s: the next run comes to the same tree, with one deploy commit",
  async (when, who) => {
    let at = 0;
    while (await dieAndRunAgain({ at, when, who })) at += 1;
    // Two questions to the registry, and at least five to git.
    expect(at).toBeGreaterThanOrEqual(7);
  },
  120_000,
);
