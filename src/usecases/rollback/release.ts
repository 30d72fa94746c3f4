/** Release: lift what rollbacks hold, so that the same revisions may land again. */

import type { ImageName } from "../../core/image-ref.ts";
import { planRelease } from "../../core/landing/release.ts";
import type { PromoteResult } from "../../core/results/promote.ts";
import { concludeRelease, type ReleaseBasis } from "../../core/results/release.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import { type LandRequest, landChange } from "../landing/change.ts";
import type { LandPolicy } from "../landing/land.ts";
import type { ReadPorts } from "../landing/read-patiently.ts";
import { snapshotAt } from "../landing/snapshot.ts";

/** What the user asks of a release. */
export interface ReleaseRequest extends LandRequest {
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
}

/** Lands a release. A failure of the world is in the result. */
export async function release(
  request: ReleaseRequest,
  ports: ReadPorts,
  policy: LandPolicy,
): Promise<PromoteResult> {
  const { images, tagFormat } = request;
  return landChange<void, ReleaseBasis, PromoteResult>(
    {
      request,
      prepare: async () => {},
      async plan(tip) {
        const snapshot = await snapshotAt(tip, { images: [], paths: [] }, ports.remote);
        const { holds } = await snapshot.holds();
        const { change, ...basis } = planRelease(holds, images, tagFormat);
        return { snapshot, change, basis };
      },
      result: (landing, _, frame) => concludeRelease(landing, tagFormat, frame),
    },
    ports,
    policy,
  );
}
