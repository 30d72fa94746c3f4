/** A folder → the ports of init. */

import { likelyBranch } from "../adapters/git/refs.ts";
import { localSource, originOf } from "../adapters/git/source.ts";
import { openWorkTree } from "../adapters/work-tree.ts";
import { defaults } from "../core/defaults.ts";
import type { WorkTree } from "../ports.ts";
import { repositoryRoot } from "../settings/find-settings.ts";
import { type Process, usageError } from "../settings/process.ts";
import { isOfInterest } from "../usecases/init.ts";

/** The repository around the current folder. */
export interface InitPlace {
  readonly root: string;
  readonly tree: WorkTree;
  readonly origin: string | undefined;
  readonly branch: string;
}

/** Opens the repository around the current folder. Throws `usage` when there is none. */
export async function openInit(io: Process): Promise<InitPlace> {
  const root = repositoryRoot(io.cwd);
  if (root === undefined) {
    throw usageError(
      `Cannot write settings: "${io.cwd}" is not in a git repository`,
      "Run it in a clone of the repository that is to be deployed.",
    );
  }
  const source = await localSource(root);
  const origin = await originOf(source, io.env);
  return {
    root,
    tree: openWorkTree(root, isOfInterest),
    origin,
    branch: (await likelyBranch(source)) ?? defaults.branch,
  };
}
