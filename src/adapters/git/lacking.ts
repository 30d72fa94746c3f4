/** What one line of history has and another lacks: by the changes, not only by the ids. */

import { Failure } from "../../core/failure.ts";
import { asRevision, type Revision } from "../../core/ids.ts";
import type { SourceCommit } from "../../ports.ts";
import { GitExit, type GitPlace, runGit } from "./run.ts";

/** So many commits are compared with a line that may have been squashed. */
const squashesMax = 200;
/** Changes of more commits than these are not brought here to be compared. */
const broughtMax = 1000;

/** Two lines of history. */
interface Lines {
  readonly from: Revision;
  readonly to: Revision;
}

/** Brings objects by their ids, all in one request. */
type Bring = (ids: readonly string[]) => Promise<void>;

/**
 * Returns the commits that `from` has and `to` lacks, the newest first. Cherry-picked ones, and a
 * line that was squashed into one commit, are known by their patch ids, for which their files are
 * brought here.
 */
export async function commitsLacking(
  place: GitPlace,
  lines: Lines,
  bring: Bring,
): Promise<readonly SourceCommit[]> {
  const known = await whenHere(() => compared(place, lines));
  if (known !== undefined) return known;
  const isBrought = await bringChanges(place, lines, bring);
  const found = isBrought ? await whenHere(() => compared(place, lines)) : undefined;
  // Without the files no change can be told from another.
  return found ?? listed(place, lines, []);
}

async function compared(place: GitPlace, lines: Lines): Promise<readonly SourceCommit[]> {
  const lost = await listed(place, lines, ["--cherry-pick"]);
  return lost.length > 0 && (await isSquashed(place, lines)) ? [] : lost;
}

async function listed(
  place: GitPlace,
  { from, to }: Lines,
  how: readonly string[],
): Promise<readonly SourceCommit[]> {
  const log = ["log", "--left-only", "--format=%H %s", ...how];
  const lines = await linesOf(place, [...log, "--end-of-options", `${from}...${to}`, "--"]);
  return lines.map((line) => ({
    revision: asRevision(line.slice(0, 40))!,
    subject: line.slice(41),
  }));
}

/** Whether one commit of `to` makes the change that all of the other line makes together. */
async function isSquashed(place: GitPlace, { from, to }: Lines): Promise<boolean> {
  const base = await mergeBase(place, { from, to });
  if (base === undefined) return false;
  const [whole] = await patchIds(place, ["diff-tree", "-p", base, from]);
  const count = `--max-count=${squashesMax}`;
  const single = ["log", "-p", "--no-merges", count, "--format=commit %H", `${from}..${to}`, "--"];
  return whole !== undefined && (await patchIds(place, single)).includes(whole);
}

/** Brings what both lines changed since they parted. Returns whether that is here now. */
async function bringChanges(place: GitPlace, { from, to }: Lines, bring: Bring): Promise<boolean> {
  const count = `--max-count=${broughtMax + 1}`;
  const rows = await linesOf(place, ["log", count, "--format=%H %P", `${from}...${to}`, "--"]);
  if (rows.length > broughtMax) return false;
  const commits = [...new Set(rows.flatMap((row) => row.trim().split(" ")))];
  const trees = await linesOf(place, [
    "log",
    "--no-walk=unsorted",
    "--format=%T",
    ...commits,
    "--",
  ]);
  try {
    await bring([...new Set(trees)]);
    const flags = ["--stdin", "-r", "--raw", "--no-renames", "--no-abbrev", "--root"];
    const input = `${rows.map((row) => row.slice(0, 40)).join("\n")}\n`;
    const { stdout } = await runGit(place, ["diff-tree", ...flags], { input });
    const changes = stdout.toString("latin1").matchAll(/^:(\d+) (\d+) (\w{40}) (\w{40}) /gm);
    const blobs = [...changes].flatMap(([, before, after, was, is]) => [
      ...(before?.startsWith("100") ? [was!] : []),
      ...(after?.startsWith("100") ? [is!] : []),
    ]);
    if (blobs.length > 0) await bring([...new Set(blobs)]);
    return true;
  } catch (error) {
    // What a server will not show leaves the ids to tell.
    if (error instanceof GitExit || (error instanceof Failure && error.code !== "interrupted")) {
      return false;
    }
    throw error;
  }
}

/** Undefined: something that it takes is not here. */
async function whenHere<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitExit) return undefined;
    throw error;
  }
}

async function mergeBase(place: GitPlace, { from, to }: Lines): Promise<string | undefined> {
  const { stdout, code } = await runGit(place, ["merge-base", from, to], { answers: [1] });
  return code === 0 ? stdout.toString("latin1").trim() : undefined;
}

async function patchIds(place: GitPlace, args: readonly string[]): Promise<readonly string[]> {
  const { stdout: patches } = await runGit(place, args);
  if (patches.length === 0) return [];
  const { stdout } = await runGit(place, ["patch-id", "--stable"], { input: patches });
  const lines = stdout.toString("latin1").split("\n").filter(Boolean);
  return lines.map((line) => line.slice(0, 40));
}

async function linesOf(place: GitPlace, args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runGit(place, args);
  return stdout.toString("utf8").split("\n").filter(Boolean);
}
