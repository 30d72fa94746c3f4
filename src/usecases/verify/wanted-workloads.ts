/** Which workloads a deploy shows in, and which images each of them is to run. */

import { isOurs } from "../../core/cluster/argo-claim.ts";
import type { ExpectedImage } from "../../core/cluster/rollout-images.ts";
import {
  asWorkloadName,
  type WorkloadName,
  type WorkloadRef,
} from "../../core/cluster/workload.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { Digest, Tag } from "../../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../../core/image-ref.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { Cluster, ImageDigests, Progress } from "../../ports.ts";
import type { Deploy, DeployQuestion, ResolvedDeploy } from "./resolve-deploy.ts";

/** A workload, and what is to run there. */
export interface WantedWorkload extends WorkloadRef {
  readonly images: readonly ExpectedImage[];
}

/** Where workloads are looked for. */
export interface RolloutPlace {
  readonly namespace: string;
  /** Undefined: those whose manifests pin the images. */
  readonly workloads?: readonly WorkloadName[] | undefined;
}

/** What finding them needs of the world. */
export interface WantedPorts {
  /** Undefined: what a tag stands for is not compared. */
  readonly registry: ImageDigests | undefined;
  readonly progress: Progress;
  /** Asked for workloads only where neither settings nor manifests name one. */
  readonly cluster?: Pick<Cluster, "workloadsIn"> | undefined;
}

/**
 * Returns the workloads with the images that their own manifests pin, or all the images where the
 * manifest is not the workload's own (kustomize, Helm). A revision that was asked for by name
 * decides the tags instead.
 *
 * @throws Failure `config` when no manifest is a workload's and none is named.
 */
export async function wantedWorkloads(
  place: RolloutPlace,
  { question, deploy, pinned }: ResolvedDeploy,
  ports: WantedPorts,
): Promise<readonly WantedWorkload[]> {
  const expected = new Map<string, ExpectedImage>();
  const byOwner = new Map<string, Set<ExpectedImage>>();
  for (const pin of pinned.pins) {
    const wanted = wantedOf(pin, question, deploy);
    const key = `${printImageName(wanted.image)}:${wanted.tag}@${wanted.digest}`;
    const image = expected.get(key) ?? (await withDigests(wanted, ports));
    expected.set(key, image);
    byOwner.set(pin.owner, (byOwner.get(pin.owner) ?? new Set()).add(image));
  }
  const names = await workloadNames(place, pinned.pins, ports.cluster);
  return names.map(({ kind, name }) => ({
    ...{ kind, name, namespace: place.namespace },
    images: [...(byOwner.get(`${kind}/${name}`) ?? expected.values())],
  }));
}

/**
 * Returns the workloads that are named, else those whose manifests pin an image, else (kustomize,
 * Helm, generated names) those of the cluster that have one of the images.
 *
 * @throws Failure `config` when there is none; and as `Cluster.workloadsIn` does.
 */
export async function workloadNames(
  { namespace, workloads }: RolloutPlace,
  pins: readonly Pick<Pin, "owner" | "image">[],
  cluster: Pick<Cluster, "workloadsIn"> | undefined,
): Promise<readonly WorkloadName[]> {
  if (workloads !== undefined) return workloads;
  const owners = new Set(pins.map(({ owner }) => owner));
  const pinning = [...owners].flatMap((owner) => asWorkloadName(owner) ?? []);
  if (pinning.length > 0) return pinning;
  const there = pins.length === 0 ? [] : ((await cluster?.workloadsIn(namespace)) ?? []);
  const running = there.filter(({ containers }) =>
    containers.some(({ image }) => isOurs(image, pins)),
  );
  if (running.length === 0) throw noWorkloads(namespace);
  return running;
}

interface WorkloadQuestion {
  readonly image: ImageName;
  readonly tag: Tag;
  readonly digest: Digest | undefined;
}

function wantedOf(
  pin: Pin,
  { images, revision }: DeployQuestion,
  deploy: Deploy,
): WorkloadQuestion {
  const asked = images.find(({ image }) => sameImage(image, pin.image));
  const pinnedTag = revision === undefined ? pin.tag : undefined;
  const tag = asked?.tag ?? pinnedTag ?? deploy.tag;
  const isPinned = pin.tag === undefined || pin.tag === tag;
  return { image: pin.image, tag, digest: asked?.digest ?? (isPinned ? pin.digest : undefined) };
}

/** What the registry does not say is not compared; that is no reason to see nothing. */
async function withDigests(
  { image, tag, digest }: WorkloadQuestion,
  { registry, progress }: WantedPorts,
): Promise<ExpectedImage> {
  const known = digest === undefined ? [] : [digest];
  if (registry === undefined) return { image, tag, digests: known };
  try {
    return { image, tag, digests: await registry.digestsOf(image, digest ?? tag) };
  } catch (error) {
    progress.warn(`${asFailure(error).message}; the digests that run are not compared`);
    return { image, tag, digests: known };
  }
}

function noWorkloads(namespace: string): Failure {
  return new Failure(
    "config",
    `Cannot follow the rollout: no manifest of a workload pins one of the images, and none in "${namespace}" has one`,
    "Name the workloads under verify.rollout.workloads, or leave verify.rollout out.",
  );
}
