/**
 * Argo CD's REST interface as far as it is asked: shapes as argo-cd 2.13 and 3.x send them, through
 * grpc-gateway.
 */

import type { ServerOptions } from "node:https";
import { type ApiReply, type Asked, serveApi } from "./api-server.ts";

/** How an Application stands, with what a test does not name left as in a healthy one. */
export interface ArgoState {
  readonly revision: string;
  readonly sync?: "Synced" | "OutOfSync" | "Unknown";
  readonly health?: string;
  readonly operation?: ArgoOperationState;
  /** Whether an operation was asked for that the controller has not taken up. */
  readonly isQueued?: boolean;
  /** Images that its pods run. */
  readonly images?: readonly string[];
  /** The folder of its one source. */
  readonly path?: string;
  /** What kind its one source is of, if not plain manifests. */
  readonly sourceType?: "Helm" | "Kustomize";
  readonly comparedAt?: string;
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  readonly resources?: readonly object[];
  /** Its own namespace, if it is not Argo CD's. */
  readonly namespace?: string;
  readonly project?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Several sources instead of one; `revision` is then not looked at. */
  readonly sources?: readonly { readonly repoURL: string; readonly revision: string }[];
  readonly automated?: object | null;
  readonly repoURL?: string;
  readonly targetRevision?: string;
  readonly hydrator?: object;
  /** Nodes of the resource tree, where the health of resources is in that (Argo CD 3). */
  readonly tree?: readonly object[];
}

/** `status.operationState`. */
export interface ArgoOperationState {
  readonly phase: "Running" | "Terminating" | "Succeeded" | "Failed" | "Error";
  readonly revision: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly retryCount?: number;
  /** `syncResult.resources`. */
  readonly results?: readonly object[];
}

const destination = { server: "https://kubernetes.default.svc", namespace: "robson" };

/** Returns an Application as the API sends it. */
export function applicationJson(repository: string, state: ArgoState, name = "robson-prod") {
  const { revision, sync = "Synced", health = "Healthy", sources, operation } = state;
  const branch = state.targetRevision ?? "main";
  const source = {
    repoURL: state.repoURL ?? repository,
    path: state.path ?? "infra/k8s/prod",
    targetRevision: branch,
  };
  const isUnread = state.conditions?.some((one) => one.type === "ComparisonError");
  const many = sources?.map(({ repoURL }) => ({
    repoURL,
    path: source.path,
    targetRevision: branch,
  }));
  const where = many === undefined ? { source } : { sources: many };
  const at =
    sources === undefined
      ? { revision: isUnread ? branch : revision }
      : { revisions: sources.map((other) => other.revision) };
  return {
    metadata: {
      ...{ name, namespace: namespaceOf(state), uid: "2b7c", resourceVersion: "71" },
      labels: state.labels,
    },
    spec: {
      ...{ ...where, destination, project: projectOf(state) },
      ...(state.automated !== null && { syncPolicy: { automated: state.automated ?? {} } }),
      ...(state.hydrator !== undefined && { sourceHydrator: state.hydrator }),
    },
    // It stays until the operation is completed, through all its hooks and retries.
    ...((state.isQueued || isRunning(operation)) && {
      operation: { sync: {}, initiatedBy: { username: "admin" } },
    }),
    status: {
      resources: withHealth(state),
      sourceType: state.sourceType ?? "Directory",
      sync: { status: sync, comparedTo: { ...where, destination }, ...at },
      health: { status: health },
      ...(state.tree !== undefined && { resourceHealthSource: "appTree" }),
      reconciledAt: state.comparedAt ?? "2026-11-24T02:00:00Z",
      sourceHydrator: {},
      ...(state.conditions !== undefined && { conditions: state.conditions }),
      ...(operation !== undefined && { operationState: operationJson(operation) }),
      summary: { images: state.images ?? ["ldamasio/rbs-frontend-prod:sha-0000001"] },
    },
  };
}

function namespaceOf({ namespace = "argocd" }: ArgoState): string {
  return namespace;
}

function projectOf({ project = "default" }: ArgoState): string {
  return project;
}

function isRunning(operation: ArgoOperationState | undefined): boolean {
  return operation?.phase === "Running" || operation?.phase === "Terminating";
}

/** The API fills in the health of resources, from the tree where Argo CD keeps it there. */
function withHealth({ tree = [], sync, resources }: ArgoState): readonly object[] {
  const status = sync === "OutOfSync" ? "OutOfSync" : "Synced";
  const web = { group: "apps", version: "v1", kind: "Deployment", name: "web", status };
  const nodes = tree as readonly { kind?: string; name?: string; health?: object }[];
  return (resources ?? [web]).map((resource) => {
    const { kind, name } = resource as { kind?: string; name?: string };
    const node = nodes.find((one) => one.kind === kind && one.name === name);
    return { ...resource, ...(node?.health !== undefined && { health: node.health }) };
  });
}

