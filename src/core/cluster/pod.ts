/** What Kubernetes says of pods: what each runs, and why it does not start. Shape: v1 `Pod`. */

import { asDigest, type Digest } from "../ids.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";
import { type Container, containersOf, type Workload } from "./workload.ts";

/** A pod that runs, or is to. */
export interface Pod {
  readonly name: string;
  readonly containers: readonly (Container & {
    /** The digest of what runs, when the runtime names it. */
    readonly digest: Digest | undefined;
  })[];
  readonly revisionHash: string;
  /** Why it does not run, `ImagePullBackOff: …`. */
  readonly troubles: readonly string[];
  /** What it waits for though nothing of it is in trouble, `ContainersNotReady: …`; or empty. */
  readonly awaited: string;
  /** What controls it: a Deployment's pods belong to one of its ReplicaSets. */
  readonly owner?: PodOwner | undefined;
}

interface PodOwner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/**
 * Returns the pods of a PodList that have not ended and are not about to. One of a Job's that
 * failed is among them: it says why the Job fails.
 */
export function readPods(json: unknown): readonly Pod[] {
  const isGone = (pod: unknown) => {
    const phase = textAt(pod, "status", "phase");
    const isReplaced = phase === "Failed" && ownerOf(pod)?.kind !== "Job";
    const isDeleted = at(pod, "metadata", "deletionTimestamp") !== undefined;
    return isDeleted || isReplaced || phase === "Succeeded";
  };
  return listAt(json, "items")
    .filter((pod) => !isGone(pod))
    .map(readPod);
}

/** Returns the pods that a workload controls: its selector may find others' too. */
export function ownPods(
  workload: Pick<Workload, "kind" | "name" | "uid">,
  pods: readonly Pod[],
): readonly Pod[] {
  return pods.filter(({ owner }) => owner !== undefined && isOwner(workload, owner));
}

function isOwner({ kind, name, uid }: Pick<Workload, "kind" | "name" | "uid">, owner: PodOwner) {
  if (kind !== "Deployment" && kind !== "Rollout") return owner.uid === uid;
  // A ReplicaSet is called like its workload and the hash of the template.
  const isItsSet =
    owner.name.startsWith(`${name}-`) && !owner.name.slice(name.length + 1).includes("-");
  return owner.kind === "ReplicaSet" && isItsSet;
}

function readPod(pod: unknown): Pod {
  // Ephemeral ones are somebody's debugging, and no part of the workload.
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    listAt(pod, "status", list),
  );
  const statusOf = (name: string) => statuses.find((status) => textAt(status, "name") === name);
  const label = (key: string) => textAt(pod, "metadata", "labels", key);
  return {
    name: textAt(pod, "metadata", "name"),
    containers: containersOf(at(pod, "spec")).map((container) => ({
      ...container,
      digest: digestOf(textAt(statusOf(container.name), "imageID")),
    })),
    revisionHash: label("controller-revision-hash") || label("rollouts-pod-template-hash"),
    troubles: [...statuses.flatMap(troublesOf), unmet(pod, "PodScheduled")].filter(isSaid),
    awaited: unmet(pod, "Initialized") || unmet(pod, "ContainersReady"),
    owner: ownerOf(pod),
  };
}

function ownerOf(pod: unknown): PodOwner | undefined {
  const owners = listAt(pod, "metadata", "ownerReferences");
  const owner = owners.find((one) => at(one, "controller") === true);
  if (owner === undefined) return undefined;
  return { kind: textAt(owner, "kind"), name: textAt(owner, "name"), uid: textAt(owner, "uid") };
}

/**
 * `docker.io/x@sha256:…`, `docker-pullable://x@sha256:…`. Without a name it is the digest of the
 * image's configuration, which no registry answers to.
 */
function digestOf(runtimeId: string): Digest | undefined {
  const found = runtimeId.lastIndexOf("@");
  return found < 0 ? undefined : asDigest(runtimeId.slice(found + 1));
}

function troublesOf(status: unknown): readonly string[] {
  const end = endOf(at(status, "state", "terminated"));
  if (end !== "") return [`${textAt(status, "name")} ended: ${end}`];
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason === "" || /^(?:ContainerCreating|PodInitializing)$/.test(reason)) return [];
  const message = textAt(status, "state", "waiting", "message");
  // A container that is started again and again has ended for a reason.
  const last = endOf(at(status, "lastState", "terminated"));
  const why = last === "" ? "" : ` (it ended: ${last})`;
  return [`${reason}${message === "" ? "" : `: ${message}`}${why}`];
}

/** Returns how a container ended; empty where it did so well, or has not. */
function endOf(ended: unknown): string {
  const exitCode = numberAt(ended, "exitCode") ?? 0;
  if (exitCode === 0) return "";
  const words = textAt(ended, "message").trim();
  return `${textAt(ended, "reason")}, status ${exitCode}${words === "" ? "" : `: ${words}`}`;
}

/** Returns the words of a condition that does not hold; empty where it does. */
function unmet(pod: unknown, type: string): string {
  const condition = listAt(pod, "status", "conditions").find((one) => textAt(one, "type") === type);
  if (textAt(condition, "status") !== "False") return "";
  return [textAt(condition, "reason"), textAt(condition, "message")].filter(isSaid).join(": ");
}

function isSaid(text: string): boolean {
  return text !== "";
}
