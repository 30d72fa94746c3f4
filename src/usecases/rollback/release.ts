/** Release: lift what rollbacks hold, so that the same revisions may land again. */

import { planRelease, type ReleaseQuestion } from "../../core/landing/release.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { concludeRelease, type ReleaseBasis } from "../../core/results/release.ts";
import { type LandPorts, type LandRequest, landChange } from "../landing/change.ts";
import type { LandPolicy } from "../landing/land.ts";
import { snapshotAt } from "../landing/snapshot.ts";

/** What the user asks of a release. */
export interface ReleaseRequest extends LandRequest, ReleaseQuestion {}

/** Lands a release. A failure of the world is in the result. */
export function release(
  request: ReleaseRequest,
  ports: LandPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  return landChange<void, ReleaseBasis, PromoteResult>(
    {
      request,
      prepare: async () => {},
      async plan(tip) {
        const snapshot = await snapshotAt(tip, { images: [], paths: [] }, ports.remote);
        const { holds } = await snapshot.holds();
        const { change, ...basis } = planRelease(holds, request);
        return { snapshot, change, basis };
      },
      result: (landing, _, frame) => concludeRelease(landing, request.tagFormat, frame),
    },
    ports,
    policy,
  );
}