function operationJson(state: ArgoOperationState) {
  const { phase, revision, message, startedAt, retryCount, results } = state;
  return {
    operation: { sync: { revision }, initiatedBy: { automated: true }, retry: { limit: 5 } },
    ...{ phase, message: message ?? "", startedAt: startedAt ?? "2026-11-24T01:59:00Z" },
    ...(retryCount !== undefined && { retryCount }),
    syncResult: { resources: results ?? [], revision, source: { repoURL: "…" } },
  };
}

/** What a server is to be like. */
export interface ArgoServerOptions {
  readonly repository: string;
  /** Says how the Application stands, at every question for it. */
  readonly state: () => ArgoState | ApiReply;
  /** Further Applications, by their names. */
  readonly others?: Readonly<Record<string, ArgoState>>;
  /** The path that it is served below, `/argo` (`--rootpath`). */
  readonly rootPath?: string;
  /** The only token that is let in. */
  readonly token?: string;
  /** The answer to a sync. */
  readonly sync?: () => ApiReply;
  /** What is said of the right to sync; `yes` where a test does not say. */
  readonly maySync?: ApiReply;
  /** What is said of the sync windows; none where a test does not say. */
  readonly windows?: object;
  /** Served as https. */
  readonly tls?: ServerOptions;
  /** Whether the controller is down: a refresh is then never answered. */
  readonly isMute?: boolean;
}

const denied = refusal(403, 7, "permission denied");

/** Serves `robson-prod`, and whatever other Applications there are. */
export async function serveArgoCd(options: ArgoServerOptions) {
  const { repository, state, others = {}, token, sync, rootPath = "" } = options;
  const { maySync = { body: { value: "yes" } } } = options;
  const trees = new Map<string, readonly object[] | undefined>();
  const read = (name: string, query: URLSearchParams): ApiReply | undefined => {
    if (options.isMute && query.has("refresh")) return undefined;
    const now = name === "robson-prod" ? state() : others[name];
    // Argo CD does not tell an Application that is hidden from one that is not there.
    if (now === undefined) return denied;
    if ("body" in now) return now;
    if ((query.get("appNamespace") ?? "argocd") !== namespaceOf(now)) return denied;
    trees.set(name, now.tree);
    return { body: applicationJson(repository, now, name) };
  };
  const api = `${rootPath}/api/v1/`;
  const answer = ({ method, path, query }: Asked): ApiReply | undefined => {
    const [what, name = "", part, ...rest] = path.slice(api.length).split("/");
    if (what === "account" && rest.at(-1) === "robson-prod") return maySync;
    if (what !== "applications") return denied;
    if (name === "") return listOf(options, query);
    if (method === "POST") return sync?.() ?? { body: {} };
    if (part === "syncwindows") return { body: options.windows ?? { canSync: true } };
    if (part !== "resource-tree") return read(name, query);
    const nodes = trees.get(name);
    return nodes === undefined ? denied : { body: { nodes } };
  };
  return serveApi((asked: Asked): ApiReply | undefined => {
    if (!asked.path.startsWith(api)) return { status: 404, body: "404 page not found\n" };
    const isKnown = token === undefined || asked.headers.authorization === `Bearer ${token}`;
    return isKnown ? answer(asked) : refusal(401, 16, "no session information");
  }, options.tls);
}

/** The list, without what `fields` leaves out. Without any Application it is null. */
function listOf(
  { repository, state, others = {} }: ArgoServerOptions,
  query: URLSearchParams,
): ApiReply {
  const first = state();
  if ("body" in first) return first;
  const [label, wanted = ""] = (query.get("selector") ?? "").split("=");
  const isMeant = (one: ArgoState) =>
    projectOf(one) === (query.get("projects") ?? projectOf(one)) &&
    namespaceOf(one) === (query.get("appNamespace") ?? namespaceOf(one)) &&
    (label ? one.labels?.[label] === wanted : true);
  const items = Object.entries({ "robson-prod": first, ...others })
    .filter(([, one]) => isMeant(one))
    .map(([name, one]) => applicationJson(repository, one, name))
    .map(({ status: { resources: _, ...status }, ...rest }) => ({ ...rest, status }));
  return { body: { metadata: { resourceVersion: "72" }, items: items.length > 0 ? items : null } };
}

/** An error as grpc-gateway writes it. */
export function refusal(status: number, code: number, message: string): ApiReply {
  return { status, body: { error: message, code, message } };
}
