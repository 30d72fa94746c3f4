/** Settings → the ports of a rollback and of a release. */

import { systemClock, systemRandom } from "../adapters/system.ts";
import type { Progress } from "../ports.ts";
import type { ScopeSettings, Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import type { ReadPorts } from "../usecases/landing/read-patiently.ts";
import type { RollbackPorts } from "../usecases/rollback/rollback.ts";
import { openAudit } from "./audit.ts";
import { type Opened, type OpenOptions, openManifests, openPorts } from "./index.ts";

/** Opens what a rollback needs. */
export async function openRollback(
  settings: Settings,
  opening: OpenOptions,
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
  settings: ScopeSettings,
  { io, progress }: { readonly io: Process; readonly progress: Progress },
): Promise<Opened<ReadPorts>> {
  const opened = await openManifests(settings, io);
  return { ...opened, clock: systemClock, random: systemRandom, progress };
}
