/** `landfall sync`: its flags. */

import type { Command } from "commander";
import type { Process } from "../settings/process.ts";
import { collect, env, type SetExitCode, withManifests, withOutput, withPage } from "./flags.ts";

/** Declares `landfall sync`. */
export function syncCommands(root: Command, io: Process, finish: SetExitCode): void {
  withPage(withManifests(withOutput(root.command("sync"))))
    .summary("find deploys that were lost, and land them")
    .description(
      "Compare every pin with the newest revision that has all its images, and land what was lost.\n" +
        "Exits with 3 when something is left to repair or to look at.",
    )
    .option("--image <name>", "image to look at, instead of all in the file; repeatable", collect)
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--lookback <n>", "how many code commits to look back (default: 100)")
    .option("--grace <duration>", "how old a commit must be to count as lost (default: 30m)")
    .addOption(env("--deploy-id <id>", "id of this deploy, one per run", "LANDFALL_DEPLOY_ID"))
    .option("--force", "also land again what somebody moved away by hand")
    .option("--dry-run", "print what would be pushed, push nothing; 3 when there is something")
    .option("--no-skip-ci", "do not write [skip ci] into the commit message")
    .action(async (flags) => {
      const { runSync } = await import("./sync.ts");
      finish(await runSync(flags, io));
    });
}
