/** The commands that look at what a deploy came to, and at what it needs. */

import type { Command } from "commander";
import type { Process } from "../settings/process.ts";
import { collect, env, type SetExitCode, withManifests, withOutput, withReports } from "./flags.ts";

/** Declares `landfall verify`, `status` and `doctor`. */
export function clusterCommands(root: Command, io: Process, finish: SetExitCode): void {
  withDeploy(withCluster(withReports(withManifests(withOutput(root.command("verify"))))))
    .summary("wait until the cluster runs the deploy, and prove it")
    .description(
      "Wait until Argo CD has applied the deploy, its pods run the images, and pages show it.",
    )
    .option("--sync", "ask Argo CD to sync, instead of waiting until it does")
    .action(async (flags) => {
      const { runVerify } = await import("./verify.ts");
      finish(await runVerify(flags, io));
    });
  withDeploy(withCluster(withReports(withManifests(withOutput(root.command("status"))))))
    .summary("git, registry, pins, Argo CD and cluster side by side")
    .description(
      "Look once at every place that a deploy goes through. Exits with 3 if they differ.",
    )
    .action(async (flags) => {
      const { runStatus } = await import("./status.ts");
      finish(await runStatus(flags, io));
    });
  withImages(withCluster(withReports(withManifests(withOutput(root.command("doctor"))))))
    .summary("check everything that a deploy needs, each with the remedy")
    .description("Check settings, git, remote, registries, tokens, Argo CD and clock. Only reads.")
    .action(async (flags) => {
      const { runDoctor } = await import("./doctor.ts");
      finish(await runDoctor(flags, io));
    });
}

/** Flags that say which deploy is meant. */
function withDeploy(command: Command): Command {
  const revision = "commit of the source (default: the newest that is pinned)";
  return withImages(command)
    .addOption(env("--revision <sha>", revision, "LANDFALL_REVISION"))
    .option("--commit <sha>", "deploy commit that is to arrive (default: the branch's tip)");
}

function withImages(command: Command): Command {
  const description = "image to look at, instead of all in the file; repeatable";
  return command.option("--image <name[=tag]>", description, collect);
}

/** Flags that say which cluster is asked. */
function withCluster(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "way into the cluster (default: KUBECONFIG, or the pod's own)")
    .option("--context <name>", "context of the kubeconfig (default: its current one)");
}
