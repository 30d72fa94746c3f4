/** Gives published images further tags: no build, the same digest, and none of them goes back. */

import type { Digest, Revision, Tag } from "../core/ids.ts";
import { type ImageName, printImageName } from "../core/image-ref.ts";
import type { Progress, Registry, SourceHistory, Tagger } from "../ports.ts";
import { namedRevision } from "./landing/named-revision.ts";

/** What is asked. */
export interface RetagRequest {
  readonly images: readonly { readonly image: ImageName; readonly from: Tag | Digest }[];
  readonly tags: readonly Tag[];
}

/** One image at one tag. */
export interface TaggedImage {
  readonly image: string;
  readonly tag: Tag;
  /** What has the tag now. */
  readonly digest: Digest;
  readonly outcome: "given" | "left";
  /** The revision that a tag was left at. */
  readonly newer?: Revision;
}

/** What `landfall retag` prints. The field `version` changes when a reader would have to. */
export interface RetagResult {
  readonly version: 1;
  readonly command: "retag";
  readonly exit: 0;
  readonly images: readonly TaggedImage[];
}

/** Returns what has a tag now, when that is of a newer revision than ours. */
export type NewerAt = (
  image: ImageName,
  tag: Tag,
) => Promise<{ readonly digest: Digest; readonly newer: Revision } | undefined>;

/**
 * Gives the tags, one after the other. Registries have no compare-and-set, so each tag is looked at
 * right before it is written, and who writes between the two is not seen.
 *
 * @param newerAt Absent: every tag is given, whatever has it. Throws what the registry and this do.
 */
export async function retag(
  { images, tags }: RetagRequest,
  { tagger, newerAt }: { readonly tagger: Tagger; readonly newerAt?: NewerAt | undefined },
): Promise<RetagResult> {
  const rows: TaggedImage[] = [];
  for (const { image, from } of images) {
    for (const tag of tags) {
      const left = await newerAt?.(image, tag);
      const now = left
        ? ({ ...left, outcome: "left" } as const)
        : ({ digest: await tagger.addTag(image, from, tag), outcome: "given" } as const);
      rows.push({ image: printImageName(image), tag, ...now });
    }
  }
  return { version: 1, command: "retag", exit: 0, images: rows };
}

/** What tells of which revision a tag is, and whether that is newer. */
export interface RetagFacts {
  readonly registry: Pick<Registry, "find" | "revisionOf">;
  readonly history: SourceHistory;
  readonly progress: Progress;
}

/**
 * Returns how to look for what is newer than a revision: by the label of the image, and ancestry in
 * the source. What has no label, or one that the source does not know, is not newer.
 *
 * @throws Failure `unknown-revision`, and what the history fails with.
 */
export async function newerThan(asked: string, facts: RetagFacts): Promise<NewerAt> {
  const { registry, history, progress } = facts;
  const ours = await namedRevision(asked, "tag images of", history);
  return async (image, tag) => {
    const fact = await registry.find(image, tag);
    if (fact.kind === "missing") return undefined;
    const { digest } = fact;
    const labelled = await registry.revisionOf(image, digest);
    const newer = labelled && (await history.resolve(labelled));
    if (labelled !== undefined && newer === undefined) {
      const what = `${printImageName(image)}:${tag} is of ${labelled}`;
      progress.warn(`${what}, which the source history does not have: it is moved`);
    }
    if (newer === undefined || newer === ours) return undefined;
    return (await history.isAncestor(ours, newer)) ? { digest, newer } : undefined;
  };
}
