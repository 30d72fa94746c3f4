/** The revision that a user's word names: an id, its first digits, HEAD, a branch or a tag. */

import { Failure } from "../../core/failure.ts";
import type { Revision } from "../../core/ids.ts";
import type { SourceHistory } from "../../ports.ts";

/**
 * Finds it.
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
