/** The checker: find what was published and never landed, land it, and say what was found. */

import type { CommitId } from "../../core/ids.ts";
import type { SyncResult } from "../../core/results/sync.ts";
import { type LandPolicy, land } from "../landing/land.ts";
import { repairAt } from "./plan.ts";
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
  const atMs = ports.clock.nowMs();
  const planning = { request, ports, atSeconds: Math.floor(atMs / 1000) };
  ports.progress.step(`Comparing ${request.branch} with what is published`);
  const landing = await land((tip: CommitId) => repairAt(tip, planning), ports, policy);
  return concludeSync(landing, { request, atMs, tookMs: ports.clock.nowMs() - atMs });
}
