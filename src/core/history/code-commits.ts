/** Which commits of a source deploys made, or touch manifests only: nothing is built of them. */

import { isManifestPath } from "../pins/names.ts";
import type { FileChange, LoggedCommit } from "./commits.ts";
import { readTool, type ToolCommit } from "./deploys.ts";

/** Tells commits apart. */
export interface CommitJudge {
  /** Returns what a tool says of a commit of its own. */
  toolOf(commit: LoggedCommit): ToolCommit | undefined;
  /** Returns whether no deploy is to be made of a commit. */
  isNoCode(commit: LoggedCommit): boolean;
  /**
   * Returns the parents of a merge that have all of its code, where not all do. Nothing tells
   * whether the merge was built or had been built already, as one of these: a registry may.
   */
  sameCode(commit: LoggedCommit): readonly string[];
}

/** Returns a judge for a source that is separate from its manifests: only messages tell. */
export function judgeByMessage(pattern: RegExp): CommitJudge {
  const toolOf = remember((commit: LoggedCommit) => readTool(commit, pattern));
  return { toolOf, isNoCode: (commit) => toolOf(commit) !== undefined, sameCode: () => [] };
}

/** What is known of a branch that has both code and manifests. */
export interface MixedBranch {
  readonly pattern: RegExp;
  /** Where the manifests are. */
  readonly paths: readonly string[];
  /** All that the commits changed which touch manifests, or which a tool says it made. */
  readonly touched: ReadonlyMap<string, readonly FileChange[]>;
  /** What merges changed against each of their further parents, in the order of these. */
  readonly merged: ReadonlyMap<string, readonly (readonly FileChange[])[]>;
  /** Returns whether a file has ever pinned one of the images. */
  readonly hasPinned: (path: string) => boolean;
  /** All files at the tip. */
  readonly files: readonly string[];
}

/**
 * Returns a judge for a branch with code and manifests. A commit that says it is a tool's, and
 * changes code as well, is somebody's: its words do not hide it. A branch that has nothing beside
 * manifests says nothing by what commits touch: all that no tool made count as code.
 *
 * A merge is judged by all its sides: `git pull` puts the deploys of others on top of somebody's
 * own work, so that it changes nothing but manifests against its first parent, and CI builds it.
 */
export function judgeByFiles(branch: MixedBranch): CommitJudge {
  const { pattern, paths, touched, merged, hasPinned, files } = branch;
  const folders = paths.filter((path) => path !== ".");
  const isBelow = (path: string) =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
  const isOurs = (path: string) => path.startsWith(".landfall/") || hasPinned(path);
  const isManifest = (path: string) => isOurs(path) || (isBelow(path) && isManifestPath(path));
  const couldBeTools = (path: string) => isOurs(path) || isBelow(path) || isManifestPath(path);
  const pathsOf = ({ id }: LoggedCommit) => touched.get(id)?.map(({ path }) => path) ?? [];
  const toolOf = remember((commit: LoggedCommit) => {
    const tool = readTool(commit, pattern);
    return tool !== undefined && pathsOf(commit).every(couldBeTools) ? tool : undefined;
  });
  const hasCode = files.some((path) => !isManifest(path));
  /** Whether a merge's code is that of its parents, one by one. */
  const hasCodeOf = remember((commit: LoggedCommit) => {
    const sides = [touched.get(commit.id) ?? [], ...(merged.get(commit.id) ?? [])];
    return sides.map((changes) => hasCode && changes.every(({ path }) => isManifest(path)));
  });
  const isMerge = ({ id }: LoggedCommit) => merged.has(id);
  return {
    toolOf,
    isNoCode(commit) {
      if (isMerge(commit)) return hasCodeOf(commit).every(Boolean);
      if (toolOf(commit) !== undefined) return true;
      const changed = pathsOf(commit);
      return hasCode && changed.length > 0 && changed.every(isManifest);
    },
    sameCode(commit) {
      if (!isMerge(commit) || hasCodeOf(commit).every(Boolean)) return [];
      return commit.parents.filter((_, at) => hasCodeOf(commit)[at]);
    },
  };
}

function remember<T>(ask: (commit: LoggedCommit) => T): (commit: LoggedCommit) => T {
  const known = new Map<string, T>();
  return (commit) => {
    const answer = known.has(commit.id) ? (known.get(commit.id) as T) : ask(commit);
    known.set(commit.id, answer);
    return answer;
  };
}
