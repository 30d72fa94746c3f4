/** `landfall lab git|registry|deploy`: the parts of a race of processes. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { printImageName } from "../../core/image-ref.ts";
import { inFolder } from "../../demo/lab-place.ts";
import { labImages, labNames } from "../../demo/lab-repository.ts";
import {
  type LabRace,
  makeRepository,
  serveLabGit,
  serveLabRegistry,
} from "../../demo/lab-servers.ts";
import { waitAtStart } from "../../demo/start-line.ts";
import { labText } from "../../report/text/race-test.ts";
import { type Process, usageError } from "../../settings/process.ts";
import { lineupOf } from "../../simulation/scenarios.ts";
import { command } from "../command.ts";
import { type FlagsOf, needed, withDefault } from "../flags.ts";
import { judgeLab } from "../lab-judge.ts";
import promote from "./promote.ts";

/** The flags that say which race it is. All its parts must be given the same. */
const flags = {
  deployers: needed("--deployers <n>", "how many deployers race"),
  seed: withDefault("--seed <n>", "who deploys what, and when", "1"),
  registry: needed("--registry <host>", "the registry, as the deployers know it"),
};

type LabFlags = FlagsOf<typeof flags>;

const race = "--deployers 8 --seed 7 --registry registry:5000";

const git = command({
  description: "Serve the repository that is raced for, and the start line, until told to stop.",
  examples: [
    [`landfall lab git ${race} --port 8080 --start-port 8081`, "in a container of its own"],
  ],
  flags: {
    ...flags,
    port: needed("--port <port>", "port of the git server"),
    startPort: needed("--start-port <port>", "port of the start line"),
  },
  async run(flags, io) {
    onlyInRace(io);
    const ports = { git: portOf(flags.port), start: portOf(flags.startPort) };
    await serveLabGit(raceOf(flags), ports, io);
    return 0;
  },
});

const registry = command({
  description: "Serve the registry with the images of all revisions, until told to stop.",
  examples: [[`landfall lab registry ${race} --port 5000`, "in a container of its own"]],
  flags: { ...flags, port: needed("--port <port>", "port of the registry") },
  async run(flags, io) {
    onlyInRace(io);
    await serveLabRegistry(raceOf(flags), portOf(flags.port), io);
    return 0;
  },
});

const deploy = command({
  description: "Wait at the start line, then promote as the race's seed has it. Prints its JSON.",
  examples: [
    [
      `landfall lab deploy ${race} --deployer 1 --git http://git:8080 --start http://git:8081`,
      "one of the eight",
    ],
  ],
  flags: {
    ...flags,
    deployer: needed("--deployer <n>", "which deployer this is, from 1"),
    git: needed("--git <url>", "the git server"),
    start: needed("--start <url>", "the start line"),
  },
  async run(flags, io) {
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
      return promote.run(
        {
          ...{ config, repository: url, source: url, branch: labNames.branch },
          ...{ path: [labNames.path], image: labImages(race.registry).map(printImageName) },
          ...{ revision: revisions[starter.revision]!, deployId: starter.deploy },
          ...{
            tagFormat: labNames.tagFormat,
            imageCheck: true,
            skipCi: true,
            wait: true,
            json: true,
          },
        },
        { ...io, env: { ...io.env, LANDFALL_PLAIN_HTTP_HOSTS: new URL(flags.git).hostname } },
        [],
      );
    });
  },
});

const judge = command({
  description: "Hold the invariants against the branch and against what the deployers printed.",
  examples: [
    [`landfall lab judge ${race} --git http://git:8080 --results out`, "0 when nothing is broken"],
  ],
  flags: {
    ...flags,
    git: needed("--git <url>", "the git server"),
    results: needed("--results <dir>", "directory with what the deployers printed, N.json each"),
  },
  async run(flags, io) {
    const verdict = await judgeLab(
      { race: raceOf(flags), seed: seedOf(flags), git: flags.git, results: flags.results },
      io,
    );
    io.out(labText(verdict));
    return verdict.exit;
  },
});

/** Hidden: the parts of a race of real processes, which `dagger call race-test` plays. */
export default {
  description: "Race real processes in containers.",
  commands: { git, registry, deploy, judge },
};

function raceOf({ deployers, registry }: LabFlags): LabRace {
  return { deployers: numberOf(deployers, { flag: "--deployers", from: 1, to: 64 }), registry };
}

function seedOf({ seed }: LabFlags): number {
  return numberOf(seed, { flag: "--seed", from: 0, to: 2 ** 31 - 1 });
}

/** Servers of a race answer on all interfaces: nobody may start one on their own machine. */
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
