/** The checker: find what was published and never landed, land it, and say what was found. */

import { isDeploy } from "../../core/landing/commit-message.ts";
import type { SyncResult } from "../../core/results/sync.ts";
import { landChange } from "../landing/change.ts";
import { tryToMark } from "../landing/gate.ts";
import type { LandPolicy } from "../landing/land.ts";
import { repairAt, type SyncBasis } from "./plan.ts";
import { concludeSync } from "./report.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";

/**
 * Runs the checker once. Everything is asked anew on every tip, so that what lands meanwhile
 * leaves nothing to repair. A Failure becomes the result; anything else that is thrown is a bug.
 */
export async function sync(
  request: SyncRequest,
  ports: SyncPorts,
  policy: LandPolicy,
): Promise<SyncResult> {
  const result = await landChange<void, SyncBasis, SyncResult>(
    {
      request,
      async prepare() {
        ports.progress.step(`Comparing ${request.branch} with what is published`);
      },
      plan: (tip) => repairAt(tip, { request, ports }),
      async overtakes({ outcome, revision }, { wanted }) {
        if (!isDeploy(outcome) || revision === undefined || wanted?.revision === undefined)
          return false;
        return ports.history.isAncestor(revision, wanted.revision);
      },
      result: (landing, _, { startedMs, tookMs }) =>
        concludeSync(landing, { request, atMs: startedMs, tookMs }),
    },
    ports,
    policy,
  );
  const warnings = await markRepaired(result, request, ports);
  return warnings.length === 0
    ? result
    : { ...result, warnings: [...result.warnings, ...warnings] };
}

/** Marks what was landed here, for environments that come after this one. */
async function markRepaired(
  { outcome, tip, images }: SyncResult,
  { environment, deploy, marks }: SyncRequest,
  ports: SyncPorts,
): Promise<readonly string[]> {
  if (outcome !== "landed" || tip === undefined) return [];
  if (environment === undefined || !marks?.includes("landed")) return [];
  const fixed = images.filter((image) => image.fixed);
  const revisions = new Set(fixed.flatMap(({ wanted }) => wanted?.revision ?? []));
  const warnings: string[] = [];
  for (const revision of revisions) {
    const mark = { kind: "landed", environment, revision, reason: `Deploy ${deploy}` } as const;
    warnings.push(...[await tryToMark(mark, tip, ports)].filter((words) => words !== undefined));
  }
  return warnings;
}
