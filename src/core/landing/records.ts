/** What the deploy commits of a branch say of themselves, newest first. */

import type { Revision, Tag } from "../ids.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import { type ReadRecord, readMessage } from "./commit-message.ts";
import type { Hold, HoldWords } from "./hold.ts";
import { holdsPath } from "./holds-file.ts";

/** A deploy commit's own words: its trailers, and what it moved. */
export interface RecordedCommit extends ReadRecord {
  /** What was moved: an image and its tag, `NAME:TAG`, for each build of it. */
  readonly moves: ReadonlySet<string>;
}

/** Reads the records among some commits' messages, in their order. */
export function readRecords(messages: readonly string[]): readonly RecordedCommit[] {
  return messages.flatMap((message) => {
    const record = readMessage(message);
    if (record === undefined) return [];
    const moves = message.matchAll(/^(\S+): .* -> (\S+)$/gm);
    return [{ ...record, moves: new Set(Array.from(moves, ([, image, to]) => `${image}:${to}`)) }];
  });
}

/**
 * Returns the revision that a tag of an image was deployed as, by the newest commit that moved the
 * image there. Only promotions tell: a rollback's revision is one for all its images.
 */
export function recordedRevision(
  image: ImageName,
  tag: Tag,
  records: readonly RecordedCommit[],
): Revision | undefined {
  const reference = `${printImageName(image)}:${tag}`;
  const isIt = ({ outcome, moves }: RecordedCommit) => outcome === "landed" && moves.has(reference);
  return records.find(isIt)?.revision;
}

/** Returns whether a commit is the rollback that set a hold, by its date and its words. */
export function isSetBy(
  { reason, by, at }: HoldWords,
  { message, atSeconds }: { readonly message: string; readonly atSeconds: number },
): boolean {
  if (atSeconds * 1000 !== Date.parse(at)) return false;
  const isRollback = readMessage(message)?.outcome === "rolled-back";
  return isRollback && message.includes(`\nWhy: ${reason} (${by})\n`);
}

/**
 * Returns a hold with the manifests that it is about, by what the commit that set it changed. One
 * whose commit is not known, or moved nothing, stays about all of the branch.
 */
export function placedBy(hold: Hold, changed: readonly string[] = []): Hold {
  const paths = changed.filter((path) => path !== holdsPath);
  return paths.length === 0 ? hold : { ...hold, paths };
}

/** Returns whether a late deploy has its commit already: by its id, or as the same revision. */
export function isRecorded(
  { deploy, revision, environment }: Omit<ReadRecord, "outcome">,
  records: readonly RecordedCommit[],
): boolean {
  const isIt = (record: RecordedCommit) =>
    record.deploy === deploy || (record.outcome === "superseded" && record.revision === revision);
  return records.some((record) => record.environment === environment && isIt(record));
}
