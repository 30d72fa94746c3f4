/** What a release asks of one tip: which holds to lift. Moves no pin. */

import { type ImageName, printImageName } from "../image-ref.ts";
import { nameOf, type TagFormat } from "../tag-format.ts";
import type { Change } from "./change.ts";
import type { Hold, RevisionHold, Scope } from "./hold.ts";
import { releaseHolds } from "./lift-holds.ts";

/** What is lifted, each with those of its images that are released, and the change that does it. */
export interface ReleasePlan {
  readonly lifted: readonly RevisionHold[];
  readonly change: Change | undefined;
}

/** What is to be released, and where. */
export interface ReleaseQuestion extends Scope {
  readonly images: readonly ImageName[];
  readonly tagFormat: TagFormat;
}

/** Plans to release some images from the holds that the branch has. */
export function planRelease(standing: readonly Hold[], asked: ReleaseQuestion): ReleasePlan {
  const { kept, lifted } = releaseHolds(standing, asked.images, asked);
  const [first] = lifted;
  if (first === undefined) return { lifted, change: undefined };
  const names = [...new Set(lifted.flatMap(({ images }) => images.map(printImageName)))];
  const change: Change = {
    outcome: "released",
    revision: first.through,
    tags: [...new Set(lifted.map(({ through }) => nameOf(asked.tagFormat, through)))],
    moves: [],
    holds: kept,
    reason: `Images: ${names.join(", ")}`,
  };
  return { lifted, change };
}
