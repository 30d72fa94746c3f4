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
  /** What controls it: a Deployment's pods belong to one of its ReplicaSets. */
  readonly owner?: PodOwner | undefined;
}

interface PodOwner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** Returns the pods of a PodList that have not ended and are not about to. */
export function readPods(json: unknown): readonly Pod[] {
  const isOver = (pod: unknown) =>
    at(pod, "metadata", "deletionTimestamp") !== undefined ||
    ["Succeeded", "Failed"].includes(textAt(pod, "status", "phase"));
  return listAt(json, "items")
    .filter((pod) => !isOver(pod))
    .map(readPod);
}

/** Returns the pods that a workload controls: its selector may find others' too. */
export function ownPods(
  workload: Pick<Workload, "kind" | "name" | "uid">,
  pods: readonly Pod[],
): readonly Pod[] {
  if (pods.every(({ owner }) => owner === undefined)) return pods;
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
    troubles: [...statuses.flatMap(troublesOf), ...unscheduled(pod)],
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
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason === "" || /^(?:ContainerCreating|PodInitializing)$/.test(reason)) return [];
  const message = textAt(status, "state", "waiting", "message");
  return [`${reason}${message === "" ? "" : `: ${message}`}${lastEnd(status)}`];
}

/** A container that is started again and again has ended for a reason. */
function lastEnd(status: unknown): string {
  const ended = at(status, "lastState", "terminated");
  if (ended === undefined) return "";
  return ` (it ended: ${textAt(ended, "reason")}, status ${numberAt(ended, "exitCode")})`;
}

function unscheduled(pod: unknown): readonly string[] {
  return listAt(pod, "status", "conditions").flatMap((condition) => {
    const isMeant = textAt(condition, "type") === "PodScheduled";
    if (!isMeant || textAt(condition, "status") !== "False") return [];
    return [`${textAt(condition, "reason")}: ${textAt(condition, "message")}`];
  });
}
