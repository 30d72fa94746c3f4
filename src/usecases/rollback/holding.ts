/** Which holds a rollback leaves in the branch: its own, and those of others that still count. */

import type { Revision } from "../../core/ids.ts";
import { type ImageName, sameImage } from "../../core/image-ref.ts";
import {
  type Hold,
  type HoldWords,
  holdEndsMs,
  isFreeze,
  isWithin,
  type RevisionHold,
} from "../../core/landing/hold.ts";
import type { Holding } from "../../core/landing/rollback.ts";
import type { SourceHistory } from "../../ports.ts";

/** Revisions of one image that are to stay out: each, and all that it descends from. */
export interface StayingOut {
  readonly image: ImageName;
  readonly through: readonly Revision[];
}

/**
 * Adds what is missing, so that every revision stays out for as long as it is to. Holds that are
 * over, and those that a new one makes needless, go with the same edit; nobody else's becomes
 * shorter by it.
 */
export async function holdMissing(
  out: readonly StayingOut[],
  standing: readonly Hold[],
  { words, nowMs, history }: { words: RollbackWords; nowMs: number; history: SourceHistory },
): Promise<Holding> {
  const inForce = standing.filter((hold) => holdEndsMs(hold) > nowMs);
  const active = inForce.filter((hold) => !isFreeze(hold)) as readonly RevisionHold[];
  const added: RevisionHold[] = [];
  for (const { image, through } of out) {
    for (const revision of through) {
      const wanted = { ...words, images: [image], through: revision };
      if (!(await isCovered(wanted, active, history))) addTo(added, wanted);
    }
  }
  if (added.length === 0) return { holds: standing, added };
  const kept: Hold[] = [];
  for (const hold of inForce) {
    if (isFreeze(hold)) {
      kept.push(hold);
      continue;
    }
    const images = [];
    for (const image of hold.images) {
      const isNeedless = await isCovered({ ...hold, images: [image] }, added, history);
      if (!isNeedless) images.push(image);
    }
    if (images.length > 0) kept.push({ ...hold, images });
  }
  return { holds: [...kept, ...added], added };
}

/** What a rollback says of its holds. */
export type RollbackWords = HoldWords & Pick<RevisionHold, "freeze">;

/** Images that are held through the same revision share one entry. */
function addTo(added: RevisionHold[], hold: RevisionHold): void {
  const at = added.findIndex(({ through }) => through === hold.through);
  const twin = added[at];
  if (twin === undefined) added.push(hold);
  else added[at] = { ...twin, images: [...twin.images, ...hold.images] };
}

/** Returns whether others hold the one image of a hold as far, as long, and in all its places. */
async function isCovered(
  hold: RevisionHold,
  others: readonly RevisionHold[],
  history: SourceHistory,
): Promise<boolean> {
  const [image] = hold.images;
  const longer = others.filter(
    (other) =>
      other.images.some((name) => image !== undefined && sameImage(name, image)) &&
      isAsWide(other, hold) &&
      (other.freeze || !hold.freeze) &&
      holdEndsMs(other) >= holdEndsMs(hold),
  );
  for (const other of longer) {
    if (other.through === hold.through) return true;
    // What the source does not know covers nothing that it knows.
    const [to, from] = [await history.resolve(other.through), await history.resolve(hold.through)];
    if (to !== undefined && from !== undefined && (await history.isAncestor(from, to))) return true;
  }
  return false;
}

/** Returns whether a hold is about all that another is about. */
function isAsWide(one: HoldWords, other: HoldWords): boolean {
  if (one.paths === undefined) return true;
  const within = other.paths?.every((path) => one.paths?.some((own) => isWithin(path, own)));
  return one.environment === other.environment && (within ?? false);
}
