/** The precondition of a promotion: every image is in its registry, or nothing is touched. */

import { Failure } from "../core/failure.ts";
import type { Digest, Tag } from "../core/ids.ts";
import { type ImageName, printImageName } from "../core/image-ref.ts";
import type { Registry } from "../ports.ts";
import type { Target } from "./promotion.ts";

/** An image and the tag that it is to be at, before anyone has looked. */
export interface Wanted {
  readonly image: ImageName;
  readonly tag: Tag;
  readonly digest?: Digest | undefined;
}

/**
 * Looks every image up and returns them with the digests that the registry names.
 *
 * @throws Failure `image-missing` naming all that are missing, `registry-lied` when a tag is not at
 *   the digest that was asked for, and whatever the registry itself fails with.
 */
export async function checkImages(
  wanted: readonly Wanted[],
  registry: Registry,
): Promise<readonly Target[]> {
  const facts = await Promise.all(wanted.map(({ image, tag }) => registry.find(image, tag)));
  const missing = wanted.filter((_, at) => facts[at]?.kind === "missing");
  if (missing.length > 0) {
    const names = missing.map(({ image, tag }) => `"${printImageName(image)}:${tag}"`).join(", ");
    throw new Failure(
      "image-missing",
      `Cannot promote: the registry does not have ${names}`,
      "Build and publish every image of the revision first; nothing was changed.",
    );
  }
  return wanted.map(({ image, tag, digest }, at) => {
    const fact = facts[at];
    const found = fact?.kind === "found" ? fact.digest : undefined;
    if (digest !== undefined && digest !== found) throw otherDigest({ image, tag, digest }, found);
    return { image, tag, digest: found };
  });
}

function otherDigest(wanted: Wanted, found: Digest | undefined): Failure {
  return new Failure(
    "registry-lied",
    `Cannot promote "${printImageName(wanted.image)}:${wanted.tag}": the registry has it at ${found}, not at ${wanted.digest}`,
    "Somebody pushed the tag again. Publish the image again, or promote the digest that is there.",
  );
}
