/** Whether tags and labels of images are of the revision that is promoted. */

import { Failure } from "../../core/failure.ts";
import type { Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Target } from "../../core/landing/change.ts";
import { isRelease, revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { Registry, SourceHistory } from "../../ports.ts";
import { releasedAs } from "../landing/pin-revision.ts";
import type { AskedImage } from "./promotion.ts";

/** What telling takes. */
interface Doubts {
  readonly revision: Revision;
  readonly history: SourceHistory;
}

/**
 * Refuses a tag of our own format that is another revision's: what lands would be recorded as what
 * it is not.
 *
 * @returns Warnings about digits that no commit of the source has, and about releases of others
 *   where tags are not made of releases.
 * @throws Failure `usage` when a tag of our format names another commit.
 */
export async function checkTags(
  targets: readonly Target[],
  tagFormat: TagFormat,
  { revision, history }: Doubts,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const { image, tag } of targets) {
    const digits = revisionPrefixIn(tagFormat, tag);
    const odd =
      digits === undefined
        ? await oddRelease(image, tag, { tagFormat, revision, history })
        : await oddDigits(image, tag, { digits, revision, history });
    if (odd !== undefined) warnings.push(`${printImageName(image)}:${tag} ${odd}`);
  }
  return warnings;
}

async function oddDigits(
  image: ImageName,
  tag: Tag,
  { digits, revision, history }: Doubts & { readonly digits: string },
): Promise<string | undefined> {
  if (revision.startsWith(digits)) return undefined;
  const other = await history.resolve(digits);
  if (other !== undefined) throw ofAnother(image, tag, { revision, other });
  return `has digits of another commit than ${revision}, which is promoted`;
}

/** Where tags are made of revisions, a release's name may be that of something else beside it. */
async function oddRelease(
  image: ImageName,
  tag: Tag,
  { tagFormat, revision, history }: Doubts & { readonly tagFormat: TagFormat },
): Promise<string | undefined> {
  if (!isRelease(tagFormat, tag)) return undefined;
  const other = await releasedAs(tag, tagFormat, history);
  if (other === undefined || other === revision) return undefined;
  if (tagFormat.digits === undefined) throw ofAnother(image, tag, { revision, other });
  return `is named like the git tag of ${other}, and ${revision} is promoted`;
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
    `Cannot promote "${printImageName(image)}:${tag}" as ${revision}: it is named after ${other}`,
    `Name the revision that the image was built from: --revision ${other.slice(0, 12)}.`,
  );
}
