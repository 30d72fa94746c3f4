/** Snapshots of pins that are told which revision they hold, where no branch is needed. */

import type { CommitId, Revision } from "../../src/core/ids.ts";
import type { Pin } from "../../src/core/pins/index.ts";
import type { HeldRevision } from "../../src/usecases/landing/pin-revision.ts";
import type { RevisionSnapshot } from "../../src/usecases/landing/snapshot.ts";

/** Returns a snapshot of some pins. Without `revisionOf`, none of them names a revision. */
export function snapshotOf(
  tip: CommitId,
  pins: readonly Pin[],
  revisionOf: (pin: Pin) => Revision | undefined = () => undefined,
): RevisionSnapshot {
  return {
    tip,
    scope: { images: pins.map(({ image }) => image), paths: ["."] },
    files: [],
    pins,
    mentions: [],
    holds: async () => ({ bytes: undefined, holds: [], isBlocked: false }),
    rules: {},
    records: async () => [],
    async revisionOf(pin): Promise<HeldRevision | undefined> {
      const revision = revisionOf(pin);
      return revision === undefined ? undefined : { revision, knownBy: "tag" };
    },
  };
}
