/** One tip of the manifests branch, as every command sees it: its files, holds, pins, revisions. */

import { Failure } from "../../core/failure.ts";
import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import { type Hold, isPlaced } from "../../core/landing/hold.ts";
import { holdsFolder, holdsPath, readHolds } from "../../core/landing/holds-file.ts";
import { isSetBy, placedBy, type RecordedCommit, readRecords } from "../../core/landing/records.ts";
import {
  findPlaces,
  type ManifestRules,
  type Mention,
  needlesOf,
  type Pin,
  printPinned,
} from "../../core/pins/index.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { ManifestFile, PastCommit, Remote, SourceHistory } from "../../ports.ts";
import { imageTag } from "./named-revision.ts";
import {
  type AmbiguousRevision,
  type HeldRevision,
  type RevisionPorts,
  revisionOf,
} from "./pin-revision.ts";

/** How many commits are looked back for what deploys said of themselves: one request's worth. */
const recordsMax = 200;

/** What is looked for at a tip. Without images, only the holds are. */
export interface SnapshotScope {
  readonly images: readonly ImageName[];
  readonly paths: readonly string[];
}

/** What the holds file has, and how it is written. */
export interface HoldsFile {
  readonly bytes: Uint8Array | undefined;
  readonly holds: readonly Hold[];
  /** Whether somebody's file is where its folder would be. */
  readonly isBlocked: boolean;
}

/** The branch, as far as a snapshot reads it. */
export type SnapshotRemote = Pick<
  Remote,
  "findManifests" | "readFile" | "messagesBefore" | "changedPaths" | "rules"
>;

/** One tip. What only some commands need is read when it is first asked for. */
export interface Snapshot {
  readonly tip: CommitId;
  readonly scope: SnapshotScope;
  readonly files: readonly ManifestFile[];
  /** In the order of files and lines. */
  readonly pins: readonly Pin[];
  /** Other places that name the images, and are not moved. */
  readonly mentions: readonly Mention[];
  readonly rules: ManifestRules;
  /** @throws Failure `bad-manifest` when the file cannot be understood. */
  holds(): Promise<HoldsFile>;
  /** What the newest deploy commits say of themselves, newest first. */
  records(): Promise<readonly RecordedCommit[]>;
}

/** A snapshot of which the pins' revisions can be read, too. */
export interface RevisionSnapshot extends Snapshot {
  /** Undefined: nothing tells. Pins that hold the same are asked about once. */
  revisionOf(pin: Pin): Promise<HeldRevision | AmbiguousRevision | undefined>;
}

/**
 * Reads a tip. Throws what the remote throws.
 *
 * @throws Failure `bad-manifest` when a manifest that names an image cannot be read safely.
 */
export async function snapshotAt(
  tip: CommitId,
  scope: SnapshotScope,
  remote: SnapshotRemote,
): Promise<Snapshot> {
  const { images, paths } = scope;
  const files =
    images.length === 0 ? [] : await remote.findManifests(tip, paths, needlesOf(images));
  const rules = remote.rules ?? {};
  const { pins, mentions } = findPlaces(files, images, rules);
  const holds = once(async () => {
    const bytes = await remote.readFile(tip, holdsPath);
    // A link would hide holds: it is refused here, as every link that is asked for.
    const isBlocked =
      bytes === undefined && (await remote.readFile(tip, holdsFolder)) !== undefined;
    return { bytes, holds: await placed(readHolds(bytes), tip, remote), isBlocked };
  });
  const records = once(async () => readRecords(await remote.messagesBefore(tip, recordsMax)));
  return { tip, scope, files, pins, mentions, rules, holds, records };
}

/** Finds out what holds of earlier versions are about, which do not say it. */
async function placed(
  holds: readonly Hold[],
  tip: CommitId,
  remote: SnapshotRemote,
): Promise<readonly Hold[]> {
  const found: Hold[] = [];
  for (const hold of holds) {
    const isIt = (commit: PastCommit) => isSetBy(hold, commit);
    const asked = { isIt, count: recordsMax };
    found.push(isPlaced(hold) ? hold : placedBy(hold, await remote.changedPaths?.(tip, asked)));
  }
  return found;
}

/**
 * Adds which revisions the pins of a snapshot hold. Asks nobody before it is asked. What somebody
 * has just pinned may be newer than what was last seen of the source, so that is looked at again.
 */
export function withRevisions(
  snapshot: Snapshot,
  tagFormat: TagFormat,
  ports: RevisionPorts,
): RevisionSnapshot {
  ports.history.refresh();
  const answers = new Map<string, ReturnType<RevisionSnapshot["revisionOf"]>>();
  return {
    ...snapshot,
    revisionOf(pin) {
      const key = `${printImageName(pin.image)}:${printPinned(pin)}`;
      const answer =
        answers.get(key) ??
        revisionOf(pin, { tagFormat, tip: snapshot.tip, ports, records: snapshot.records });
      answers.set(key, answer);
      return answer;
    },
  };
}

/** Returns the pins of an image. Throws `image-not-pinned` when there is none. */
export function pinsOf(image: ImageName, { pins, scope }: Snapshot): readonly Pin[] {
  const own = pins.filter((pin) => sameImage(pin.image, image));
  if (own.length === 0) throw notPinned(image, scope.paths);
  return own;
}

/**
 * Returns the newest revision that some pins hold, and the tag it is pinned by; undefined when none
 * tells. Of revisions on different lines of history, the first.
 */
export async function newestHeld(
  pins: readonly Pin[],
  snapshot: RevisionSnapshot,
  { history, tagFormat }: { readonly history: SourceHistory; readonly tagFormat: TagFormat },
): Promise<{ readonly revision: Revision; readonly tag: Tag } | undefined> {
  let newest: { readonly revision: Revision; readonly tag: Tag } | undefined;
  for (const pin of pins) {
    const held = await snapshot.revisionOf(pin);
    if (held?.revision === undefined) continue;
    const { revision } = held;
    if (newest && !(await history.isAncestor(newest.revision, revision))) continue;
    if (newest?.revision === revision) continue;
    newest = { revision, tag: pin.tag ?? (await imageTag(tagFormat, revision, { history })) };
  }
  return newest;
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

function notPinned(image: ImageName, paths: readonly string[]): Failure {
  return new Failure(
    "image-not-pinned",
    `Cannot move "${printImageName(image)}": no manifest under ${paths.map((p) => `"${p}"`).join(", ")} names it`,
    "Check the image's name and the paths, or add the image to a manifest first.",
  );
}
