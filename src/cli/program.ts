/** The commands and their flags. Each command's code is loaded only when it runs. */

import { Command, Option } from "commander";
import { plainLines } from "../report/safe-text.ts";
import type { Process } from "../settings/process.ts";
import { version } from "../version.ts";
import { auditCommands } from "./audit-commands.ts";
import { clusterCommands } from "./cluster-commands.ts";
import {
  collect,
  env,
  type SetExitCode,
  withManifests,
  withOutput,
  withReports,
  withRepositories,
} from "./flags.ts";
import { labCommands } from "./lab-commands.ts";
import { checkReportFiles } from "./report-files.ts";
import { rollbackCommands } from "./rollback-commands.ts";
import { syncCommands } from "./sync-commands.ts";

/** Returns the command line of Landfall, speaking through `io` and reporting each status. */
export function program(io: Process, finish: SetExitCode): Command {
  const root = new Command("landfall")
    .description(
      "Move image tags in Kubernetes manifests by git push, survive every race, prove it",
    )
    .version(version, "--version")
    .showHelpAfterError("Run `landfall --help` to see every command.")
    // It repeats wrong words of the command line, which a workflow may have from anywhere.
    .configureOutput({ writeOut: io.out, writeErr: (text) => io.err(plainLines(text)) })
    .exitOverride()
    .hook("preAction", (_, command) => checkReportFiles(command.opts(), io));
  promoteCommand(root, io, finish);
  pinsCommand(root, io, finish);
  setCommand(root, io, finish);
  planCommand(root, io, finish);
  retagCommand(root, io, finish);
  schemaCommand(root, io, finish);
  demoCommand(root, io, finish);
  raceCommand(root, io, finish);
  syncCommands(root, io, finish);
  auditCommands(root, io, finish);
  rollbackCommands(root, io, finish);
  clusterCommands(root, io, finish);
  labCommands(root, io, finish);
  return root;
}

function promoteCommand(root: Command, io: Process, finish: SetExitCode): void {
  withReports(withManifests(withOutput(root.command("promote"))))
    .summary("land a revision's image tags on the manifests branch")
    .description(
      "Move the images of a revision in the manifests, push, and prove it on the remote.",
    )
    .addOption(env("--revision <sha>", "commit of the source to promote", "LANDFALL_REVISION"))
    .option(
      "--image <name[=tag]>",
      "image to move, instead of all in the file; repeatable",
      collect,
    )
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .addOption(
      env("--deploy-id <id>", "id of this deploy, one per promotion", "LANDFALL_DEPLOY_ID"),
    )
    .addOption(
      new Option(
        "--superseded <how>",
        "record a superseded revision by an empty commit, or not",
      ).choices(["record", "skip"]),
    )
    .option("--allow-diverged", "move pins that hold a revision of another line of history")
    .option("--dry-run", "print the change that would be pushed, and push nothing")
    .option("--no-image-check", "do not ask the registry whether the images exist")
    .option("--no-skip-ci", "do not write [skip ci] into the commit message")
    .action(async (flags) => {
      const { runPromote } = await import("./promote.ts");
      finish(await runPromote(flags, io));
    });
}

function pinsCommand(root: Command, io: Process, finish: SetExitCode): void {
  withManifests(withOutput(root.command("pins")))
    .summary("list every place that pins an image")
    .description("List the pins of the images on the manifests branch: file, line, image, tag.")
    .option("--image <name>", "image to look for, instead of all in the file; repeatable", collect)
    .option("--history", "list what was deployed when instead, the newest first")
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--limit <n>", "how many deploys of the history to list (default: 20)")
    .action(async (flags) => {
      const { runPins } = await import("./pins.ts");
      finish(await runPins(flags, io));
    });
}

function setCommand(root: Command, io: Process, finish: SetExitCode): void {
  withOutput(root.command("set"))
    .summary("move image tags in files, without git")
    .description("Move image tags in files in place. Only the bytes of tags and digests change.")
    .argument("<image=tag...>", "images and the tags they are to have")
    .requiredOption("--path <path>", "file or directory to edit; repeatable", collect)
    .action(async (assignments, flags) => {
      const { runSet } = await import("./set.ts");
      finish(await runSet(assignments, flags, io));
    });
}

function planCommand(root: Command, io: Process, finish: SetExitCode): void {
  withManifests(withOutput(root.command("plan")))
    .summary("say which images of a revision need a build")
    .description("Plan a revision's images: build, give a published one the tag, or nothing.")
    .addOption(env("--revision <sha>", "commit of the source to build", "LANDFALL_REVISION"))
    .option("--image <name>", "image to plan, instead of all in the file; repeatable", collect)
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--rebuild", "build every image, whatever is published")
    .addOption(env("--ref <ref>", "ref that CI runs for: decides on further tags", "GITHUB_REF"))
    .option("--default-branch <name>", "branch that gets extraTags (default: main)")
    .action(async (flags) => {
      const { runPlan } = await import("./plan.ts");
      finish(await runPlan(flags, io));
    });
}

function retagCommand(root: Command, io: Process, finish: SetExitCode): void {
  withRepositories(withOutput(root.command("retag")))
    .summary("give published images further tags, same digest")
    .description("Give published images further tags, without a build and at the same digest.")
    .argument("<image=tag...>", "images, each with the tag or digest it has")
    .requiredOption("--to <tag>", "tag to give; repeatable", collect)
    .option(
      "--revision <sha>",
      "commit that the images are of: a tag that a newer one has is left there",
    )
    .action(async (words, flags) => {
      const { runRetag } = await import("./retag.ts");
      finish(await runRetag(words, flags, io));
    });
}

function schemaCommand(root: Command, io: Process, finish: SetExitCode): void {
  root
    .command("schema")
    .summary("print the JSON Schema of landfall.yaml, or of a result")
    .option("--result <command>", "of what this command prints with --json")
    .action(async (flags) => {
      const { runSchema } = await import("./schema.ts");
      finish(await runSchema(flags, io));
    });
}

function demoCommand(root: Command, io: Process, finish: SetExitCode): void {
  withOutput(root.command("demo"))
    .summary("watch two racing deploys both come out right, on this machine")
    .description(
      "Run the whole loop on loopback: a git server, a registry, and two racing deploys.",
    )
    .option("--keep", "keep the folder with the repositories to look at")
    .action(async (flags) => {
      const { runDemo } = await import("./demo.ts");
      finish(await runDemo(flags, io));
    });
}

function raceCommand(root: Command, io: Process, finish: SetExitCode): void {
  withOutput(root.command("race"))
    .summary("race deployers in the lab, and judge what they did")
    .description("Race deployers on a model of the remote, by a seed, and check every law.")
    .option("--deployers <n>", "how many deployers race", "8")
    .option("--syncs <n>", "how many syncs race along, with a deploy that was lost", "0")
    .option("--rollbacks <n>", "how many rollbacks race along", "0")
    .option("--foreign <n>", "how many people push commits of their own", "0")
    .option("--seed <n>", "the race to run: the same seed is the same race", "1")
    .addOption(
      new Option("--shape <shape>", "what the deployers share")
        .choices(["same", "fleet", "overlay"])
        .default("same"),
    )
    .option("--faults <names>", "all, none, or names with commas between", "none")
    .option("--timeout <ms>", "deadline of every deployer (default: the seed chooses)")
    .action(async (flags) => {
      const { runRace } = await import("./race.ts");
      finish(await runRace(flags, io));
    });
}
