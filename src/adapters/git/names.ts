/** Names that reach git, or come from it: branches and the bytes of paths, checked before use. */

import { isBranchName } from "../../core/branch-name.ts";
import { Failure } from "../../core/failure.ts";

/**
 * Refuses a path whose bytes are not UTF-8. As text it is another path: writing it would add a file
 * beside the one that was read.
 *
 * @throws Failure `bad-manifest`.
 */
export function checkEncoding(path: string): void {
  if (!path.includes("\uFFFD")) return;
  throw new Failure(
    "bad-manifest",
    `Cannot edit "${path}": its name is not UTF-8`,
    "Give the file a name in UTF-8.",
    { place: { file: path } },
  );
}

/**
 * Returns the full name of a branch.
 *
 * @throws Failure `usage` for what git itself would not take for a branch.
 */
export function fullRef(branch: string): string {
  const name = branch.replace(/^refs\/heads\//, "");
  if (isBranchName(name)) return `refs/heads/${name}`;
  throw new Failure(
    "usage",
    `Cannot use the branch "${branch}": git allows no branch of that name`,
    "Name a branch such as main or release/1.2.",
  );
}
