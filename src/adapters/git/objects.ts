/**
 * Objects of our own bare repository: trees, blobs and messages out. Plumbing only, no work tree.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import { type GitPlace, runHere } from "./run.ts";
import { isAmbiguous } from "./text.ts";

/** An entry of a tree, at any depth. */
export interface TreeEntry {
  /** As git has it: 100644, 100755, 120000 (symlink), 160000 (submodule). */
  readonly mode: string;
  readonly id: string;
  readonly path: string;
}

/** Who commits. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Makes an empty bare repository (gitrepository-layout), which takes no process. */
export function createBare(directory: string): void {
  mkdirSync(join(directory, "objects", "info"), { recursive: true });
  mkdirSync(join(directory, "refs"));
  writeFileSync(join(directory, "HEAD"), "ref: refs/heads/none\n");
  writeFileSync(
    join(directory, "config"),
    "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
  );
}

/** Lists the files at or under some paths of a commit. No path means all of them. */
export async function listTree(
  place: GitPlace,
  commit: CommitId,
  paths: readonly string[],
): Promise<readonly TreeEntry[]> {
  const { stdout } = await runHere(place, [
    "ls-tree",
    "-r",
    "-z",
    "--full-tree",
    commit,
    "--",
    ...paths,
  ]);
  return stdout
    .toString("utf8")
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      // `<mode> SP <type> SP <id> TAB <path>`
      const tab = line.indexOf("\t");
      const [mode = "", , id = ""] = line.slice(0, tab).split(" ");
      return { mode, id, path: line.slice(tab + 1) };
    });
}

/** Returns the file (or link, or submodule) at a path of a commit, or undefined. */
export async function findFile(
  place: GitPlace,
  commit: CommitId,
  path: string,
): Promise<TreeEntry | undefined> {
  // Most often there is none. rev-parse says so; ls-tree would say nothing, and simple-git waits
  // for words.
  const args = ["rev-parse", "--verify", "--end-of-options", `${commit}:${path}`];
  const { code } = await runHere(place, args, { answers: [128] });
  if (code !== 0) return undefined;
  const entries = await listTree(place, commit, [path]);
  return entries.find((entry) => entry.path === path);
}

/** Reads blobs by id. Those that are not in our repository are missing from the answer. */
export async function readBlobs(
  place: GitPlace,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const blobs = new Map<string, Buffer>();
  if (ids.length === 0) return blobs;
  const { stdout } = await runHere(place, ["cat-file", "--batch", "--buffer"], {
    input: `${ids.join("\n")}\n`,
  });
  // `<id> SP blob SP <size> LF <bytes> LF`, or `<id> SP missing LF`.
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(10, at);
    const [id = "", kind, size] = stdout.toString("latin1", at, end).split(" ");
    at = end + 1;
    if (kind === "missing") continue;
    blobs.set(id, stdout.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return blobs;
}

/**
 * Returns the commits that ids, refs or annotated tags stand for, in their order. Undefined where
 * our repository has none.
 */
export async function commitsAmong(
  place: GitPlace,
  names: readonly string[],
): Promise<readonly (string | undefined)[]> {
  if (names.length === 0) return [];
  const { stdout } = await runHere(place, ["cat-file", "--batch-check=%(objectname)"], {
    input: `${names.map((name) => `${name}^{commit}`).join("\n")}\n`,
  });
  return stdout.toString("latin1").split("\n").slice(0, names.length).map(asCommitId);
}

/** Returns all commits that an id, or the first digits of one, names. */
export async function commitsNamed(place: GitPlace, digits: string): Promise<readonly string[]> {
  // Asked for a commit, git passes over files and trees that begin alike.
  const args = ["rev-parse", "--verify", "--end-of-options", `${digits}^{commit}`];
  const only = await runHere(place, args, { answers: [128] });
  const id = only.stdout.toString("latin1").trim();
  if (id.startsWith(digits)) return [id];
  if (digits.length >= 40 || !isAmbiguous(only)) return [];
  const list = await runHere(place, ["rev-parse", `--disambiguate=${digits}`]);
  const ids = list.stdout.toString("latin1").trim().split("\n");
  const commits = await commitsAmong(place, ids);
  return ids.filter((each, at) => commits[at] === each);
}

/** Reads a commit's message. */
export async function readMessageOf(place: GitPlace, commit: CommitId): Promise<string> {
  const { stdout } = await runHere(place, ["cat-file", "commit", commit]);
  const text = stdout.toString("utf8");
  return text.slice(text.indexOf("\n\n") + 2);
}

/** Reads the messages of a commit and of those before it, as far as they are here. */
export async function readMessagesBefore(
  place: GitPlace,
  commit: CommitId,
  count: number,
): Promise<readonly string[]> {
  const args = ["log", "-z", `--max-count=${count}`, "--format=tformat:%B"];
  const { stdout } = await runHere(place, [...args, "--end-of-options", commit, "--"]);
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

/** Returns whether a commit is another or one of its ancestors. Both must be in our repository. */
export async function isAncestor(
  place: GitPlace,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if (ancestor === descendant) return true;
  // Exit status 1 says that the two have nothing in common.
  const { stdout } = await runHere(place, ["merge-base", ancestor, descendant], { answers: [1] });
  return stdout.toString("latin1").trim() === ancestor;
}
