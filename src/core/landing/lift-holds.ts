/** What lifting holds leaves in the file, and what it takes out. */

import { Failure } from "../failure.ts";
import { type ImageName, printImageName, sameImage } from "../image-ref.ts";
import { concerns, type Hold, isFreeze, isWithin, type RevisionHold, type Scope } from "./hold.ts";

/** The holds before a change, split by it. */
export interface LiftedHolds<Lifted extends Hold> {
  /** All that stay, each with what is left of it. */
  readonly kept: readonly Hold[];
  readonly lifted: readonly Lifted[];
}

/**
 * Lifts what rollbacks hold of some images in a scope, and nothing of another scope.
 *
 * @throws Failure `usage` when a hold is about more than the scope and cannot be split.
 */
export function releaseHolds(
  standing: readonly Hold[],
  images: readonly ImageName[],
  scope: Scope,
): LiftedHolds<RevisionHold> {
  const kept: Hold[] = [];
  const lifted: RevisionHold[] = [];
  const isAsked = (name: ImageName) => images.some((image) => sameImage(image, name));
  for (const hold of standing) {
    const asked = isFreeze(hold) || !concerns(hold, scope) ? [] : hold.images.filter(isAsked);
    if (isFreeze(hold) || asked.length === 0) {
      kept.push(hold);
      continue;
    }
    const stay = pathsLeft(hold, scope);
    if (stay.length > 0) kept.push({ ...hold, images: asked, paths: stay });
    const others = hold.images.filter((name) => !isAsked(name));
    if (others.length > 0) kept.push({ ...hold, images: others });
    lifted.push({ ...hold, images: asked });
  }
  return { kept, lifted };
}

/** Returns the paths of a hold that a release of a scope leaves held. */
function pathsLeft(hold: RevisionHold, scope: Scope): readonly string[] {
  const isNamed = hold.environment !== undefined && hold.environment === scope.environment;
  if (hold.paths === undefined || isNamed) return [];
  const left = hold.paths.filter((path) => !scope.paths.some((own) => isWithin(path, own)));
  if (left.length < hold.paths.length) return left;
  throw new Failure(
    "usage",
    `Cannot release ${hold.images.map(printImageName).join(", ")} for ${scope.paths.join(", ")} alone: the hold is about ${hold.paths.join(", ")}`,
    `Release all of it: ${hold.paths.map((path) => `--path ${path}`).join(" ")}.`,
  );
}

/** Ends the freezes of a scope. */
export function thawFreezes(standing: readonly Hold[], scope: Scope): LiftedHolds<Hold> {
  const isLifted = (hold: Hold) => isFreeze(hold) && concerns(hold, scope);
  return {
    kept: standing.filter((hold) => !isLifted(hold)),
    lifted: standing.filter(isLifted),
  };
}
