/** `landfall release`: flags → use case → result. */

import { settingsFrom } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { release } from "../usecases/rollback/release.ts";
import { newDeployId } from "../wiring/index.ts";
import { openRelease } from "../wiring/rollback.ts";
import { type LandingFlags, landingIn, policyFor, tellLanding } from "./landing.ts";
import { progressFor } from "./output.ts";

/** Runs the command and returns its exit status. */
export async function runRelease(flags: LandingFlags, io: Process): Promise<number> {
  const settings = await settingsFrom(flags, io);
  const ports = await openRelease(settings, { io, progress: progressFor(flags, io) });
  try {
    const result = await release(
      {
        images: settings.images.map(({ image }) => image),
        ...{ tagFormat: settings.tagFormat, branch: settings.branch },
        ...{ repository: ports.repository, deploy: newDeployId() },
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
