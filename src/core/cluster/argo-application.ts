/**
 * What an Argo CD Application says of itself. Shape: argo-cd, pkg/apis/application/v1alpha1
 * `Application`, as `GET /api/v1/applications/{name}` sends it.
 */

import { type Unwell, unwellIn } from "./argo-health.ts";
import { type ArgoSource, sourcesOf } from "./argo-source.ts";
import { at, listAt, numberAt, textAt, textsAt } from "./json.ts";

/** The last operation, which may still be running. */
export interface ArgoOperation {
  readonly phase: string;
  readonly message: string;
  readonly startedAt: string;
  /** The revisions that it applied or tried to apply. */
  readonly revisions: readonly string[];
  /** How often it was begun again after it had failed. */
  readonly retries: number;
  /** What could not be applied and which hooks failed, each with Argo CD's words. */
  readonly failures: readonly string[];
}

/** What a resource is called. */
export interface ResourceName {
  readonly kind: string;
  readonly name: string;
}

/** A resource that git names, or that Argo CD applied from git earlier. */
export interface ArgoResource extends ResourceName {
  readonly isSynced: boolean;
  /** Whether git no longer has it, so that only a sync that prunes removes the difference. */
  readonly needsPruning: boolean;
}

/** An Application, as far as a verification looks at it. */
export interface Application {
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly sources: readonly ArgoSource[];
  /** Whether Argo CD renders the manifests into another branch, and follows that. */
  readonly isHydrated: boolean;
  readonly isAutomated: boolean;
  /** Whether it also undoes changes that were made in the cluster, at a revision it has synced. */
  readonly isSelfHealing: boolean;
  /** `Synced`, `OutOfSync` or `Unknown`. */
  readonly sync: string;
  /** `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing` or `Unknown`. */
  readonly health: string;
  readonly operation: ArgoOperation | undefined;
  /** Whether an operation was asked for: it stays so until that is completed. */
  readonly isOperationAsked: boolean;
  /** Errors that Argo CD reports of the Application, `ComparisonError: …`. */
  readonly errors: readonly string[];
  readonly resources: readonly ArgoResource[];
  /** Resources that are not Healthy, as far as Argo CD says which. */
  readonly unwell: readonly Unwell[];
  /** The images that its pods run, `acme/web:1.2`. */
  readonly images: readonly string[];
  /** When it was last compared with git, as Argo CD writes it; empty before. */
  readonly comparedAt: string;
}

const explained: ReadonlySet<string> = new Set(["Degraded", "Suspended", "Progressing"]);

/** Returns whether the Application's tree says more: which pods keep it from being Healthy. */
export function isExplainedByTree(json: unknown): boolean {
  return explained.has(textAt(json, "status", "health", "status"));
}

/**
 * Returns the Application that an answer holds, or undefined when it holds none.
 *
 * @param tree The answer of `…/resource-tree`, where `isExplainedByTree`.
 */
export function readApplication(json: unknown, tree?: unknown): Application | undefined {
  const name = textAt(json, "metadata", "name");
  const spec = at(json, "spec");
  if (name === "" || spec === undefined) return undefined;
  const status = at(json, "status");
  const automated = at(spec, "syncPolicy", "automated");
  const isAutomated = typeof automated === "object" && at(automated, "enabled") !== false;
  return {
    ...{ name, namespace: textAt(json, "metadata", "namespace") },
    project: textAt(spec, "project") || "default",
    sources: sourcesOf(spec, status),
    isHydrated: at(spec, "sourceHydrator") !== undefined,
    isAutomated,
    isSelfHealing: isAutomated && at(automated, "selfHeal") === true,
    sync: textAt(status, "sync", "status") || "Unknown",
    health: textAt(status, "health", "status") || "Unknown",
    operation: operationOf(at(status, "operationState")),
    isOperationAsked: at(json, "operation") !== undefined,
    errors: listAt(status, "conditions")
      .map((condition) => `${textAt(condition, "type")}: ${textAt(condition, "message")}`)
      .filter((text) => /^\w*Error: /.test(text)),
    resources: listAt(status, "resources").map(readResource),
    unwell: unwellIn(listAt(status, "resources"), listAt(tree, "nodes")),
    images: textsAt(status, "summary", "images"),
    comparedAt: textAt(status, "reconciledAt"),
  };
}

function readResource(resource: unknown): ArgoResource {
  return {
    kind: textAt(resource, "kind"),
    name: textAt(resource, "name"),
    isSynced: textAt(resource, "status") !== "OutOfSync",
    needsPruning: at(resource, "requiresPruning") === true,
  };
}

function operationOf(state: unknown): ArgoOperation | undefined {
  const phase = textAt(state, "phase");
  if (phase === "") return undefined;
  const applied = at(state, "syncResult");
  const asked = at(state, "operation", "sync");
  const revisions = [applied, asked].map((where) => [
    ...textsAt(where, "revisions"),
    ...[textAt(where, "revision")].filter((revision) => revision !== ""),
  ]);
  return {
    phase,
    message: textAt(state, "message"),
    startedAt: textAt(state, "startedAt"),
    revisions: revisions.find((list) => list.length > 0) ?? [],
    retries: numberAt(state, "retryCount") ?? 0,
    failures: listAt(applied, "resources").flatMap(failureOf),
  };
}

function failureOf(result: unknown): readonly string[] {
  const [hook, hookPhase] = [textAt(result, "hookType"), textAt(result, "hookPhase")];
  const isFailed = textAt(result, "status") === "SyncFailed" || /^(Failed|Error)$/.test(hookPhase);
  if (!isFailed) return [];
  const what = `${textAt(result, "kind")}/${textAt(result, "name")}`;
  const kind = hook === "" ? "" : ` (${hook} hook)`;
  return [`${what}${kind}: ${textAt(result, "message") || hookPhase}`];
}
