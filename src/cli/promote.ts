/** `landfall promote`: flags → use case → result. */

import { settingsFrom } from "../settings/options.ts";
import { type Process, usageError } from "../settings/process.ts";
import { newDeployId, openPorts } from "../wiring/index.ts";
import type { LandingFlags } from "./landing.ts";
import { progressFor } from "./output.ts";

/** The flags of `promote`, as commander hands them over. */
export interface PromoteFlags extends LandingFlags {
  readonly revision?: string;
  readonly deployId?: string;
  readonly superseded?: "record" | "skip";
  readonly allowDiverged?: boolean;
  readonly imageCheck: boolean;
}

/** Runs the command and returns its exit status. */
export async function runPromote(flags: PromoteFlags, io: Process): Promise<number> {
  if (flags.revision === undefined) {
    throw usageError(
      "Cannot promote: no revision is given",
      "Name a commit of the source: --revision SHA.",
    );
  }
  const settings = await settingsFrom(flags, io);
  const ports = await openPorts(settings, {
    io,
    progress: progressFor(flags, io),
    registry: flags.imageCheck,
  });
  // The first fetch is under way: what it takes to look at it is loaded meanwhile.
  const { promote } = await import("../usecases/promote/promote.ts");
  const { landingIn, policyFor, tellLanding } = await import("./landing.ts");
  try {
    const result = await promote(
      {
        revision: flags.revision,
        images: settings.images,
        tagFormat: settings.tagFormat,
        paths: settings.paths,
        repository: ports.repository,
        branch: settings.branch,
        deploy: flags.deployId ?? newDeployId(),
        superseded: flags.superseded ?? settings.config?.superseded ?? "record",
        divergence: flags.allowDiverged ? "allow" : "refuse",
        ...landingIn(flags, settings),
      },
      ports,
      policyFor(settings),
    );
    return tellLanding(result, flags, io);
  } finally {
    await ports.close();
  }
}
