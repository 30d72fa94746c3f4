/** Names that come from users and reach git: branches and paths, checked before they do. */

import { isBranchName } from "../../core/branch-name.ts";
import { Failure } from "../../core/failure.ts";
import type { TreeEntry } from "./objects.ts";

const pathHint = "Check the path: it counts from the root of the repository, with forward slashes.";

/**
 * Refuses paths that lead out of the repository, or into what is git's own.
 *
 * @throws Failure `usage`.
 */
export function checkSpelling(paths: readonly string[]): void {
  const isWrong = (part: string) => /^(?:|\.{1,2}|\.git)$/i.test(part);
  const wrong = paths.find((path) => path !== "." && path.split("/").some(isWrong));
  if (wrong === undefined) return;
  throw new Failure("usage", `Cannot use the path "${wrong}": it is no plain path`, pathHint);
}

/**
 * Refuses a path that is no plain file and no directory with files.
 *
 * @param entries What the tree has at and under the path.
 * @throws Failure `usage` when it has nothing, `bad-manifest` for a symbolic link or a submodule.
 */
export function checkPath(path: string, entries: readonly TreeEntry[]): void {
  const exact = entries.find((entry) => entry.path === path);
  if (exact?.mode === "120000" || exact?.mode === "160000") {
    const what = exact.mode === "120000" ? "a symbolic link" : "a submodule";
    throw new Failure(
      "bad-manifest",
      `Cannot read "${path}": it is ${what}`,
      "Name the file or directory that it stands for.",
      { place: { file: path } },
    );
  }
  if (exact !== undefined || entries.some((entry) => entry.path.startsWith(`${path}/`))) return;
  throw new Failure("usage", `Cannot find the path "${path}" on the manifests branch`, pathHint);
}

/**
 * Refuses a path whose bytes are no UTF-8. As text it is another path: to write it would add a file
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
 * @throws Failure `usage` for what is no plain branch name.
 */
export function fullRef(branch: string): string {
  const name = branch.replace(/^refs\/heads\//, "");
  if (isBranchName(name)) return `refs/heads/${name}`;
  throw new Failure(
    "usage",
    `Cannot use the branch "${branch}": it is no plain branch name`,
    "Name a branch such as main or release/1.2.",
  );
}
