/** The facts of one image at one tip: how its pins relate to the revision they should hold. */

import type { MovedAway } from "../../core/history/manual-reverts.ts";
import type { SourceGraph } from "../../core/history/source-graph.ts";
import type { Digest, Revision, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Relation } from "../../core/landing/decide.ts";
import type { DriftFacts, DriftPin, WantedImage } from "../../core/landing/drift.ts";
import type { Hold } from "../../core/landing/hold.ts";
import { type Pin, pinHolds, printPinned } from "../../core/pins/index.ts";
import type { SyncGap } from "../../core/results/sync.ts";
import { isOfFormat, isRelease, nameOf } from "../../core/tag-format.ts";
import { coveringHold, descentOf } from "../landing/evaluate.ts";
import { pinsOf, type RevisionSnapshot } from "../landing/snapshot.ts";
import type { CodeCommit, NewestPublished, TaggedRevision } from "./newest-published.ts";
import type { SyncPorts, SyncRequest } from "./request.ts";

/** What all groups share. */
export interface SyncContext {
  readonly request: SyncRequest;
  readonly ports: SyncPorts;
  readonly snapshot: RevisionSnapshot;
  readonly holds: readonly Hold[];
  readonly graph: SourceGraph;
  /** The code commits of the source's own line by their places, newest first. */
  readonly code: readonly number[];
  /** Those of them that are looked at. */
  readonly commits: readonly CodeCommit[];
  readonly movedAway: MovedAway;
  /** Returns whether a code commit, by its place, changed what images are built of. */
  readonly touches: (place: number, paths: readonly string[] | undefined) => boolean;
}

/** A pin, and the revision that it holds, if it names one. */
export interface HeldPin {
  readonly pin: Pin;
  readonly revision: Revision | undefined;
}

/** What tells whether pins lack anything of a revision. */
export interface PassedQuestion {
  readonly held: readonly HeldPin[];
  /** Source paths whose changes rebuild the images. Undefined: every change does. */
  readonly paths: readonly string[] | undefined;
  readonly scene: SyncContext;
}

/**
 * Returns what the pins hold where they lack nothing of a revision: it, where all hold it or
 * one that has it inside; the newest of theirs, where nothing has changed since that the images are
 * built of.
 */
export async function passedBy(
  commit: TaggedRevision,
  { held, paths, scene }: PassedQuestion,
): Promise<TaggedRevision | undefined> {
  const { history } = scene.ports;
  const { revision } = commit;
  const known = [...new Set(held.flatMap((pin) => pin.revision ?? []))];
  const older: Revision[] = [];
  for (const each of known) if (!(await history.isAncestor(revision, each))) older.push(each);
  if (older.length === 0) return known.length > 0 ? commit : undefined;
  if (paths === undefined) return undefined;
  let newest = older[0]!;
  for (const each of older) {
    if (!(await history.isAncestor(each, revision))) return undefined;
    if (await history.changed(each, revision, paths)) return undefined;
    if (await history.isAncestor(newest, each)) newest = each;
  }
  const { tag } = held.find((each) => each.revision === newest)!.pin;
  return { revision: newest, tag: tag ?? nameOf(scene.request.tagFormat, newest) };
}

/** Gathers them. Throws what the registry throws, and `image-not-pinned`. */
export async function factsOf(
  image: ImageName,
  held: readonly HeldPin[],
  { whole, paths, scene }: Omit<PassedQuestion, "held"> & { readonly whole: NewestPublished },
): Promise<DriftFacts> {
  const { request, ports, holds, snapshot } = scene;
  // Of what no manifest names there is nothing to say.
  pinsOf(image, snapshot);
  const wanted = await wantedOf(image, held, { whole, ports });
  const pins: DriftPin[] = [];
  const published = new Map<string, boolean>();
  for (const { pin, revision } of held) {
    const relation = await relationTo(wanted, { pin, revision }, scene);
    const movedAwayBy = wanted && movedAwayFrom(pin, wanted, scene);
    // Many places hold the same: what is missing is asked for once, too.
    const tag = printPinned(pin);
    if (!published.has(tag)) published.set(tag, await isPublished(pin, scene));
    const isPublishedNow = published.get(tag)!;
    pins.push({
      ...{ pin, relation, isPublished: isPublishedNow, movedAwayBy },
      isRelease: isChosen(pin, request),
    });
  }
  const revision = wanted?.revision;
  const heldBy = revision && (await coveringHold(image, holds, { revision, ports }));
  const own = { wanted, pins, heldBy, movedAway: request.movedAway };
  return { ...own, ...(await comingTo(whole, { held, paths, scene })) };
}

