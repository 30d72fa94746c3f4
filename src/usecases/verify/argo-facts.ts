/** What a verdict on an Application needs to know beside what the Application says itself. */

import { type ArgoFacts, revisionsOf } from "../../core/cluster/argo.ts";
import type { Application } from "../../core/cluster/argo-application.ts";
import {
  type Claim,
  claimOf,
  type Followed,
  follows,
  isOurs,
  sourcesFrom,
} from "../../core/cluster/argo-claim.ts";
import { deploysFile } from "../../core/cluster/argo-source.ts";
import { asFailure, exit, exitOfFailure, printPlace } from "../../core/failure.ts";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import { parseImageRef, printImageName } from "../../core/image-ref.ts";
import { type Snapshot, type SnapshotRemote, snapshotAt } from "../landing/snapshot.ts";
import type { Ancestry } from "./ancestry.ts";
import type { Deploy } from "./resolve-deploy.ts";

/** The deploy that an Application is to show, and the pins that it is to follow. */
export interface ArgoQuestion extends Deploy {
  readonly pinned: Pick<Snapshot, "tip" | "pins">;
}

/** The world behind it. */
export interface ArgoFactsPorts {
  readonly ancestry: Ancestry;
  /** The manifests branch: what other pins an Application's folder holds. */
  readonly remote: SnapshotRemote;
}

/** Gathers the facts. Throws what the histories and the branch throw. */
export async function argoFacts(
  application: Application,
  question: ArgoQuestion,
  ports: ArgoFactsPorts,
): Promise<ArgoFacts> {
  const { commit, pinned, repository, branch } = question;
  const followed: Followed = { repository, branch, pinned: pinned.pins };
  const { ancestry } = ports;
  const revisions = revisionsOf(application, followed);
  const holdsOurs = (one: CommitId) => ancestry.isManifestAncestor(commit, one);
  const ours = new Set<string>(await only(revisions, holdsOurs));
  const claim = await claimAt(pinned.tip, { application, followed }, ports);
  const isShown = claim.kind === "by-look";
  const stale = isShown ? await staleImages(application, question, ancestry) : [];
  const isPinnedRunning = runsPinned(application, pinned.pins);
  return { application, followed, claim, ours, stale, isPinnedRunning };
}

function runsPinned({ images }: Application, pins: ArgoQuestion["pinned"]["pins"]): boolean {
  const pinned = new Set(pins.map(({ image, tag }) => `${printImageName(image)}:${tag}`));
  const running = images.filter((text) => isOurs(text, pins)).map(withoutDigest);
  return running.length > 0 && running.every((text) => pinned.has(text));
}

function withoutDigest(text: string): string {
  const ref = parseImageRef(text);
  return ref === undefined ? text : `${printImageName(ref.name)}:${ref.tag}`;
}

/** An Application, and the pins that it is to follow. */
export interface Claimed {
  readonly application: Application;
  readonly followed: Followed;
}

/** Returns how an Application belongs to the pins of a tip. Throws as `argoFacts` does. */
export async function claimAt(
  tip: CommitId,
  { application, followed }: Claimed,
  ports: ArgoFactsPorts,
): Promise<Claim> {
  const tagged = sourcesFrom(application, followed)
    .filter((source) => !follows(source, followed.branch))
    .flatMap(({ revision }) => asCommitId(revision) ?? []);
  const isOnBranch = (one: CommitId) => ports.ancestry.isManifestAncestor(one, tip);
  return claimOf(application, followed, {
    onBranch: new Set<string>(await only(tagged, isOnBranch)),
    elsewhere: await pinsElsewhere(application, followed, { tip, ...ports }),
  });
}

/** Looks into the Application's own folders, where none of them holds one of our pins. */
async function pinsElsewhere(
  application: Application,
  followed: Followed,
  { tip, remote }: { readonly tip: CommitId; readonly remote: ArgoFactsPorts["remote"] },
): Promise<readonly string[]> {
  const own = sourcesFrom(application, followed);
  const { pinned } = followed;
  const isHeld = own.some((source) => pinned.some(({ file }) => deploysFile(source, file)));
  const images = pinned.map(({ image }) => image);
  const paths = [...own.flatMap(({ path }) => path ?? []), ...own.flatMap(({ values }) => values)];
  if (isHeld || images.length === 0 || paths.length === 0) return [];
  try {
    const { pins } = await snapshotAt(tip, { images, paths }, remote);
    return pins
      .filter(({ file }) => own.some((source) => deploysFile(source, file)))
      .map(printPlace);
  } catch (error) {
    // Templates of a chart are not manifests, and a folder may be gone from the tip.
    if (exitOfFailure(asFailure(error).code) !== exit.usage) throw error;
    return [];
  }
}

/** Returns images of ours that run, where none of them is what is wanted or newer. */
async function staleImages(
  { images }: Application,
  { tag, pinned }: ArgoQuestion,
  ancestry: Ancestry,
): Promise<readonly string[]> {
  const wanted = new Set([tag, ...pinned.pins.map((pin) => pin.tag)]);
  const shown = images.filter((text) => isOurs(text, pinned.pins));
  for (const text of shown) {
    const running = parseImageRef(text)?.tag;
    if (running === undefined || wanted.has(running)) return [];
    if (await ancestry.isNewerTag(running, tag)) return [];
  }
  return shown;
}

/** Returns the items that hold, asked one after the other. */
export async function only<Item>(
  items: readonly Item[],
  holds: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  const held: Item[] = [];
  for (const item of items) if (await holds(item)) held.push(item);
  return held;
}
