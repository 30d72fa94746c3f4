/** Whether the images of a template and of its pods are the ones expected. */

import type { Digest, Tag } from "../ids.ts";
import { type ImageName, parseImageRef, sameImage } from "../image-ref.ts";
import type { StepVerdict } from "../results/verify.ts";
import type { Pod } from "./pod.ts";
import type { Container, Workload } from "./workload.ts";

/** An image that is to run. */
export interface ExpectedImage {
  readonly image: ImageName;
  readonly tag: Tag;
  /**
   * The digests that the registry has under the tag; none when they are not known. Of an index also
   * those of its platforms: some runtimes name these.
   */
  readonly digests: readonly Digest[];
  /** Tags that are known to be of later revisions, whatever their text says. */
  readonly later?: readonly Tag[] | undefined;
}

/** A container of a template that has one of the expected images. */
export interface Templated {
  readonly container: Container;
  readonly expected: ExpectedImage;
  readonly tag: Tag | undefined;
  readonly fit: "ours" | "other";
}

/** Returns the containers of a workload's template that have one of the expected images. */
export function templatedIn(
  { containers }: Workload,
  expected: readonly ExpectedImage[],
): readonly Templated[] {
  return containers.flatMap((container) => {
    const ref = parseImageRef(container.image);
    const wanted = ref && expected.find(({ image }) => sameImage(image, ref.name));
    if (ref === undefined || wanted === undefined) return [];
    const knowsDigest = ref.digest !== undefined && wanted.digests.length > 0;
    const hasDigest = knowsDigest ? wanted.digests.includes(ref.digest) : undefined;
    const hasTag = ref.tag === undefined ? undefined : ref.tag === wanted.tag;
    // Where both are written, the cluster goes by the digest; the tag must not belie it.
    const fit = hasDigest !== false && (hasTag ?? hasDigest) === true ? "ours" : "other";
    const tag = fit === "ours" ? wanted.tag : ref.tag;
    return [{ container, expected: wanted, tag, fit } as const];
  });
}

/** Returns what is wrong with a pod, or undefined when it runs what the template says. */
export function misfitOf(pod: Pod, templated: readonly Templated[]): StepVerdict | undefined {
  for (const { container, expected, tag, fit } of templated) {
    // Paired by the container's name: admission may rewrite images to a mirror's.
    const own = pod.containers.find(({ name }) => name === container.name);
    if (own === undefined) continue;
    const isComparable = fit === "ours" && expected.digests.length > 0 && own.digest !== undefined;
    const isOurs = isComparable && expected.digests.includes(own.digest);
    if (!holdsTheSame(own.image, container.image) && !(isOurs && isBare(own.image))) {
      return { kind: "waiting", detail: `pod ${pod.name} still runs "${own.image}"` };
    }
    if (!isComparable || isOurs) continue;
    return {
      kind: "failed",
      detail: `pod ${pod.name} runs ${own.digest}, but ${tag} is ${expected.digests[0]}`,
      hint: "The tag was published again after a node had pulled it. Pin the digest too.",
    };
  }
  return undefined;
}

/** Admission may write the digest in place of the tag. */
function isBare(image: string): boolean {
  const ref = parseImageRef(image);
  return ref?.digest !== undefined && ref.tag === undefined;
}

function holdsTheSame(image: string, other: string): boolean {
  const [a, b] = [parseImageRef(image), parseImageRef(other)];
  return image === other || (a?.tag === b?.tag && a?.digest === b?.digest);
}
