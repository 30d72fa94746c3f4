/**
 * What an Argo CD Application says of itself. Shape: argo-cd, pkg/apis/application/v1alpha1
 * `Application`, as `GET /api/v1/applications/{name}` sends it.
 */

import { at, listAt, textAt, textsAt } from "./json.ts";

/** One source of an Application, and the revision it was last compared at. */
export interface ArgoSource {
  readonly repository: string;
  /** The branch, tag or commit that it follows; empty means the default branch. */
  readonly targetRevision: string;
  /** The commit, for a git source; a chart's version, for a Helm repository; empty before any. */
  readonly revision: string;
}

/** The last operation, which may still be running. */
export interface ArgoOperation {
  readonly phase: string;
  readonly message: string;
  readonly startedAt: string;
  /** The revisions that it applied or tried to apply. */
  readonly revisions: readonly string[];
}

/** An Application, as far as a verification looks at it. */
export interface Application {
  readonly name: string;
  readonly project: string;
  readonly sources: readonly ArgoSource[];
  /** Whether Argo CD renders the manifests into another branch, and follows that. */
  readonly isHydrated: boolean;
  readonly isAutomated: boolean;
  /** `Synced`, `OutOfSync` or `Unknown`. */
  readonly sync: string;
  /** `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing` or `Unknown`. */
  readonly health: string;
  readonly operation: ArgoOperation | undefined;
  /** Whether an operation was asked for that the controller has not taken up yet. */
  readonly isOperationQueued: boolean;
  /** Errors that Argo CD reports of the Application, `ComparisonError: …`. */
  readonly errors: readonly string[];
  /** Resources that differ from git, `Deployment/web`. */
  readonly unsynced: readonly string[];
  /** Resources that are not Healthy, as far as Argo CD says which. */
  readonly unwell: readonly Unwell[];
}

/** A resource that is not Healthy. */
export interface Unwell {
  readonly kind: string;
  readonly name: string;
  readonly health: string;
  /** Argo CD's own words; empty when it has none. */
  readonly message: string;
}

/**
 * Returns whether the Application keeps its resources' health elsewhere, in its tree, as Argo CD
 * does from 3.0 on, and whether it matters: which of them is not well.
 */
export function isHealthInTree(json: unknown): boolean {
  const health = textAt(json, "status", "health", "status");
  const isElsewhere = textAt(json, "status", "resourceHealthSource") === "appTree";
  return isElsewhere && ["Degraded", "Suspended"].includes(health);
}

/**
 * Returns the Application that an answer holds, or undefined when it holds none.
 *
 * @param tree The answer of `…/resource-tree`, where the resources' health is in that.
 */
export function readApplication(json: unknown, tree?: unknown): Application | undefined {
  const name = textAt(json, "metadata", "name");
  const spec = at(json, "spec");
  if (name === "" || spec === undefined) return undefined;
  const status = at(json, "status");
  const automated = at(spec, "syncPolicy", "automated");
  return {
    ...{ name, project: textAt(spec, "project") || "default" },
    sources: sourcesOf(spec, at(status, "sync")),
    isHydrated: at(spec, "sourceHydrator") !== undefined,
    isAutomated: typeof automated === "object" && at(automated, "enabled") !== false,
    sync: textAt(status, "sync", "status") || "Unknown",
    health: textAt(status, "health", "status") || "Unknown",
    operation: operationOf(at(status, "operationState")),
    isOperationQueued: at(json, "operation") !== undefined,
    errors: listAt(status, "conditions")
      .map((condition) => `${textAt(condition, "type")}: ${textAt(condition, "message")}`)
      .filter((text) => /^\w*Error: /.test(text)),
    unsynced: listAt(status, "resources")
      .filter((resource) => textAt(resource, "status") === "OutOfSync")
      .map(nameOf),
    unwell: [...listAt(status, "resources"), ...rootsFirst(listAt(tree, "nodes"))].flatMap(
      unwellOf,
    ),
  };
}

/** What was compared counts, not what is written by now: the revisions belong to the former. */
function sourcesOf(spec: unknown, sync: unknown): readonly ArgoSource[] {
  const revisions = textsAt(sync, "revisions");
  const compared = listAt(sync, "comparedTo", "sources");
  const written = listAt(spec, "sources");
  const many = compared.length > 0 ? compared : written;
  if (many.length > 0) return many.map((source, n) => readSource(source, revisions[n] ?? ""));
  const one = at(sync, "comparedTo", "source");
  const isCompared = textAt(one, "repoURL") !== "";
  const source = isCompared ? one : at(spec, "source");
  return source === undefined ? [] : [readSource(source, textAt(sync, "revision"))];
}

function readSource(source: unknown, revision: string): ArgoSource {
  return {
    repository: textAt(source, "repoURL"),
    targetRevision: textAt(source, "targetRevision").replace(/^refs\/heads\//, ""),
    revision,
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
  };
}

/** What git names before what came of it: a Deployment before its pods. */
function rootsFirst(nodes: readonly unknown[]): readonly unknown[] {
  const isRoot = (node: unknown) => listAt(node, "parentRefs").length === 0;
  return [...nodes.filter(isRoot), ...nodes.filter((node) => !isRoot(node))];
}

function unwellOf(resource: unknown): readonly Unwell[] {
  const health = textAt(resource, "health", "status");
  if (health === "" || health === "Healthy") return [];
  const [kind, name] = [textAt(resource, "kind"), textAt(resource, "name")];
  return [{ kind, name, health, message: textAt(resource, "health", "message") }];
}

function nameOf(resource: unknown): string {
  return `${textAt(resource, "kind")}/${textAt(resource, "name")}`;
}
