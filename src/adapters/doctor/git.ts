/** What doctor asks of the git program itself. */

import { Failure } from "../../core/failure.ts";
import { gitEnvironment } from "../git/env.ts";
import { GitExit, runGit } from "../git/run.ts";

/** Where git is run. */
export interface GitProgram {
  /** The caller's environment, which says where programs are. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Any directory: none of its repositories is looked at. */
  readonly directory: string;
}

/**
 * Returns what `git --version` prints.
 *
 * @throws Failure `usage` when there is no git that runs.
 */
export async function gitVersion({ env, directory }: GitProgram): Promise<string> {
  const place = { directory, env: gitEnvironment({ env, home: directory }), timeoutMs: 10_000 };
  try {
    return (await runGit(place, ["--version"])).stdout.toString("utf8").trim();
  } catch (error) {
    if (!(error instanceof GitExit)) throw error;
    throw new Failure(
      "usage",
      `Cannot run git: ${error.message}`,
      "Install git 2.39 or newer, and put it on PATH.",
    );
  }
}
