/** Where a rollback goes back to: a revision that is named, or so many deploys ago. */

import { Failure } from "../../core/failure.ts";
import { deployLine } from "../../core/history/timeline.ts";
import { asDigest, asTag, type Revision } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { BackTarget, DeployHistory, Goal } from "../../core/landing/rollback.ts";
import { revisionPrefixIn, tagOf } from "../../core/tag-format.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import { checkImages, type ImageCheck, type RequestedImage } from "../landing/check-images.ts";
import { namedRevision } from "../landing/named-revision.ts";
import type { RollbackRequest } from "./rollback.ts";

type BackWanted = RequestedImage & { readonly revision: Revision };

/**
 * Finds the revision that is named, by its id, a prefix of it or a tag.
 *
 * @throws Failure `unknown-revision` when the source has no such commit.
 */
export async function goalNamed(
  to: string,
  { images, tagFormat }: RollbackRequest,
  history: SourceHistory,
): Promise<readonly BackWanted[]> {
  const named = revisionPrefixIn(tagFormat, to) ?? to;
  const revision = await namedRevision(named, "roll back to", history);
  return images.map(({ image, tag, digest }) => {
    return { image, tag: tag ?? tagOf(tagFormat, revision), digest, revision };
  });
}

/**
 * Counts back over what was deployed, each image with the tag that it had then.
 *
 * @throws Failure `usage` when there were fewer deploys, `unknown-revision` when an image then held
 *   what names no commit of the source.
 */
export async function goalBack(
  steps: number,
  { images, tagFormat }: RollbackRequest,
  { past, history }: { readonly past: DeployHistory; readonly history: SourceHistory },
): Promise<readonly BackWanted[]> {
  const { states, graph } = past;
  const names = images.map(({ image }) => printImageName(image));
  const { points } = deployLine(states, names, graph);
  const point = points.at(-1 - steps);
  if (point === undefined) throw tooFewDeploys(steps, Math.max(0, points.length - 1));
  const wanted: BackWanted[] = [];
  for (const [at, { image }] of images.entries()) {
    const { text, revision: place } = point.heads[at]!;
    const [tagText = "", digest = ""] = text.split("@");
    // The log has the line that the source has checked out; a deploy may have been of another one.
    const digits = revisionPrefixIn(tagFormat, tagText) ?? "";
    const known = place === undefined ? undefined : graph.revisionAt(place);
    const revision = known ?? (await history.resolve(digits));
    if (revision === undefined) throw namesNothing(image, text);
    const tag = asTag(tagText) ?? tagOf(tagFormat, revision);
    wanted.push({ image, tag, digest: asDigest(digest), revision });
  }
  return wanted;
}

/** Proves that the older images exist, all of them, and returns where they go back to. */
export async function checkGoal(
  wanted: readonly BackWanted[],
  looking: Omit<ImageCheck, "registry"> & { readonly registry: Registry | undefined },
  past: DeployHistory,
): Promise<Goal> {
  const { registry } = looking;
  const cause = {
    verb: "roll back",
    remedy:
      "Choose a revision whose images are there: `landfall pins --history`. Nothing was changed.",
  } as const;
  const checked =
    registry === undefined ? undefined : await checkImages(wanted, { ...looking, registry }, cause);
  const targets = wanted.map(({ image, tag, digest, revision }, at) => {
    return { image, tag, digest: checked?.[at]?.digest ?? digest, revision };
  });
  const place = ({ revision }: BackTarget) => past.graph.find(revision) ?? Number.POSITIVE_INFINITY;
  const newest = targets.reduce((a, b) => (place(b) < place(a) ? b : a));
  return { revision: newest.revision, targets, past };
}

function namesNothing(image: ImageName, held: string): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot count back: "${printImageName(image)}" held "${held}" then, which names no commit`,
    "Name a revision with --to, of those that `landfall pins --history` lists.",
  );
}

function tooFewDeploys(steps: number, known: number): Failure {
  const found = known === 1 ? "1 earlier deploy" : `${known} earlier deploys`;
  return new Failure(
    "usage",
    `Cannot go back ${steps} deploys: the branch shows ${found} of all these images`,
    "See what was deployed when with `landfall pins --history`, and name the images with --image.",
  );
}
