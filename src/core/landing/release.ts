/** What a release asks of one tip: which holds to lift. Moves no pin. */

import { type ImageName, printImageName, sameImage } from "../image-ref.ts";
import { type TagFormat, tagOf } from "../tag-format.ts";
import type { Change } from "./change.ts";
import type { Hold } from "./hold.ts";

/** What is lifted, each with those of its images that are released, and the change that does it. */
export interface ReleasePlan {
  readonly lifted: readonly Hold[];
  readonly change: Change | undefined;
}

/** Plans to release some images from the holds that the branch has. */
export function planRelease(
  standing: readonly Hold[],
  asked: readonly ImageName[],
  tagFormat: TagFormat,
): ReleasePlan {
  const isAsked = (name: ImageName) => asked.some((image) => sameImage(image, name));
  const lifted = partsOf(standing, isAsked);
  const [first] = lifted;
  if (first === undefined) return { lifted, change: undefined };
  const names = [...new Set(lifted.flatMap(({ images }) => images.map(printImageName)))];
  const change: Change = {
    outcome: "released",
    revision: first.through,
    tags: [...new Set(lifted.map(({ through }) => tagOf(tagFormat, through)))],
    moves: [],
    holds: partsOf(standing, (name) => !isAsked(name)),
    reason: `Images: ${names.join(", ")}`,
  };
  return { lifted, change };
}

/** Returns holds with some of their images alone. Those that have none of them are left out. */
function partsOf(holds: readonly Hold[], isPart: (name: ImageName) => boolean): readonly Hold[] {
  const parts = holds.map((hold) => ({ ...hold, images: hold.images.filter(isPart) }));
  return parts.filter(({ images }) => images.length > 0);
}
