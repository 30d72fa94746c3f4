/** Which files of a tree are meant by paths that a user gave: the rule of git and of the model. */

import { Failure } from "./failure.ts";
import { isManifestPath } from "./pins/names.ts";

/** A file, link or submodule of a tree. */
export interface PathEntry {
  readonly path: string;
  /** As git has it: 100644, 100755, 120000 (symlink), 160000 (submodule). */
  readonly mode: string;
}

/**
 * Returns the regular files that are named, and the manifests under folders that are. `.` means all
 * of the tree.
 *
 * @param entries What the tree has at and under the paths, and perhaps more.
 * @throws Failure `usage` for a path that leads out of the tree or to nothing, `bad-manifest` for
 *   one that is a symbolic link or a submodule.
 */
export function manifestsUnder<Entry extends PathEntry>(
  entries: readonly Entry[],
  paths: readonly string[],
): readonly Entry[] {
  checkSpelling(paths);
  const isAll = paths.includes(".");
  const own = isAll ? entries : entries.filter(({ path }) => isUnder(path, paths));
  for (const path of isAll ? [] : paths) checkPath(path, own);
  return own.filter(
    ({ mode, path }) => mode.startsWith("100") && (isManifestPath(path) || paths.includes(path)),
  );
}

/** Returns whether a path is one of some folders and files, or is below one. */
export function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

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
  throw new Failure("usage", `Cannot use the path "${wrong}": it is not a plain path`, pathHint);
}

/**
 * Refuses a path that is neither a plain file nor a directory with files.
 *
 * @param entries What the tree has at and under the path.
 * @throws Failure `usage` when it has nothing, `bad-manifest` for a symbolic link or a submodule.
 */
export function checkPath(path: string, entries: readonly PathEntry[]): void {
  const exact = entries.find((entry) => entry.path === path);
  if (exact?.mode === "120000" || exact?.mode === "160000") {
    const what = exact.mode === "120000" ? "a symbolic link" : "a submodule";
    throw new Failure(
      "bad-manifest",
      `Cannot read "${path}": it is ${what}`,
      "Name the file or directory that it points to.",
      { place: { file: path } },
    );
  }
  if (exact !== undefined || entries.some((entry) => entry.path.startsWith(`${path}/`))) return;
  throw new Failure("usage", `Cannot find the path "${path}" on the manifests branch`, pathHint);
}

/**
 * Returns the path that a link in a tree leads to, or undefined when that is outside of the tree.
 */
export function targetOfLink(path: string, text: string): string | undefined {
  const steps = path.split("/").slice(0, -1);
  if (text.startsWith("/")) return undefined;
  for (const step of text.split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return undefined;
    } else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

/** Says why a link is not edited. */
export function leadsOut(to: string): string {
  return `links to "${to}", which is not under the paths`;
}
