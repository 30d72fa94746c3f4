/** Looks at images that are published together: what they should hold, and what they do. */

import { asFailure, Failure } from "../../core/failure.ts";
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
import { factsOf, gapOf, type HeldPin, isPassed, type SyncContext } from "./facts.ts";
import { findNewestPublished, type ImageGroup } from "./newest-published.ts";

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

/** Looks at one group. An image of it that cannot be read keeps the others where they are. */
export async function inspectGroup(
  group: ImageGroup,
  pins: readonly Pin[],
  scene: SyncContext,
): Promise<readonly LookedImage[]> {
  const { ports, request, snapshot } = scene;
  const found = await orFailure(async () => {
    const held: HeldPin[] = [];
    for (const pin of pins) {
      const revisions = candidatesOf(await snapshot.revisionOf(pin));
      held.push(...revisions.map((revision) => ({ pin, revision })));
    }
    const whole = await findNewestPublished(
      {
        ...{ group, commits: scene.commits, tagFormat: request.tagFormat },
        ...{ nowMs: ports.clock.nowMs(), graceMs: request.graceMs },
        isPassed: (revision) => isPassed(revision, held, scene),
      },
      ports,
    );
    return { held, whole };
  });
  const read: (DriftFacts | Failure)[] = [];
  for (const image of group.images) {
    const isOwn = ({ pin }: HeldPin) => sameImage(pin.image, image);
    const facts =
      found instanceof Failure
        ? found
        : await orFailure(() =>
            factsOf(image, found.held.filter(isOwn), { whole: found.whole, scene }),
          );
    read.push(facts);
  }
  return conclude(group.images, { read, pins, scene });
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
  images: readonly ImageName[],
  about: {
    readonly read: readonly (DriftFacts | Failure)[];
    readonly pins: readonly Pin[];
    readonly scene: SyncContext;
  },
): readonly LookedImage[] {
  const { read, pins, scene } = about;
  const known = read.flatMap((facts) => (facts instanceof Failure ? [] : [facts]));
  const isWhole = known.length === read.length;
  const drifts = isWhole ? judgeTogether(known) : known.map(judgeUnmoved);
  return images.map((image, at) => {
    const own = pins.filter((pin) => sameImage(pin.image, image));
    const facts = read[at]!;
    const name = printImageName(image);
    if (facts instanceof Failure) return { image: name, pins: own, found: facts };
    const drift = drifts[known.indexOf(facts)]!;
    return { image: name, pins: own, found: { facts, drift, gap: gapOf(facts, scene) } };
  });
}
