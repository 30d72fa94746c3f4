/** What one line of history has and another lacks: by the changes, not only by the ids. */

import { asRevision, type Revision } from "../../core/ids.ts";
import type { SourceCommit } from "../../ports.ts";
import { GitExit, type GitPlace, runGit } from "./run.ts";

/** So many commits are compared with a line that may have been squashed. */
const squashesMax = 200;

/**
 * Returns the commits that `from` has and `to` lacks, the newest first. Cherry-picked ones, and a
 * line that was squashed into one commit, are known by their patch ids, where the files are here.
 */
export async function commitsLacking(
  place: GitPlace,
  from: Revision,
  to: Revision,
): Promise<readonly SourceCommit[]> {
  const log = ["log", "--left-only", "--format=%H %s"];
  const sides = ["--end-of-options", `${from}...${to}`, "--"];
  try {
    const lost = readCommits((await runGit(place, [...log, "--cherry-pick", ...sides])).stdout);
    return lost.length > 0 && (await isSquashed(place, from, to)) ? [] : lost;
  } catch (error) {
    if (!(error instanceof GitExit)) throw error;
    // Without the files no change can be told from another.
    return readCommits((await runGit(place, [...log, ...sides])).stdout);
  }
}

/** Whether one commit of `to` makes the change that all of the other line makes together. */
async function isSquashed(place: GitPlace, from: Revision, to: Revision): Promise<boolean> {
  const { stdout, code } = await runGit(place, ["merge-base", from, to], { answers: [1] });
  if (code !== 0) return false;
  const base = stdout.toString("latin1").trim();
  const [whole] = await patchIds(place, ["diff-tree", "-p", base, from]);
  const count = `--max-count=${squashesMax}`;
  const single = ["log", "-p", "--no-merges", count, "--format=commit %H", `${from}..${to}`, "--"];
  return whole !== undefined && (await patchIds(place, single)).includes(whole);
}

async function patchIds(place: GitPlace, args: readonly string[]): Promise<readonly string[]> {
  const { stdout: patches } = await runGit(place, args);
  if (patches.length === 0) return [];
  const { stdout } = await runGit(place, ["patch-id", "--stable"], { input: patches });
  const lines = stdout.toString("latin1").split("\n").filter(Boolean);
  return lines.map((line) => line.slice(0, 40));
}

function readCommits(stdout: Buffer): readonly SourceCommit[] {
  const lines = stdout.toString("utf8").split("\n").filter(Boolean);
  return lines.map((line) => ({
    revision: asRevision(line.slice(0, 40))!,
    subject: line.slice(41),
  }));
}
