/** `landfall audit`: its flags. */

import type { Command } from "commander";
import type { Process } from "../settings/process.ts";
import { collect, type SetExitCode, withManifests, withOutput, withPage } from "./flags.ts";

/** Declares `landfall audit`. */
export function auditCommands(root: Command, io: Process, finish: SetExitCode): void {
  withPage(withManifests(withOutput(root.command("audit"))))
    .summary("say of every commit whether it reached production")
    .description(
      "Keep the ledger: which commits of the source landed, by which deploy and how late; which did\n" +
        "not; what went back; what was deployed by hand; which pins stayed behind. Exits with 3 on a gap.",
    )
    .option("--image <name>", "image to look at, instead of all in the file; repeatable", collect)
    .option("--tag-format <format>", "how a tag is made, for example sha-{revision:7}")
    .option("--since <time>", "how far to look back: 30d, or a date (default: 30d)")
    .option("--as-of <date>", "answer as of this time: 2026-03-29 or 2026-03-29T06:00:00Z")
    .option("--grace <duration>", "how old a commit must be to count as lost (default: 30m)")
    .action(async (flags) => {
      const { runAudit } = await import("./audit.ts");
      finish(await runAudit(flags, io));
    });
}
