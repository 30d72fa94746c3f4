/** The newest revision that has all its images: asked newest first, no further than needed. */

import type { Digest, Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Stalled } from "../../core/landing/drift.ts";
import { type TagFormat, tagOf } from "../../core/tag-format.ts";
import type { ImageFact, Registry, SourceTree } from "../../ports.ts";

/** A commit of the source's own line that deploys are made of. */
export interface CodeCommit {
  readonly revision: Revision;
  /** The commit before it on its line. A first commit has none. */
  readonly parent: Revision | undefined;
  /** Committer's date, milliseconds since the epoch. */
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
  readonly tagFormat: TagFormat;
  readonly nowMs: number;
  readonly graceMs: number;
  /** Returns whether every pin of the group holds a revision, or a newer one. */
  readonly isPassed: (revision: Revision) => Promise<boolean>;
}

/** What was found of a group. */
export interface NewestPublished {
  readonly wanted: { readonly revision: Revision; readonly tag: Tag } | undefined;
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
  ports: { readonly registry: Registry; readonly tree: SourceTree },
): Promise<NewestPublished> {
  const { group, commits, tagFormat, nowMs, graceMs, isPassed } = question;
  let coming: Tag | undefined;
  let stalled: Stalled | undefined;
  /** Which image the newer revision lacked: the older ones are likely to lack it too. */
  let suspect: ImageName | undefined;
  for (const commit of commits) {
    const { revision, atMs } = commit;
    const tag = tagOf(tagFormat, revision);
    const wanted = { revision, tag };
    if (await isPassed(revision)) return { wanted, digests: new Map(), coming, stalled };
    if (nowMs - atMs < graceMs) {
      if (coming === undefined && (await isRebuilt(commit, group, ports.tree))) coming = tag;
      continue;
    }
    // All that the first one lacks is named; of older ones it is enough that one image is missing.
    const isLacking = stalled && suspect && (await isMissing(suspect, tag, ports.registry));
    if (isLacking) continue;
    const facts = await askAll(group.images, tag, ports.registry);
    const missing = group.images.map(printImageName).filter((name) => !facts.has(name));
    if (missing.length === 0) return { wanted, digests: facts, coming, stalled };
    suspect = group.images.find((image) => !facts.has(printImageName(image)));
    if (stalled === undefined && (await isRebuilt(commit, group, ports.tree))) {
      stalled = { revision, tag, missing };
    }
  }
  return { wanted: undefined, digests: new Map(), coming, stalled };
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
  tree: SourceTree,
): Promise<boolean> {
  if (paths === undefined || parent === undefined) return true;
  return tree.changed(parent, revision, paths);
}
