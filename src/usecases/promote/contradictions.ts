/** Whether tags and labels of images are of the revision that is promoted. */

import { Failure } from "../../core/failure.ts";
import type { Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import type { AskedImage } from "./promotion.ts";

/** What telling takes. */
interface Doubts {
  readonly revision: Revision;
  readonly history: SourceHistory;
}

/**
 * Refuses a tag of our own format whose digits are another revision's: what lands would be recorded
 * as what it is not.
 *
 * @returns Warnings about digits that no commit of the source has.
 * @throws Failure `usage` when they name another commit.
 */
export async function checkTags(
  targets: readonly Target[],
  tagFormat: TagFormat,
  { revision, history }: Doubts,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { image, tag } of targets) {
    const digits = revisionPrefixIn(tagFormat, tag);
    if (digits === undefined || revision.startsWith(digits)) continue;
    const other = await history.resolve(digits);
    if (other !== undefined) throw ofAnother(image, tag, { revision, other });
    warnings.push(
      `${printImageName(image)}:${tag} has digits of another commit than ${revision}, which is promoted`,
    );
  }
  return warnings;
}

/**
 * Reads the images' labels. An image of a revision that changed nothing in it keeps the label of an
 * older one (`landfall retag`), which is no contradiction where the image has `paths`. A label that
 * the source does not know is a base image's.
 *
 * @returns Warnings about labels that name another commit of the source.
 */
export async function checkLabels(
  asked: readonly (Target & Pick<AskedImage, "paths">)[],
  { registry, revision, history }: Doubts & { readonly registry: Pick<Registry, "revisionOf"> },
): Promise<readonly string[]> {
  const labels = await Promise.all(asked.map((target) => labelOf(registry, target)));
  const warnings: string[] = [];
  for (const [at, { image, tag, paths }] of asked.entries()) {
    const label = labels[at];
    const other = label === undefined ? undefined : await history.resolve(label);
    if (other === undefined || other === revision) continue;
    if (paths !== undefined && (await history.isAncestor(other, revision))) continue;
    warnings.push(
      `${printImageName(image)}:${tag} is labelled with ${other}, and ${revision} is promoted`,
    );
  }
  return warnings;
}

/** The image is there, which is what counts: a label that cannot be read now says nothing. */
async function labelOf(
  registry: Pick<Registry, "revisionOf">,
  { image, tag }: Target,
): Promise<Revision | undefined> {
  try {
    return await registry.revisionOf(image, tag);
  } catch (error) {
    if (error instanceof Failure && error.code !== "interrupted") return undefined;
    throw error;
  }
}

function ofAnother(
  image: ImageName,
  tag: Tag,
  { revision, other }: { readonly revision: Revision; readonly other: Revision },
): Failure {
  return new Failure(
    "usage",
    `Cannot promote "${printImageName(image)}:${tag}" as ${revision}: its digits are those of ${other}`,
    `Name the revision that the image was built from: --revision ${other.slice(0, 12)}.`,
  );
}
