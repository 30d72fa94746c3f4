/** Hidden commands: the parts of a race of real processes, which `dagger call race-test` plays. */

import type { Command } from "commander";
import type { Process } from "../settings/process.ts";
import type { SetExitCode } from "./flags.ts";

/** Declares `landfall lab git|registry|deploy|judge`. */
export function labCommands(root: Command, io: Process, finish: SetExitCode): void {
  const lab = root
    .command("lab", { hidden: true })
    .description("Race real processes in containers.");
  withRace(lab.command("git"))
    .description("Serve the repository that is raced for, and the start line.")
    .requiredOption("--port <port>", "port of the git server")
    .requiredOption("--start-port <port>", "port of the start line")
    .action(async (flags) => {
      const { runLabGit } = await import("./lab.ts");
      finish(await runLabGit(flags, io));
    });
  withRace(lab.command("registry"))
    .description("Serve the registry with the images of all revisions.")
    .requiredOption("--port <port>", "port of the registry")
    .action(async (flags) => {
      const { runLabRegistry } = await import("./lab.ts");
      finish(await runLabRegistry(flags, io));
    });
  withRace(lab.command("deploy"))
    .description("Wait at the start line, then promote as the race's seed has it.")
    .requiredOption("--deployer <n>", "which deployer this is, from 1")
    .requiredOption("--git <url>", "the git server")
    .requiredOption("--start <url>", "the start line")
    .action(async (flags) => {
      const { runLabDeploy } = await import("./lab.ts");
      finish(await runLabDeploy(flags, io));
    });
  withRace(lab.command("judge"))
    .description("Hold the laws against the branch and against what the deployers said.")
    .requiredOption("--git <url>", "the git server")
    .requiredOption("--results <dir>", "directory with what the deployers printed, N.json each")
    .action(async (flags) => {
      const { runLabJudge } = await import("./lab-judge.ts");
      finish(await runLabJudge(flags, io));
    });
}

/** The flags that say which race it is. All its parts must be given the same. */
function withRace(command: Command): Command {
  return command
    .requiredOption("--deployers <n>", "how many deployers race")
    .option("--seed <n>", "who deploys what, and when", "1")
    .requiredOption("--registry <host>", "the registry, as the deployers know it");
}
