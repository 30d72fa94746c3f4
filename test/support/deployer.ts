/** `landfall promote` as a process of its own, which can be signalled at a chosen request. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { printImageName } from "../../src/core/image-ref.ts";
import type { PromoteResult } from "../../src/core/results/promote.ts";
import { type FaultWorld, type FaultWorldOptions, openFaultWorld } from "./fault-world.ts";

const cli = resolve(import.meta.dirname, "../../dist/cli.js");

/** When the process is signalled, and who is with it. */
export interface Blow {
  readonly signal: "SIGKILL" | "SIGTERM";
  /** The request, of git's and the registry's together, counted from 0; or the first of a kind. */
  readonly at: number | string;
  readonly when: "arrives" | "is answered";
  /** A machine that goes takes git along; the kernel's memory killer takes one process. */
  readonly who: "the machine" | "the process alone";
}

/** The deploy id of the process. */
export const victimsDeploy = "victim";

/** Runs `landfall promote` in a process group of its own. */
function startDeployer({ box, revisions, images }: FaultWorld): ChildProcess {
  const flags = {
    ...{ "--repository": box.url, "--branch": "main", "--path": "deploy", "--source": box.bare },
    ...{ "--revision": revisions[1]!, "--deploy-id": victimsDeploy },
    "--tag-format": "sha-{revision:7}",
  };
  const named = images.flatMap((image) => ["--image", printImageName(image)]);
  const argv = [cli, "promote", "--json", "--quiet", ...Object.entries(flags).flat(), ...named];
  const env = { PATH: process.env.PATH, TMPDIR: box.temporary };
  const stdio = ["ignore", "pipe", "ignore"] as const;
  return spawn(process.execPath, argv, { cwd: box.root, env, detached: true, stdio: [...stdio] });
}

/** Signals a deployer at one request, and says how it ended. */
export async function deployUnder(blow: Blow, options: FaultWorldOptions = {}) {
  let victim: ChildProcess | undefined;
  const seen = { arrived: 0, answered: 0, isStruck: false };
  function count(when: "arrived" | "answered", kind = ""): void {
    const isNow = blow.when === (when === "arrived" ? "arrives" : "is answered");
    if (isNow && [seen[when], kind].includes(blow.at)) strike();
    seen[when] += 1;
  }
  function strike(): void {
    if (victim?.pid === undefined || victim.exitCode !== null || seen.isStruck) return;
    seen.isStruck = true;
    process.kill(blow.who === "the machine" ? -victim.pid : victim.pid, blow.signal);
  }
  const world = await openFaultWorld({
    revisions: 1,
    ...options,
    gitFault(request) {
      count("arrived", request.kind);
      return options.gitFault?.(request) ?? "pass";
    },
    registryFault() {
      count("arrived");
      return "pass";
    },
    answered: ({ kind }) => count("answered", kind),
    registryAnswered: () => count("answered"),
  });
  victim = startDeployer(world);
  let out = "";
  victim.stdout?.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  const startedMs = Date.now();
  const [status, signal] = (await once(victim, "close")) as [number | null, string | null];
  return {
    ...{ world, status, signal, tookMs: Date.now() - startedMs, isStruck: seen.isStruck },
    result: out === "" ? undefined : (JSON.parse(out) as PromoteResult),
    /** Whether the server has nothing under way. */
    isIdle: () => seen.arrived === seen.answered,
  };
}
