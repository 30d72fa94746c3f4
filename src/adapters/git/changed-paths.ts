/** Which paths a commit of the past changed, found by what its message says. */

import { Failure, mayPass } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { PastCommit } from "../../ports.ts";
import { type GitPlace, runHere } from "./run.ts";
import type { Server } from "./server.ts";

/** A commit of a branch's own line, without its files. */
interface LineCommit extends PastCommit {
  readonly tree: string;
}

/**
 * Returns what the newest known commit changed against the one before it. Undefined: none of them
 * is known, or the server does not show it.
 */
export async function changedPaths(
  { inside, server }: { readonly inside: GitPlace; readonly server: Server },
  tip: CommitId,
  { isIt, count }: { readonly isIt: (commit: PastCommit) => boolean; readonly count: number },
): Promise<readonly string[] | undefined> {
  let line = await readLine(inside, tip, count);
  if (line.length < count) {
    const said = await server.deepen(tip, count);
    if (said.code === 0) line = await readLine(inside, tip, count);
  }
  const at = line.findIndex(isIt);
  const [commit, parent] = [line[at], line[at + 1]];
  if (at < 0 || commit === undefined || parent === undefined) return undefined;
  if (!(await isShown([commit.tree, parent.tree], server))) return undefined;
  const args = ["diff-tree", "-r", "-z", "--name-only", parent.tree, commit.tree, "--"];
  const { stdout } = await runHere(inside, args);
  return stdout.toString("utf8").split("\0").slice(0, -1);
}

/** A server that is away may come back; one that does not give trees by their ids never will. */
async function isShown(trees: readonly string[], server: Server): Promise<boolean> {
  try {
    await server.fetchObjects(trees);
    return true;
  } catch (error) {
    if (error instanceof Failure && !mayPass(error)) return false;
    throw error;
  }
}

async function readLine(
  inside: GitPlace,
  tip: CommitId,
  count: number,
): Promise<readonly LineCommit[]> {
  const format = "--format=tformat:%T %ct%n%B";
  const args = ["log", "-z", "--first-parent", `--max-count=${count}`, format];
  const { stdout } = await runHere(inside, [...args, "--end-of-options", tip, "--"]);
  const entries = stdout.toString("utf8").split("\0").slice(0, -1);
  return entries.map((entry) => {
    const end = entry.indexOf("\n");
    const [tree = "", seconds = ""] = entry.slice(0, end).split(" ");
    return { tree, atSeconds: Number(seconds), message: entry.slice(end + 1) };
  });
}
