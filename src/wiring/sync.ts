/** Settings → the ports of the checker: those of a promotion, and both histories as a whole. */

import type { Settings } from "../settings/options.ts";
import type { SyncPorts } from "../usecases/sync/request.ts";
import { openAudit } from "./audit.ts";
import { type Opened, type OpenOptions, openPorts } from "./index.ts";

/** Opens what the checker needs. */
export async function openSync(
  settings: Settings,
  { io, progress, lands }: Omit<OpenOptions, "registry">,
): Promise<Opened<SyncPorts>> {
  const { registry, history, ...ports } = await openPorts(settings, {
    ...{ io, progress, lands, registry: true },
  });
  if (registry === undefined) throw new Error("no registry was opened");
  try {
    const { log, close } = await openAudit(settings, { io, progress });
    return {
      ...{ ...ports, registry, history, log },
      async close() {
        await Promise.all([ports.close(), close()]);
      },
    };
  } catch (error) {
    await ports.close();
    throw error;
  }
}
