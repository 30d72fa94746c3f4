/** Looks at images that are published together: what they should hold, and what they do. */

import { asFailure, Failure } from "../../core/failure.ts";
import type { Revision } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import {
  type Drift,
  type DriftFacts,
  judgeTogether,
  judgeUnmoved,
} from "../../core/landing/drift.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { SyncGap } from "../../core/results/sync.ts";
import { candidatesOf } from "../landing/pin-revision.ts";
import { factsOf, gapOf, type HeldPin, passedBy, type SyncContext } from "./facts.ts";
import { findNewestPublished, type ImageGroup, type NewestPublished } from "./newest-published.ts";

/** One image as it was found. */
export interface LookedImage {
  readonly image: string;
  readonly pins: readonly Pin[];
  /** What it came to, or why nothing is known. */
  readonly found: FoundImage | Failure;
}

/** An image that could be read. */
export interface FoundImage {
  readonly facts: DriftFacts;
  readonly drift: Drift;
  readonly gap: SyncGap | undefined;
}

/** A group, what its pins hold, and what they should. */
export interface GroupLook {
  readonly group: ImageGroup;
  readonly pins: readonly Pin[];
  readonly held: readonly HeldPin[];
  readonly whole: NewestPublished | Failure;
}

/**
 * Looks for what a group should hold.
 *
 * @param barred Commits that it must not land, by their places.
 */
export async function lookFor(
  { group, pins }: Pick<GroupLook, "group" | "pins">,
  scene: SyncContext,
  barred: readonly number[] = [],
): Promise<GroupLook> {
  const { ports, request, snapshot, graph } = scene;
  const held: HeldPin[] = [];
  const isOpen = (revision: Revision) =>
    !barred.some((place) => graph.isAncestor(place, graph.find(revision)!));
  const whole = await orFailure(async () => {
    for (const pin of pins) {
      const revisions = candidatesOf(await snapshot.revisionOf(pin));
      held.push(...revisions.map((revision) => ({ pin, revision })));
    }
    const passing = { held, paths: group.paths, scene };
    return findNewestPublished(
      {
        group,
        commits: scene.commits.filter(({ revision }) => isOpen(revision)),
        ...{ nowMs: ports.clock.nowMs(), graceMs: request.graceMs },
        passedBy: (commit) => passedBy(commit, passing),
      },
      ports,
    );
  });
  return { group, pins, held, whole };
}

/** Judges groups that belong together. What of them cannot be read keeps the others in place. */
export async function judgeGroups(
  looks: readonly GroupLook[],
  scene: SyncContext,
): Promise<readonly LookedImage[]> {
  const read: { image: ImageName; pins: readonly Pin[]; facts: DriftFacts | Failure }[] = [];
  for (const { group, pins, held, whole } of looks) {
    for (const image of group.images) {
      const isOwn = ({ pin }: HeldPin) => sameImage(pin.image, image);
      const question = { paths: group.paths, scene };
      const facts =
        whole instanceof Failure
          ? whole
          : await orFailure(() => factsOf(image, held.filter(isOwn), { whole, ...question }));
      read.push({ image, pins: pins.filter((pin) => sameImage(pin.image, image)), facts });
    }
  }
  return conclude(read, scene);
}

/** A Failure of the world is an answer about what was asked, and not the end of everything. */
async function orFailure<Value>(ask: () => Promise<Value>): Promise<Value | Failure> {
  try {
    return await ask();
  } catch (error) {
    return asFailure(error);
  }
}

function conclude(
  read: readonly { image: ImageName; pins: readonly Pin[]; facts: DriftFacts | Failure }[],
  scene: SyncContext,
): readonly LookedImage[] {
  const known = read.flatMap(({ facts }) => (facts instanceof Failure ? [] : [facts]));
  const isWhole = known.length === read.length;
  const drifts = isWhole ? judgeTogether(known) : known.map(judgeUnmoved);
  return read.map(({ image, pins, facts }) => {
    const name = printImageName(image);
    if (facts instanceof Failure) return { image: name, pins, found: facts };
    const drift = drifts[known.indexOf(facts)]!;
    return { image: name, pins, found: { facts, drift, gap: gapOf(facts, scene) } };
  });
}
