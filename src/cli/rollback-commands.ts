/** `landfall rollback` and `landfall release`: their flags. */

import type { Command } from "commander";
import type { Process } from "../settings/process.ts";
import { collect, env, type SetExitCode, withManifests, withOutput, withReports } from "./flags.ts";

/** Declares `landfall rollback` and `landfall release`. */
export function rollbackCommands(root: Command, io: Process, finish: SetExitCode): void {
  withReports(withManifests(withOutput(root.command("rollback"))))
    .summary("go back to older images, and hold what went out")
    .description(
      "Move images back to an older revision in one commit that also holds the newer ones out, push,\n" +
        "and prove it on the remote. The hold ends when something newer is promoted, or by release.",
    )
    .option("--to <revision>", "revision or tag to go back to")
    .option("--steps <n>", "how many deploys to go back, counted from the newest one")
    .option("--reason <text>", "why, for whoever reads the history; needed")
    .addOption(env("--by <name>", "who goes back (default: from the environment)", "LANDFALL_BY"))
    .option("--until <date>", "when the hold ends by itself: 2026-03-29T06:00:00Z")
    .option("--expires <duration>", "how long the hold lasts: 6h, 7d (default: until it is lifted)")
    .option(
      "--image <name[=tag]>",
      "image to move back, instead of all in the file; repeatable",
      collect,
    )
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--deploy-id <id>", "id of this rollback: the same again does nothing")
    .option("--dry-run", "print the change that would be pushed, and push nothing")
    .option("--no-image-check", "do not ask the registry whether the images exist")
    .option("--no-skip-ci", "do not write [skip ci] into the commit message")
    .action(async (flags) => {
      const { runRollback } = await import("./rollback.ts");
      finish(await runRollback(flags, io));
    });
  withReports(withManifests(withOutput(root.command("release"))))
    .summary("lift the hold that a rollback left")
    .description("Lift the holds on images, so that what they keep out may be promoted again.")
    .option("--image <name>", "image to release, instead of all in the file; repeatable", collect)
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--dry-run", "print the change that would be pushed, and push nothing")
    .option("--no-skip-ci", "do not write [skip ci] into the commit message")
    .action(async (flags) => {
      const { runRelease } = await import("./release.ts");
      finish(await runRelease(flags, io));
    });
}
