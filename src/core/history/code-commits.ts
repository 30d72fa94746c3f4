/** Which commits of a source deploys made, or touch manifests only: nothing is built of them. */

import { isManifestPath } from "../pins/mention.ts";
import type { FileChange, LoggedCommit } from "./commits.ts";
import { readTool, type ToolCommit } from "./deploys.ts";

/** Tells commits apart. */
export interface CommitJudge {
  /** Returns what a tool says of a commit of its own. */
  toolOf(commit: LoggedCommit): ToolCommit | undefined;
  /** Returns whether no deploy is to be made of a commit. */
  isNoCode(commit: LoggedCommit): boolean;
}

/** Returns a judge for a source that stands apart from its manifests: only messages tell. */
export function judgeByMessage(pattern: RegExp): CommitJudge {
  const toolOf = remember((commit: LoggedCommit) => readTool(commit, pattern));
  return { toolOf, isNoCode: (commit) => toolOf(commit) !== undefined };
}

/** What is known of a branch that has both code and manifests. */
export interface MixedBranch {
  readonly pattern: RegExp;
  /** Where the manifests are. */
  readonly paths: readonly string[];
  /** All that the commits changed which touch manifests, or which a tool says it made. */
  readonly touched: ReadonlyMap<string, readonly FileChange[]>;
  /** Returns whether a file has ever pinned one of the images. */
  readonly hasPinned: (path: string) => boolean;
  /** All files at the tip. */
  readonly files: readonly string[];
}

/**
 * Returns a judge for a branch with code and manifests. A commit that says it is a tool's, and
 * changes code as well, is somebody's: its words do not hide it. A branch that has nothing beside
 * manifests says nothing by what commits touch: all that are no tool's count as code.
 */
export function judgeByFiles(branch: MixedBranch): CommitJudge {
  const { pattern, paths, touched, hasPinned, files } = branch;
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
  return {
    toolOf,
    isNoCode(commit) {
      if (toolOf(commit) !== undefined) return true;
      const changed = pathsOf(commit);
      return hasCode && changed.length > 0 && changed.every(isManifest);
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
