/**
 * What Kubernetes says of a workload and its pods. Shapes: apps/v1 `Deployment`, `StatefulSet`,
 * `DaemonSet`, batch/v1 `CronJob`, v1 `Pod`.
 */

import type { Digest } from "../ids.ts";
import { asDigest } from "../ids.ts";
import { at, listAt, numberAt, textAt } from "./json.ts";

/** The kinds whose rollout can be followed. */
const workloadKinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"] as const;
/** One of them. */
export type WorkloadKind = (typeof workloadKinds)[number];

/** What a workload is called in its namespace. */
export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** Which workload. */
export interface WorkloadRef extends WorkloadName {
  readonly namespace: string;
}

/** Returns the workload that `Deployment/web` names, or undefined when its kind is another. */
export function asWorkloadName(text: string): WorkloadName | undefined {
  const [kind, name, ...rest] = text.split("/");
  const known = workloadKinds.find((other) => other === kind);
  return known === undefined || !name || rest.length > 0 ? undefined : { kind: known, name };
}

/** A container of a pod or of a pod's template, and the image that it asks for. */
export interface Container {
  readonly name: string;
  readonly image: string;
}

/** How many pods there are to be, and how far that has come. */
export interface Counts {
  readonly desired: number;
  readonly updated: number;
  /** Old and new together. */
  readonly total: number;
  readonly available: number;
}

/** A workload, as far as a verification looks at it. */
export interface Workload extends WorkloadRef {
  readonly generation: number;
  /** The last generation that the controller has acted on. */
  readonly observedGeneration: number;
  readonly containers: readonly Container[];
  readonly counts: Counts;
  /** Pods of a StatefulSet that are meant to stay as they are: ordinals below this one. */
  readonly partition: number;
  /** The label `controller-revision-hash` of a StatefulSet's new pods. */
  readonly updateRevision: string;
  /** Whether new pods come only when somebody deletes the old ones. */
  readonly isByHand: boolean;
  /** A paused Deployment, a suspended CronJob. */
  readonly isPaused: boolean;
  readonly conditions: readonly Condition[];
  /** The selector of its pods, as a query of the API spells it; undefined for a CronJob. */
  readonly podSelector: string | undefined;
}

/** A condition of a workload's status. */
export interface Condition {
  readonly type: string;
  readonly isTrue: boolean;
  readonly reason: string;
  readonly message: string;
}

/** A pod that runs, or is to. */
export interface Pod {
  readonly name: string;
  readonly containers: readonly (Container & {
    /** The digest of what runs, when the runtime names it. */
    readonly digest: Digest | undefined;
  })[];
  readonly revisionHash: string;
  /** Why containers do not start, `ImagePullBackOff: …`. */
  readonly troubles: readonly string[];
}

/** Returns the workload that an answer holds, or undefined when it is none of that kind. */
export function readWorkload(ref: WorkloadRef, json: unknown): Workload | undefined {
  const template = ref.kind === "CronJob" ? ["jobTemplate", "spec", "template"] : ["template"];
  const podSpec = at(json, "spec", ...template, "spec");
  if (textAt(json, "metadata", "name") !== ref.name || podSpec === undefined) return undefined;
  const strategy = textAt(json, "spec", "updateStrategy", "type");
  return {
    ...{ kind: ref.kind, name: ref.name, namespace: ref.namespace },
    generation: numberAt(json, "metadata", "generation") ?? 0,
    observedGeneration: numberAt(json, "status", "observedGeneration") ?? -1,
    containers: containersOf(podSpec),
    counts: countsOf(ref.kind, json),
    partition: numberAt(json, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0,
    updateRevision: textAt(json, "status", "updateRevision"),
    isByHand: strategy === "OnDelete",
    isPaused: at(json, "spec", "paused") === true || at(json, "spec", "suspend") === true,
    conditions: listAt(json, "status", "conditions").map(readCondition),
    podSelector: ref.kind === "CronJob" ? undefined : selectorOf(at(json, "spec", "selector")),
  };
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

function readPod(pod: unknown): Pod {
  const statuses = ["initContainerStatuses", "containerStatuses"].flatMap((list) =>
    listAt(pod, "status", list),
  );
  const statusOf = (name: string) => statuses.find((status) => textAt(status, "name") === name);
  return {
    name: textAt(pod, "metadata", "name"),
    containers: containersOf(at(pod, "spec")).map((container) => ({
      ...container,
      digest: digestOf(textAt(statusOf(container.name), "imageID")),
    })),
    revisionHash: textAt(pod, "metadata", "labels", "controller-revision-hash"),
    troubles: statuses.flatMap(troublesOf),
  };
}

function containersOf(podSpec: unknown): readonly Container[] {
  return ["initContainers", "containers"]
    .flatMap((list) => listAt(podSpec, list))
    .map((item) => ({ name: textAt(item, "name"), image: textAt(item, "image") }));
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
  return [message === "" ? reason : `${reason}: ${message}`];
}

function countsOf(kind: WorkloadKind, json: unknown): Counts {
  const count = (field: string) => numberAt(json, "status", field) ?? 0;
  if (kind === "CronJob") return { desired: 0, updated: 0, total: 0, available: 0 };
  if (kind === "DaemonSet") {
    const updated = count("updatedNumberScheduled");
    const desired = count("desiredNumberScheduled");
    return { desired, updated, total: updated, available: count("numberAvailable") };
  }
  const isDeployment = kind === "Deployment";
  return {
    desired: numberAt(json, "spec", "replicas") ?? 1,
    updated: count("updatedReplicas"),
    total: count("replicas"),
    // Servers before 1.22 do not count a StatefulSet's available pods.
    available: count(isDeployment ? "availableReplicas" : "readyReplicas"),
  };
}

function readCondition(condition: unknown): Condition {
  return {
    type: textAt(condition, "type"),
    isTrue: textAt(condition, "status") === "True",
    reason: textAt(condition, "reason"),
    message: textAt(condition, "message"),
  };
}

/** Spells a LabelSelector as `labelSelector` of a query: kubernetes.io, "Labels and Selectors". */
function selectorOf(selector: unknown): string {
  const labels = Object.entries(at(selector, "matchLabels") ?? {}).map(([key, value]) => {
    return `${key}=${String(value)}`;
  });
  const expressions = listAt(selector, "matchExpressions").map((expression) => {
    const key = textAt(expression, "key");
    const values = listAt(expression, "values").map(String).join(",");
    const operator = textAt(expression, "operator");
    if (operator === "Exists") return key;
    return operator === "DoesNotExist" ? `!${key}` : `${key} ${operator.toLowerCase()} (${values})`;
  });
  return [...labels, ...expressions].join(",");
}