/** A release is people's choice where tags are made of revisions. */
function isChosen({ tag = "" as Tag }: Pin, { tagFormat }: SyncRequest): boolean {
  return isRelease(tagFormat, tag) && !isOfFormat(tagFormat, tag);
}

/** Without anything wanted, the oldest revision that was looked at tells which names are known. */
async function relationTo(
  wanted: WantedImage | undefined,
  { pin, revision }: HeldPin,
  { commits, graph, ports }: SyncContext,
): Promise<Relation> {
  if (wanted !== undefined && pinHolds(pin, wanted)) return { kind: "equal" };
  const oldest = commits.at(-1)?.revision ?? graph.revisionAt(0);
  // To go over to another line of history is for people to decide, whatever was picked there.
  return descentOf(revision, wanted?.revision ?? oldest, ports.history);
}

/** What is on its way, or should have come, as far as the image's own pins do not hold it yet. */
async function comingTo(whole: NewestPublished, passing: PassedQuestion) {
  const isOut = async (tag: string | undefined) => {
    const commit = passing.scene.commits.find((each) => each.tag === tag);
    return commit !== undefined && (await passedBy(commit, passing)) === undefined;
  };
  return {
    coming: (await isOut(whole.coming)) ? whole.coming : undefined,
    stalled: (await isOut(whole.stalled?.tag)) ? whole.stalled : undefined,
    newest: passing.scene.commits[0]?.revision,
  };
}

async function wantedOf(
  image: ImageName,
  held: readonly HeldPin[],
  { whole, ports }: { readonly whole: NewestPublished; readonly ports: SyncPorts },
): Promise<WantedImage | undefined> {
  const { wanted, digests } = whole;
  if (wanted === undefined) return undefined;
  let digest: Digest | undefined = digests.get(printImageName(image));
  const needsDigest = held.some(({ pin }) => pin.digest !== undefined);
  if (digest === undefined && needsDigest) {
    const fact = await ports.registry.find(image, wanted.tag);
    digest = fact.kind === "found" ? fact.digest : undefined;
  }
  return { ...wanted, digest };
}

function movedAwayFrom(pin: Pin, wanted: WantedImage, { graph, movedAway }: SyncContext) {
  const { file, line } = pin;
  const place = { file, line, image: printImageName(pin.image) };
  return movedAway.by(place, graph.find(wanted.revision)!);
}

/**
 * Whether the registry has what is pinned. Of a placeholder, and of `latest`, nobody needs to know:
 * it is found fault with anyway.
 */
async function isPublished(pin: Pin, { ports, request }: SyncContext): Promise<boolean> {
  const { image, tag, digest } = pin;
  const isOurs = tag !== undefined && isOfFormat(request.tagFormat, tag);
  const reference = digest ?? (isOurs ? tag : undefined);
  if (reference === undefined) return true;
  return (await ports.registry.find(image, reference)).kind === "found";
}

/** Since when, and by how many commits, the pins are behind what is wanted. */
export function gapOf(
  { wanted, pins }: DriftFacts,
  { graph, code }: SyncContext,
): SyncGap | undefined {
  if (wanted === undefined) return undefined;
  const place = graph.find(wanted.revision)!;
  const older = pins.flatMap(({ relation }) =>
    relation.kind === "older" && relation.revision !== wanted.revision ? relation.revision : [],
  );
  const missed = new Set<number>();
  for (const revision of new Set(older)) {
    const inside = new Set<number>();
    // What is older than a revision of the graph is in it, too.
    graph.walk([graph.find(revision)!], (each) => inside.add(each) !== undefined);
    for (const each of code) if (each >= place && !inside.has(each)) missed.add(each);
  }
  const times = [...missed].map((each) => graph.commits[each]!.atMs);
  return times.length === 0 ? undefined : { sinceMs: Math.min(...times), commits: missed.size };
}
