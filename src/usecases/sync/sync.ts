/** The checker: find what was published and never landed, land it, and say what was found. */

import type { SyncResult } from "../../core/results/sync.ts";
import { landChange } from "../landing/change.ts";
import type { LandPolicy } from "../landing/land.ts";
import { repairAt, type SyncBasis } from "./plan.ts";
import { concludeSync } from "./report.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";

/**
 * Runs the checker once. Everything is asked anew on every tip, so that whoever lands meanwhile
 * leaves nothing to repair. A Failure becomes the result; anything else that is thrown is a bug.
 */
export async function sync(
  request: SyncRequest,
  ports: SyncPorts,
  policy: LandPolicy,
): Promise<SyncResult> {
  return landChange<void, SyncBasis, SyncResult>(
    {
      request,
      async prepare() {
        ports.progress.step(`Comparing ${request.branch} with what is published`);
      },
      plan: (tip) => repairAt(tip, { request, ports }),
      result: (landing, _, { startedMs, tookMs }) =>
        concludeSync(landing, { request, atMs: startedMs, tookMs }),
    },
    ports,
    policy,
  );
}
