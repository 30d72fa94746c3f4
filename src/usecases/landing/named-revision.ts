/** The revision that a user's word names, and the tag that its images have. */

import { Failure } from "../../core/failure.ts";
import type { Revision, Tag } from "../../core/ids.ts";
import { type TagFormat, tagOf } from "../../core/tag-format.ts";
import type { SourceHistory } from "../../ports.ts";

/**
 * Finds the revision: by its id, its first digits, HEAD, a branch or a tag.
 *
 * @param doing What the revision is wanted for, as in `promote`.
 * @throws Failure `unknown-revision` when the source has no such commit, or several.
 */
export async function namedRevision(
  text: string,
  doing: string,
  history: Pick<SourceHistory, "named">,
): Promise<Revision> {
  const [revision, ...others] = await history.named(text);
  if (revision === undefined) {
    throw new Failure(
      "unknown-revision",
      `Cannot ${doing} "${text}": the source history has no such commit`,
      "Give a commit id, its first digits, a branch or a tag of the repository named by --source.",
    );
  }
  if (others.length === 0) return revision;
  throw new Failure(
    "unknown-revision",
    `Cannot ${doing} "${text}": it names ${others.length + 1} commits, ${[revision, ...others].join(", ")}`,
    "Use more digits, or the full name of a branch or tag: refs/heads/… or refs/tags/….",
  );
}

/**
 * Returns the tag of a revision's images.
 *
 * @param word What the user called the revision: of several releases of it, that one is meant.
 * @throws Failure `unknown-revision` when the format asks for a release, and there is none.
 */
export async function imageTag(
  tagFormat: TagFormat,
  revision: Revision,
  {
    history,
    word = "",
  }: { readonly history: Pick<SourceHistory, "tagsAt">; readonly word?: string | undefined },
): Promise<Tag> {
  const releases = tagFormat.digits === undefined ? await history.tagsAt(revision) : [];
  const name = word.replace(/^refs\/tags\//, "");
  return tagOf(tagFormat, revision, releases.includes(name) ? [name] : releases);
}
