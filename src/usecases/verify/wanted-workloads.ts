/** Which workloads a deploy shows in, and which images each of them is to run. */

import { isOurs } from "../../core/cluster/argo-claim.ts";
import type { ExpectedImage } from "../../core/cluster/rollout-images.ts";
import {
  asWorkloadName,
  type NamespaceRef,
  type WorkloadName,
  type WorkloadRef,
} from "../../core/cluster/workload.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { Digest } from "../../core/ids.ts";
import { printImageName, sameImage } from "../../core/image-ref.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { Cluster, ImageDigests, Progress, SourceHistory } from "../../ports.ts";
import { standingOf } from "./held-revision.ts";
import type { ResolvedDeploy } from "./resolve-deploy.ts";

/** A workload, and what is to run there. */
export interface WantedWorkload extends WorkloadRef {
  readonly images: readonly ExpectedImage[];
}

/** Where workloads are looked for. */
export interface RolloutPlace extends NamespaceRef {
  /** Undefined: those whose manifests pin the images. */
  readonly workloads?: readonly WorkloadName[] | undefined;
}

/** What finding them needs of the world. */
export interface WantedPorts {
  /** Undefined: what a tag stands for is not compared. */
  readonly registry: ImageDigests | undefined;
  readonly progress: Progress;
  /** Asked how pins relate to a revision that was asked for. */
  readonly history: SourceHistory;
  /** Asked for workloads only where settings and manifests do not tell them, or where they are. */
  readonly cluster?: LookedIn | undefined;
}

/**
 * Returns the workloads with the images that their own manifests pin, or all the images where the
 * manifest is not the workload's own (kustomize, Helm). Each image is to run what its own pin
 * holds, as far as that is the revision that was asked for.
 *
 * @throws Failure `config` when no manifest is a workload's and none is named.
 */
export async function wantedWorkloads(
  places: readonly RolloutPlace[],
  meant: ResolvedDeploy,
  ports: WantedPorts,
): Promise<readonly WantedWorkload[]> {
  const { pins } = meant.pinned;
  const expected = new Map<string, ExpectedImage>();
  const byOwner = new Map<string, Set<ExpectedImage>>();
  for (const pin of pins) {
    const wanted = await wantedOf(pin, meant, ports.history);
    const key = `${printImageName(wanted.image)}:${wanted.tag}@${wanted.digest}`;
    const image = expected.get(key) ?? (await withDigests(wanted, ports));
    expected.set(key, image);
    byOwner.set(pin.owner, (byOwner.get(pin.owner) ?? new Set()).add(image));
  }
  const all = await workloadsAt(places, pins, ports.cluster);
  return all.map((ref) => ({
    ...ref,
    images: [...(byOwner.get(`${ref.kind}/${ref.name}`) ?? expected.values())],
  }));
}

/**
 * Returns the workloads of all places: those that are named, else those whose manifests pin an
 * image, else (kustomize, Helm, generated names) those of the cluster that have one of the images.
 *
 * @throws Failure `config` when there is none; and as `Cluster.workloadsIn` does.
 */
export async function workloadsAt(
  places: readonly RolloutPlace[],
  pins: readonly Pick<Pin, "owner" | "image">[],
  cluster: LookedIn | undefined,
): Promise<readonly WorkloadRef[]> {
  const owners = new Set(pins.map(({ owner }) => owner));
  const pinning = [...owners].flatMap((owner) => asWorkloadName(owner) ?? []);
  const found: WorkloadRef[] = [];
  for (const place of places) {
    const { workloads, ...where } = place;
    const own = workloads?.map((name) => ({ ...name, ...where }));
    found.push(...(own ?? (pinning.length > 0 ? [] : await runningIn(where, pins, cluster))));
  }
  const open = places.filter(({ workloads }) => workloads === undefined);
  for (const name of pinning) found.push(...(await placesOf(name, open, cluster)));
  return found;
}

type LookedIn = Pick<Cluster, "workloadsIn" | "workload">;

/** Of several places, a workload is looked for where it is; in the first, where it is nowhere. */
async function placesOf(
  name: WorkloadName,
  places: readonly NamespaceRef[],
  cluster: LookedIn | undefined,
): Promise<readonly WorkloadRef[]> {
  const refs = places.map(({ namespace, context }) => ({ ...name, namespace, context }));
  if (refs.length < 2 || cluster === undefined) return refs;
  const there = await Promise.all(refs.map((ref) => mayBe(ref, cluster)));
  const found = refs.filter((_, n) => there[n]);
  return found.length > 0 ? found : refs.slice(0, 1);
}

/** What cannot be read now may be there: looking at it will say why not. */
async function mayBe(ref: WorkloadRef, cluster: LookedIn): Promise<boolean> {
  try {
    return (await cluster.workload(ref)) !== undefined;
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    return true;
  }
}

async function runningIn(
  place: NamespaceRef,
  pins: readonly Pick<Pin, "image">[],
  cluster: LookedIn | undefined,
): Promise<readonly WorkloadRef[]> {
  const there = pins.length === 0 ? [] : ((await cluster?.workloadsIn(place)) ?? []);
  const running = there.filter(({ containers }) =>
    containers.some(({ image }) => isOurs(image, pins)),
  );
  if (running.length === 0) throw noWorkloads(place.namespace);
  return running.map(({ kind, name }) => ({ kind, name, ...place }));
}

/** What is to run of an image, and the digest that is pinned beside its tag. */
interface WorkloadQuestion extends Omit<ExpectedImage, "digests"> {
  readonly digest: Digest | undefined;
}

async function wantedOf(
  pin: Pin,
  meant: ResolvedDeploy,
  history: SourceHistory,
): Promise<WorkloadQuestion> {
  const { images, revision } = meant.question;
  const asked = images.find(({ image }) => sameImage(image, pin.image));
  const isByPins = asked?.tag === undefined && pin.tag !== undefined;
  const standing =
    isByPins && revision !== undefined ? await standingOf(pin, meant, history) : "same";
  const pinnedTag = standing === "same" ? pin.tag : undefined;
  const tag = asked?.tag ?? pinnedTag ?? meant.deploy.tag;
  const isPinned = pin.tag === undefined || pin.tag === tag;
  const digest = asked?.digest ?? (isPinned ? pin.digest : undefined);
  const later = standing === "later" && pin.tag !== undefined ? [pin.tag] : [];
  return { image: pin.image, tag, digest, later };
}

/** What the registry does not say is not compared; that is not a reason to see nothing. */
async function withDigests(
  { digest, ...wanted }: WorkloadQuestion,
  { registry, progress }: WantedPorts,
): Promise<ExpectedImage> {
  const known = digest === undefined ? [] : [digest];
  if (registry === undefined) return { ...wanted, digests: known };
  try {
    const digests = await registry.digestsOf(wanted.image, digest ?? wanted.tag);
    return { ...wanted, digests };
  } catch (error) {
    progress.warn(`${asFailure(error).message}; the digests that run are not compared`);
    return { ...wanted, digests: known };
  }
}

function noWorkloads(namespace: string): Failure {
  return new Failure(
    "config",
    `Cannot follow the rollout: no manifest of a workload pins one of the images, and none in "${namespace}" has one`,
    "Name the workloads under verify.rollout.workloads, or leave verify.rollout out.",
  );
}
