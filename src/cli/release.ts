/** `landfall release`: flags → use case → result. */

import { release } from "../usecases/release.ts";
import { newDeployId } from "../wiring.ts";
import { openRelease } from "../wiring-rollback.ts";
import { type Io, progressFor } from "./io.ts";
import { policyFor, tellLanding } from "./landing.ts";
import { type ManifestFlags, settingsFrom } from "./settings.ts";

/** The flags of `release`, as commander hands them over. */
export interface ReleaseFlags extends ManifestFlags {
  readonly dryRun?: boolean;
  readonly skipCi: boolean;
}

/** Runs the command and returns its exit status. */
export async function runRelease(flags: ReleaseFlags, io: Io): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const ports = await openRelease(settings, { io, progress: progressFor(flags, io) });
  try {
    const result = await release(
      {
        images: settings.images.map(({ image }) => image),
        ...{ tagFormat: settings.tagFormat, branch: settings.branch },
        ...{ repository: ports.repository, deploy: newDeployId() },
        mode: flags.dryRun ? "dry-run" : "push",
        skipCi: flags.skipCi && (settings.config?.skipCi ?? true),
      },
      ports,
      policyFor(settings),
    );
    return tellLanding(result, flags, io);
  } finally {
    await ports.close();
  }
}
