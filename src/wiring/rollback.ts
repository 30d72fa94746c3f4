/** Settings → the ports of a rollback and of a release. */

import { systemClock, systemRandom } from "../adapters/system.ts";
import type { ScopeSettings, Settings } from "../settings/options.ts";
import type { LandPorts } from "../usecases/landing/change.ts";
import type { RollbackPorts } from "../usecases/rollback/rollback.ts";
import { openAudit } from "./audit.ts";
import { proposalsFor } from "./forge.ts";
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
  { io, progress, lands }: Omit<OpenOptions, "registry">,
): Promise<Opened<LandPorts>> {
  const opened = await openManifests(settings, io);
  const world = { ...opened, clock: systemClock, random: systemRandom, progress };
  try {
    const propose = lands ? proposalsFor(settings, opened, io) : undefined;
    return propose === undefined ? world : { ...world, proposals: await propose(opened.remote) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
