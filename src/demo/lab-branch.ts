/** Reads what a race left behind on the server, as plain data for the history checker. */

import { mkdirSync } from "node:fs";
import { createBare, listTree, readBlobs, readMessageOf } from "../adapters/git/objects.ts";
import { type GitPlace, runGit } from "../adapters/git/run.ts";
import { asCommitId, type CommitId } from "../core/ids.ts";
import { labNames } from "./lab-repository.ts";

/** One commit of the branch with all its files. */
export interface LabCommit {
  readonly id: CommitId;
  readonly message: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The branch after a race. */
export interface LabBranch {
  /** First-parent history, oldest first. */
  readonly log: readonly LabCommit[];
  /** Every tip that a push ever made. */
  readonly tips: readonly CommitId[];
}

/** Fetches the whole branch, and every tip that the server remembers, into a directory of ours. */
export async function readLabBranch(place: GitPlace, url: string): Promise<LabBranch> {
  mkdirSync(place.directory, { recursive: true });
  createBare(place.directory);
  const { branch, tips } = labNames;
  const refs = [`refs/heads/${branch}:refs/heads/${branch}`, `${tips}/*:${tips}/*`];
  await runGit(place, ["fetch", "--quiet", "--no-tags", "--end-of-options", url, ...refs]);
  const ids = await lines(place, ["rev-list", "--first-parent", "--reverse", branch]);
  const log: LabCommit[] = [];
  for (const id of ids) log.push(await readCommit(place, id));
  const seen = await lines(place, ["for-each-ref", "--format=%(objectname)", tips]);
  return { log, tips: seen };
}

async function readCommit(place: GitPlace, id: CommitId): Promise<LabCommit> {
  const entries = await listTree(place, id, []);
  const blobs = await readBlobs(
    place,
    entries.map((entry) => entry.id),
  );
  const files = new Map(entries.map((entry) => [entry.path, blobs.get(entry.id)!]));
  return { id, message: await readMessageOf(place, id), files };
}

async function lines(place: GitPlace, args: readonly string[]): Promise<readonly CommitId[]> {
  const { stdout } = await runGit(place, args);
  return stdout
    .toString("latin1")
    .split("\n")
    .flatMap((line) => asCommitId(line) ?? []);
}
