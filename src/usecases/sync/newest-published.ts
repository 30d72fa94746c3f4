/** The newest revision that has all its images: asked newest first, no further than needed. */

import type { Digest, Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Stalled } from "../../core/landing/drift.ts";
import type { ImageFact, Registry, SourceHistory } from "../../ports.ts";

/** A commit, and the tag that its images have. */
export interface TaggedRevision {
  readonly revision: Revision;
  readonly tag: Tag;
}

/** A commit of the source's own line that deploys are made of. */
export interface CodeCommit extends TaggedRevision {
  /** The commit before it on its line. A first commit has none. */
  readonly parent: Revision | undefined;
  /** Commits with the same code that it merged: what is published of one of them will do. */
  readonly same: readonly TaggedRevision[];
  /** When it was made, milliseconds since the epoch; long ago where nothing tells. */
  readonly atMs: number;
}

/** Images that are published together. */
export interface ImageGroup {
  readonly images: readonly ImageName[];
  /** Source paths whose changes rebuild them. Absent: every change does. */
  readonly paths: readonly string[] | undefined;
}

/** Where to look, and what counts. */
export interface PublishedQuestion {
  readonly group: ImageGroup;
  /** Newest first. */
  readonly commits: readonly CodeCommit[];
  readonly nowMs: number;
  readonly graceMs: number;
  /** Returns what the pins of the group hold where they lack nothing of a revision. */
  readonly passedBy: (commit: TaggedRevision) => Promise<TaggedRevision | undefined>;
}

/** What was found of a group. */
export interface NewestPublished {
  readonly wanted: TaggedRevision | undefined;
  /** What the registry says of the wanted images, by their names; empty where nobody had to ask. */
  readonly digests: ReadonlyMap<string, Digest>;
  /** The newest revision whose deploy may still be on its way. */
  readonly coming: Tag | undefined;
  /** The newest one that should have all its images by now. */
  readonly stalled: Stalled | undefined;
}

/** Finds it. Throws what the registry throws: what could not be asked is not missing. */
export async function findNewestPublished(
  question: PublishedQuestion,
  ports: { readonly registry: Registry; readonly history: SourceHistory },
): Promise<NewestPublished> {
  const { group, commits, nowMs, graceMs, passedBy } = question;
  const asker = new WholeAsker(group.images, ports.registry);
  let coming: Tag | undefined;
  let stalled: Stalled | undefined;
  /** Whatever a merge on its way has inside with the same code may never be built by itself. */
  const onTheirWay = new Set<Revision>();
  for (const commit of commits) {
    const { revision, tag, same, atMs } = commit;
    const equals = [{ revision, tag }, ...same];
    const held = await firstHeld(equals, passedBy);
    if (held) return { wanted: held, digests: new Map(), coming, stalled };
    if (nowMs - atMs < graceMs) {
      for (const each of same) onTheirWay.add(each.revision);
      if (coming === undefined && (await isRebuilt(commit, group, ports.history))) coming = tag;
      continue;
    }
    const wanted = await firstOf(equals, (each) => asker.isWhole(each.tag));
    if (wanted) return { wanted, digests: await asker.digestsAt(wanted.tag), coming, stalled };
    if (stalled !== undefined || onTheirWay.has(revision)) continue;
    if (await isRebuilt(commit, group, ports.history)) {
      stalled = { revision, tag, missing: await asker.missingAt(tag) };
    }
  }
  return { wanted: undefined, digests: new Map(), coming, stalled };
}

async function firstHeld(
  equals: readonly TaggedRevision[],
  passedBy: PublishedQuestion["passedBy"],
): Promise<TaggedRevision | undefined> {
  for (const each of equals) {
    const held = await passedBy(each);
    if (held !== undefined) return held;
  }
  return undefined;
}

async function firstOf<Item>(
  items: readonly Item[],
  is: (item: Item) => Promise<boolean>,
): Promise<Item | undefined> {
  for (const item of items) if (await is(item)) return item;
  return undefined;
}

/** Asks a registry whether all images of a group are there, with as few questions as will do. */
class WholeAsker {
  readonly #images: readonly ImageName[];
  readonly #registry: Registry;
  readonly #found = new Map<Tag, ReadonlyMap<string, Digest>>();
  /** Which image a newer revision lacked: the older ones are likely to lack it too. */
  #suspect: ImageName | undefined;

  constructor(images: readonly ImageName[], registry: Registry) {
    this.#images = images;
    this.#registry = registry;
  }

  /** Returns whether all images are there. */
  async isWhole(tag: Tag): Promise<boolean> {
    const suspect = this.#suspect;
    if (suspect && (await isMissing(suspect, tag, this.#registry))) return false;
    const found = await this.digestsAt(tag);
    this.#suspect = this.#images.find((image) => !found.has(printImageName(image)));
    return this.#suspect === undefined;
  }

  /** Returns the names of all images that are not there. */
  async missingAt(tag: Tag): Promise<readonly string[]> {
    const found = await this.digestsAt(tag);
    return this.#images.map(printImageName).filter((name) => !found.has(name));
  }

  /** Returns the digests of the images that are there, by their names. */
  async digestsAt(tag: Tag): Promise<ReadonlyMap<string, Digest>> {
    const found = this.#found.get(tag) ?? (await askAll(this.#images, tag, this.#registry));
    this.#found.set(tag, found);
    return found;
  }
}

/** How many questions a registry is asked at once: it counts them. */
const questionsMax = 4;

async function isMissing(image: ImageName, tag: Tag, registry: Registry): Promise<boolean> {
  return (await registry.find(image, tag)).kind === "missing";
}

/** Returns the digests of the images that are there, by their names. */
async function askAll(
  images: readonly ImageName[],
  tag: Tag,
  registry: Registry,
): Promise<ReadonlyMap<string, Digest>> {
  const digests = new Map<string, Digest>();
  for (let at = 0; at < images.length; at += questionsMax) {
    const some = images.slice(at, at + questionsMax);
    const facts = await Promise.all(some.map((image) => registry.find(image, tag)));
    for (const [index, fact] of facts.entries()) note(digests, some[index]!, fact);
  }
  return digests;
}

function note(digests: Map<string, Digest>, image: ImageName, fact: ImageFact): void {
  if (fact.kind === "found") digests.set(printImageName(image), fact.digest);
}

async function isRebuilt(
  { revision, parent }: CodeCommit,
  { paths }: ImageGroup,
  history: SourceHistory,
): Promise<boolean> {
  if (paths === undefined || parent === undefined) return true;
  return history.changed(parent, revision, paths);
}
