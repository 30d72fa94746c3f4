/** Where a rollback goes back to: a revision that is named, or so many deploys ago. */

import { Failure } from "../../core/failure.ts";
import { tagIn } from "../../core/history/pin-revision.ts";
import {
  type DeployedState,
  type DeployPoint,
  deployLine,
  type HeldText,
} from "../../core/history/timeline.ts";
import { asDigest, asTag, type Digest, type Revision, type Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { BackTarget, DeployHistory, Goal } from "../../core/landing/rollback.ts";
import { revisionPrefixIn } from "../../core/tag-format.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import { checkImages, type ImageCheck, type RequestedImage } from "../landing/check-images.ts";
import { imageTag, namedRevision } from "../landing/named-revision.ts";
import { releasedAs } from "../landing/pin-revision.ts";
import type { RollbackRequest } from "./rollback.ts";

type BackWanted = RequestedImage & { readonly revision: Revision };

/** What a goal is chosen by. */
interface GoalFacts {
  readonly past: DeployHistory;
  readonly history: SourceHistory;
}

/**
 * Finds the revision that is named, by its id, a prefix of it or a tag. Each image goes back to the
 * tag that it was deployed with, whatever tags are made like now.
 *
 * @throws Failure `unknown-revision` when the source has no such commit.
 */
export async function goalNamed(
  to: string,
  { images, tagFormat }: RollbackRequest,
  { past, history }: GoalFacts,
): Promise<readonly BackWanted[]> {
  const digits = revisionPrefixIn(tagFormat, to);
  const isTag = ({ text }: HeldText) => digits === undefined && tagIn(text) === to;
  const place = heldIn(past).find((held) => isTag(held) && held.revision !== undefined)?.revision;
  const revision =
    place === undefined
      ? await namedRevision(digits ?? to, "roll back to", history)
      : past.graph.revisionAt(place);
  const wanted: BackWanted[] = [];
  for (const { image, tag, digest } of images) {
    const deployed = tag ?? deployedTag(image, revision, past);
    const left = deployed === undefined ? leftWith(image, revision, past) : undefined;
    const own =
      deployed ?? left?.tag ?? (await imageTag(tagFormat, revision, { history, word: to }));
    wanted.push({ image, tag: own, digest, revision: left?.revision ?? revision });
  }
  return wanted;
}

/** Returns what the deploy of a revision left an image at that it did not move. */
function leftWith(image: ImageName, revision: Revision, { states, graph }: DeployHistory) {
  const place = graph.find(revision);
  const name = printImageName(image);
  const isIt = ({ step, held }: DeployedState) =>
    step.kind !== "superseded" && held.some((pin) => pin.revision === place);
  const found = place === undefined ? [] : (states.findLast(isIt)?.held ?? []);
  const pin = found.find((held) => held.image === name && held.revision !== undefined);
  const tag = pin && asTag(tagIn(pin.text));
  return tag && { tag, revision: graph.revisionAt(pin.revision!) };
}

/** Returns all that pins have held, the newest first. */
function heldIn({ states }: DeployHistory): readonly HeldText[] {
  return states.toReversed().flatMap(({ held }) => held);
}

function deployedTag(image: ImageName, revision: Revision, past: DeployHistory): Tag | undefined {
  const place = past.graph.find(revision);
  const name = printImageName(image);
  const found = heldIn(past).find(
    (held) => held.image === name && held.revision === place && tagIn(held.text) !== "",
  );
  return place === undefined || found === undefined ? undefined : asTag(tagIn(found.text));
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
  { past, history }: GoalFacts,
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
    const digits = revisionPrefixIn(tagFormat, tagText);
    const known = place === undefined ? undefined : graph.revisionAt(place);
    const revision =
      known ??
      (digits && (await history.resolve(digits))) ??
      (await releasedAs(tagText, tagFormat, history));
    if (!revision) throw namesNothing(image, text);
    const tag = asTag(tagText) ?? (await imageTag(tagFormat, revision, { history }));
    wanted.push({ image, tag, digest: asDigest(digest), revision });
  }
  return wanted;
}

/**
 * Proves that the older images exist, all of them, and returns where they go back to.
 *
 * @throws Failure `image-missing` naming the older deploys that are whole.
 */
export async function checkGoal(
  wanted: readonly BackWanted[],
  looking: Omit<ImageCheck, "registry"> & { readonly registry: Registry | undefined },
  past: DeployHistory,
): Promise<Goal> {
  const { registry } = looking;
  const digests =
    registry === undefined ? [] : await digestsOf(wanted, { ...looking, registry }, past);
  const targets = wanted.map(({ image, tag, digest, revision }, at) => {
    return { image, tag, digest: digests[at] ?? digest, revision };
  });
  const newest = targets.reduce((a, b) => (placeOf(b, past) < placeOf(a, past) ? b : a));
  return { revision: newest.revision, targets, past };
}

async function digestsOf(
  wanted: readonly BackWanted[],
  looking: ImageCheck,
  past: DeployHistory,
): Promise<readonly (Digest | undefined)[]> {
  const cause = { verb: "roll back", remedy: "Nothing was changed." } as const;
  try {
    return (await checkImages(wanted, looking, cause)).map(({ digest }) => digest);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "image-missing") throw error;
    const whole = await wholeBefore(wanted, looking.registry, past);
    throw new Failure(error.code, error.message, remedyOf(whole), { cause: error });
  }
}

/** How many older deploys are looked for, and how many of those that are whole are named. */
const [olderMax, namedMax] = [20, 3];

/** Finds the deploys before the one that is wanted whose images are all there, newest first. */
async function wholeBefore(
  wanted: readonly BackWanted[],
  registry: Registry,
  { states, graph }: DeployHistory,
): Promise<readonly string[]> {
  const names = wanted.map(({ image }) => printImageName(image));
  const newest = Math.min(
    ...wanted.map(({ revision }) => graph.find(revision) ?? Number.POSITIVE_INFINITY),
  );
  const whole: string[] = [];
  const older = deployLine(states, names, graph).points.toReversed().filter(isOlder);
  for (const { heads } of older.slice(0, olderMax)) {
    const facts = await Promise.all(
      heads.map(({ text }, at) => findHead(wanted[at]!.image, text, registry)),
    );
    const text = tagIn(heads[0]!.text);
    if (facts.every((isThere) => isThere) && !whole.includes(text)) whole.push(text);
    if (whole.length === namedMax) break;
  }
  return whole;

  /** The later a commit of the source, the lower its place. */
  function isOlder({ heads }: DeployPoint): boolean {
    return heads.every(({ revision }) => revision !== undefined && revision >= newest);
  }
}

async function findHead(image: ImageName, text: string, registry: Registry): Promise<boolean> {
  const [tag = "", digest = ""] = text.split("@");
  const reference = asDigest(digest) ?? asTag(tag);
  return reference !== undefined && (await registry.find(image, reference)).kind === "found";
}

function remedyOf(whole: readonly string[]): string {
  const [newest, ...others] = whole;
  if (newest === undefined) {
    return "No older deploy of the branch has all its images: build the revision again. Nothing was changed.";
  }
  const more = others.length === 0 ? "" : `; also whole: ${others.join(", ")}`;
  return `The newest older deploy that is whole is ${newest}: --to ${newest}${more}. Nothing was changed.`;
}

function placeOf({ revision }: BackTarget, { graph }: DeployHistory): number {
  return graph.find(revision) ?? Number.POSITIVE_INFINITY;
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
