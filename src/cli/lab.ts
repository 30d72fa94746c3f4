/** `landfall lab git|registry|deploy`: the parts of a race of processes. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { printImageName } from "../core/image-ref.ts";
import { inFolder } from "../demo/lab-place.ts";
import { labImages, labNames } from "../demo/lab-repository.ts";
import {
  type LabRace,
  makeRepository,
  serveLabGit,
  serveLabRegistry,
} from "../demo/lab-servers.ts";
import { waitAtStart } from "../demo/start-line.ts";
import { type Process, usageError } from "../settings/process.ts";
import { lineupOf } from "../simulation/scenarios.ts";
import { runPromote } from "./promote.ts";

/** The flags of every part of a race, as typed. */
export interface LabFlags {
  readonly deployers: string;
  readonly seed: string;
  readonly registry: string;
}

/** Serves the repository and the start line until the process is told to stop. */
export async function runLabGit(
  flags: LabFlags & { readonly port: string; readonly startPort: string },
  io: Process,
): Promise<number> {
  onlyInRace(io);
  const ports = { git: portOf(flags.port), start: portOf(flags.startPort) };
  await serveLabGit(raceOf(flags), ports, io);
  return 0;
}

/** Serves the registry until the process is told to stop. */
export async function runLabRegistry(
  flags: LabFlags & { readonly port: string },
  io: Process,
): Promise<number> {
  onlyInRace(io);
  await serveLabRegistry(raceOf(flags), portOf(flags.port), io);
  return 0;
}

/** Runs one deployer and returns the exit status of its promotion, whose JSON it prints. */
export async function runLabDeploy(
  flags: LabFlags & { readonly deployer: string; readonly git: string; readonly start: string },
  io: Process,
): Promise<number> {
  const race = raceOf(flags);
  const bounds = { flag: "--deployer", from: 1, to: race.deployers };
  const which = numberOf(flags.deployer, bounds);
  const starter = lineupOf(race.deployers, seedOf(flags))[which - 1]!;
  return inFolder(async (folder) => {
    const { revisions } = await makeRepository(folder, race, io);
    const config = join(folder, "landfall.yaml");
    writeFileSync(config, `insecureRegistries: [${JSON.stringify(race.registry)}]\n`);
    await waitAtStart(flags.start, starter);
    const url = `${flags.git}/${labNames.repository}`;
    return runPromote(
      {
        ...{ config, repository: url, source: url, branch: labNames.branch },
        ...{ path: [labNames.path], image: labImages(race.registry).map(printImageName) },
        ...{ revision: revisions[starter.revision]!, deployId: starter.deploy },
        ...{ tagFormat: labNames.tagFormat, imageCheck: true, skipCi: true, json: true },
      },
      { ...io, env: { ...io.env, LANDFALL_PLAIN_HTTP_HOSTS: new URL(flags.git).hostname } },
    );
  });
}

/** Reads which race it is. */
export function raceOf({ deployers, registry }: LabFlags): LabRace {
  return { deployers: numberOf(deployers, { flag: "--deployers", from: 1, to: 64 }), registry };
}

/** Reads the race's seed. */
export function seedOf({ seed }: LabFlags): number {
  return numberOf(seed, { flag: "--seed", from: 0, to: 2 ** 31 - 1 });
}

/** Servers of a race answer on all interfaces: nobody shall start one on a machine of theirs. */
function onlyInRace({ env }: Process): void {
  if (env.LANDFALL_RACE !== undefined) return;
  throw usageError(
    "Cannot serve a race here: its servers can be reached from outside",
    "Run `dagger call race-test`, which starts them in containers.",
  );
}

function portOf(text: string): number {
  return numberOf(text, { flag: "the port", from: 1, to: 65_535 });
}

function numberOf(
  text: string,
  { flag, from, to }: { readonly flag: string; readonly from: number; readonly to: number },
): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= from && number <= to) return number;
  throw usageError(`Cannot use ${flag} ${text}`, `Give a whole number from ${from} to ${to}.`);
}
