/**
 * What Kubernetes says of a workload. Shapes: apps/v1 `Deployment`, `StatefulSet`, `DaemonSet`,
 * batch/v1 `CronJob`, `Job`; Argo Rollouts, argoproj.io/v1alpha1 `Rollout`.
 */

import { at, listAt, numberAt, textAt } from "./json.ts";

/** The kinds whose rollout can be followed. */
export const workloadKinds = [
  ...(["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout"] as const),
];
/** One of them. */
export type WorkloadKind = (typeof workloadKinds)[number];

/** What a workload is called in its namespace. */
export interface WorkloadName {
  readonly kind: WorkloadKind;
  readonly name: string;
}

/** Which namespace, in which cluster. */
export interface NamespaceRef {
  readonly namespace: string;
  /** The context of the kubeconfig; undefined: the one that the command is given. */
  readonly context?: string | undefined;
}

/** Which workload. */
export interface WorkloadRef extends WorkloadName, NamespaceRef {}

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
  readonly uid: string;
  readonly generation: number;
  /** The last generation that the controller has acted on. */
  readonly observedGeneration: number;
  readonly containers: readonly Container[];
  readonly counts: Counts;
  /** Pods of a StatefulSet that are meant to stay as they are: ordinals below this one. */
  readonly partition: number;
  /** What its newest pods have as `revisionHash`: of a StatefulSet and a Rollout. */
  readonly updateRevision: string;
  /** Whether new pods come only when somebody deletes the old ones. */
  readonly isByHand: boolean;
  /** A paused Deployment, a suspended CronJob or Job. */
  readonly isPaused: boolean;
  readonly conditions: readonly Condition[];
  /** The selector of its pods, as a query of the API spells it; undefined for a CronJob. */
  readonly podSelector: string | undefined;
  /** How far a Rollout is, in its own words. */
  readonly canary?: Canary | undefined;
}

/** How far an Argo Rollout is. */
export interface Canary {
  /** `Healthy`, `Progressing`, `Paused` or `Degraded`. */
  readonly phase: string;
  readonly message: string;
  /** `step 1 of 4`, or empty where there are no steps. */
  readonly step: string;
  /** Whether the present step is a pause that only somebody ends. */
  readonly isForPeople: boolean;
  readonly isAborted: boolean;
  /** Whether the newest pods are those that all traffic goes to. */
  readonly isStable: boolean;
}

/** A condition of a workload's status. */
export interface Condition {
  readonly type: string;
  readonly isTrue: boolean;
  readonly reason: string;
  readonly message: string;
}

/**
 * Returns the workload that an answer holds, or undefined when it is none of that kind.
 *
 * @param templated What holds the template instead: the workload that a Rollout names.
 */
export function readWorkload(
  ref: WorkloadRef,
  json: unknown,
  templated: unknown = json,
): Workload | undefined {
  const template = ref.kind === "CronJob" ? ["jobTemplate", "spec", "template"] : ["template"];
  const podSpec = at(templated, "spec", ...template, "spec");
  if (textAt(json, "metadata", "name") !== ref.name || podSpec === undefined) return undefined;
  const strategy = textAt(json, "spec", "updateStrategy", "type");
  return {
    ...{ kind: ref.kind, name: ref.name, namespace: ref.namespace, context: ref.context },
    uid: textAt(json, "metadata", "uid"),
    generation: numberAt(json, "metadata", "generation") ?? 0,
    observedGeneration: generationOf(at(json, "status", "observedGeneration")),
    containers: containersOf(podSpec),
    counts: countsOf(ref.kind, json),
    partition: numberAt(json, "spec", "updateStrategy", "rollingUpdate", "partition") ?? 0,
    updateRevision: textAt(
      json,
      "status",
      ref.kind === "Rollout" ? "currentPodHash" : "updateRevision",
    ),
    isByHand: strategy === "OnDelete",
    isPaused: at(json, "spec", "paused") === true || at(json, "spec", "suspend") === true,
    conditions: listAt(json, "status", "conditions").map(readCondition),
    podSelector: ref.kind === "CronJob" ? undefined : selectorOf(at(json, "spec", "selector")),
    canary: ref.kind === "Rollout" ? canaryOf(json) : undefined,
  };
}

/** A Rollout writes it as text. */
function generationOf(observed: unknown): number {
  const count = typeof observed === "string" ? Number.parseInt(observed, 10) : observed;
  return typeof count === "number" && Number.isFinite(count) ? count : -1;
}

function canaryOf(json: unknown): Canary {
  const status = at(json, "status");
  const steps = listAt(json, "spec", "strategy", "canary", "steps");
  const index = numberAt(status, "currentStepIndex") ?? steps.length;
  const pause = at(steps[index], "pause");
  return {
    phase: textAt(status, "phase"),
    message: textAt(status, "message"),
    step: index < steps.length ? `step ${index + 1} of ${steps.length}` : "",
    isForPeople: (pause !== undefined && at(pause, "duration") === undefined) || isBlueGreen(json),
    isAborted: at(status, "abort") === true,
    isStable: textAt(status, "stableRS") === textAt(status, "currentPodHash"),
  };
}

function isBlueGreen(json: unknown): boolean {
  const blueGreen = at(json, "spec", "strategy", "blueGreen");
  return blueGreen !== undefined && at(blueGreen, "autoPromotionEnabled") === false;
}

/** Returns the containers of a pod's specification, those that run before the others first. */
export function containersOf(podSpec: unknown): readonly Container[] {
  return ["initContainers", "containers"]
    .flatMap((list) => listAt(podSpec, list))
    .map((item) => ({ name: textAt(item, "name"), image: textAt(item, "image") }));
}

function countsOf(kind: WorkloadKind, json: unknown): Counts {
  const count = (field: string) => numberAt(json, "status", field) ?? 0;
  if (kind === "CronJob" || kind === "Job")
    return { desired: 0, updated: 0, total: 0, available: 0 };
  if (kind === "DaemonSet") {
    const updated = count("updatedNumberScheduled");
    const desired = count("desiredNumberScheduled");
    return { desired, updated, total: updated, available: count("numberAvailable") };
  }
  const isReady = kind === "StatefulSet";
  return {
    desired: numberAt(json, "spec", "replicas") ?? 1,
    updated: count("updatedReplicas"),
    total: count("replicas"),
    // Servers before 1.22 do not count a StatefulSet's available pods.
    available: count(isReady ? "readyReplicas" : "availableReplicas"),
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
