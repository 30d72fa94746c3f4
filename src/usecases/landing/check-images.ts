/** The precondition of a promotion: every image is in its registry, or nothing is touched. */

import { Failure } from "../../core/failure.ts";
import type { Digest, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import { type Backoff, waitMsBefore } from "../../core/landing/backoff.ts";
import type { Target } from "../../core/landing/change.ts";
import type { ImageFact, Registry } from "../../ports.ts";
import type { ReadPorts } from "./read-patiently.ts";

/** An image and the tag that it is to be at, before anyone has looked. */
export interface RequestedImage {
  readonly image: ImageName;
  readonly tag: Tag;
  readonly digest?: Digest | undefined;
}

/** What looking needs of the world, and how long it may take. */
export interface ImageCheck extends Pick<ReadPorts, "clock" | "random" | "progress"> {
  readonly registry: Registry;
  readonly reads: Backoff;
  readonly deadlineMs: number;
}

/** A registry may show late what was published a moment ago; what is missing is rarely that. */
const looksMax = 4;

/** What is lost when an image is missing, and what to do about it. */
export interface Cause {
  readonly verb: "promote" | "roll back";
  readonly remedy: string;
}

const promoting: Cause = {
  verb: "promote",
  remedy: "Build and publish every image of the revision first; nothing was changed.",
};

/**
 * Looks every image up and returns them with the digests that the registry names.
 *
 * @throws Failure `image-missing` naming all that are missing, `registry-lied` when a tag is not at
 *   the digest that was asked for, and whatever the registry itself fails with.
 */
export async function checkImages(
  wanted: readonly RequestedImage[],
  looking: ImageCheck,
  cause: Cause = promoting,
): Promise<readonly Target[]> {
  const facts = await findPatiently(wanted, looking);
  const missing = wanted.filter((_, at) => facts[at]?.kind === "missing");
  if (missing.length > 0) {
    throw new Failure(
      "image-missing",
      `Cannot ${cause.verb}: the registry does not have ${namesOf(missing)}`,
      cause.remedy,
    );
  }
  return wanted.map(({ image, tag, digest }, at) => {
    // None of them is missing.
    const { digest: found } = facts[at] as ImageFact & { readonly kind: "found" };
    if (digest !== undefined && digest !== found) {
      throw otherDigest({ image, tag, digest }, found, cause);
    }
    return { image, tag, digest: found };
  });
}

/** Looks for all, and again for those that are missing, until the looks or the time are used up. */
export async function findPatiently(
  wanted: readonly RequestedImage[],
  { registry, clock, random, progress, reads, deadlineMs }: ImageCheck,
): Promise<readonly ImageFact[]> {
  let facts: readonly ImageFact[] = [];
  for (let looks = 1; ; looks += 1) {
    const before = facts;
    const look = ({ image, tag }: RequestedImage, at: number) => {
      const known = before[at];
      return known?.kind === "found" ? known : registry.find(image, tag);
    };
    facts = await Promise.all(wanted.map(look));
    const missing = wanted.filter((_, at) => facts[at]?.kind === "missing");
    if (missing.length === 0 || looks === looksMax) return facts;
    const waitMs = waitMsBefore(looks, reads, random.unit());
    if (clock.nowMs() + waitMs > deadlineMs) return facts;
    progress.step(`${namesOf(missing)} is not there yet; looking again in ${waitMs} ms`);
    await clock.sleepMs(waitMs);
  }
}

function namesOf(images: readonly RequestedImage[]): string {
  return images.map(({ image, tag }) => `"${printImageName(image)}:${tag}"`).join(", ");
}

function otherDigest(wanted: RequestedImage, found: Digest, { verb }: Cause): Failure {
  return new Failure(
    "registry-lied",
    `Cannot ${verb} "${printImageName(wanted.image)}:${wanted.tag}": the registry has it at ${found}, not at ${wanted.digest}`,
    "Somebody pushed the tag again. Publish the image again, or ask for the digest that is there.",
  );
}
