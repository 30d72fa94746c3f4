/** Settings → the ports of a rollback and of a release. */

import { systemClock, systemRandom } from "../adapters/system.ts";
import type { Progress } from "../ports.ts";
import type { Settings } from "../settings/options.ts";
import type { Io } from "../settings/process.ts";
import type { LandPorts } from "../usecases/landing/land.ts";
import type { RollbackPorts } from "../usecases/rollback/rollback.ts";
import { openAudit } from "./audit.ts";
import { type Opened, type Opening, openManifests, openPorts } from "./index.ts";

/** Opens what a rollback needs. */
export async function openRollback(
  settings: Settings,
  opening: Opening,
): Promise<Opened<RollbackPorts>> {
  const ports = await openPorts(settings, opening);
  try {
    const { log, close } = await openAudit(settings, opening);
    return {
      ...{ ...ports, log },
      async close() {
        await Promise.all([ports.close(), close()]);
      },
    };
  } catch (error) {
    await ports.close();
    throw error;
  }
}

/** Opens what a release needs: the branch alone. */
export async function openRelease(
  settings: Settings,
  { io, progress }: { readonly io: Io; readonly progress: Progress },
): Promise<Opened<LandPorts>> {
  const opened = await openManifests(settings, io);
  return { ...opened, clock: systemClock, random: systemRandom, progress };
}
