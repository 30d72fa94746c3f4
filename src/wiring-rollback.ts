/** Settings → the ports of a rollback and of a release. */

import { systemClock, systemRandom } from "./adapters/system.ts";
import type { Io } from "./cli/io.ts";
import type { Settings } from "./cli/settings.ts";
import type { Progress } from "./ports.ts";
import type { LandPorts } from "./usecases/land.ts";
import type { RollbackPorts } from "./usecases/rollback.ts";
import { type Opened, type Opening, openManifests, openPorts } from "./wiring.ts";
import { openAudit } from "./wiring-audit.ts";

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
