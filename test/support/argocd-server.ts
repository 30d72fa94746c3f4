/**
 * Argo CD's REST interface as far as it is asked: shapes as argo-cd 2.13 and 3.x send them, through
 * grpc-gateway.
 */

import { type ApiReply, type Asked, serveApi } from "./api-server.ts";

/** How an Application stands, with what a test does not name left as in a healthy one. */
export interface ArgoState {
  readonly revision: string;
  readonly sync?: "Synced" | "OutOfSync" | "Unknown";
  readonly health?: string;
  readonly operation?: ArgoOperationState;
  /** Whether an operation was asked for that the controller has not taken up. */
  readonly isQueued?: boolean;
  readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  readonly resources?: readonly object[];
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
}

const destination = { server: "https://kubernetes.default.svc", namespace: "robson" };

/** Returns an Application as the API sends it. */
export function applicationJson(repository: string, state: ArgoState) {
  const { revision, sync = "Synced", health = "Healthy", sources, operation } = state;
  const branch = state.targetRevision ?? "main";
  const source = {
    repoURL: state.repoURL ?? repository,
    path: "infra/k8s/prod",
    targetRevision: branch,
  };
  const many = sources?.map(({ repoURL }) => ({ repoURL, path: "k8s", targetRevision: branch }));
  const where = many === undefined ? { source } : { sources: many };
  const at =
    sources === undefined ? { revision } : { revisions: sources.map((other) => other.revision) };
  return {
    metadata: { name: "robson-prod", namespace: "argocd", uid: "2b7c", resourceVersion: "71" },
    spec: {
      ...{ ...where, destination, project: "default" },
      ...(state.automated !== null && { syncPolicy: { automated: state.automated ?? {} } }),
      ...(state.hydrator !== undefined && { sourceHydrator: state.hydrator }),
    },
    ...(state.isQueued && { operation: { sync: {}, initiatedBy: { username: "admin" } } }),
    status: {
      resources: state.resources ?? [
        { group: "apps", version: "v1", kind: "Deployment", name: "web", status: "Synced" },
      ],
      sync: { status: sync, comparedTo: { ...where, destination }, ...at },
      health: { status: health },
      ...(state.tree !== undefined && { resourceHealthSource: "appTree" }),
      reconciledAt: "2026-11-24T02:00:00Z",
      ...(state.conditions !== undefined && { conditions: state.conditions }),
      ...(operation !== undefined && { operationState: operationJson(operation) }),
      summary: { images: ["ldamasio/rbs-frontend-prod:sha-0000001"] },
    },
  };
}

function operationJson({ phase, revision, message, startedAt }: ArgoOperationState) {
  return {
    operation: { sync: { revision }, initiatedBy: { automated: true }, retry: { limit: 5 } },
    ...{ phase, message: message ?? "", startedAt: startedAt ?? "2026-11-24T01:59:00Z" },
    syncResult: { resources: [], revision, source: { repoURL: "…" } },
  };
}

/** What a server is to be like. */
export interface ArgoServerOptions {
  readonly repository: string;
  /** Says how the Application stands, at every question for it. */
  readonly state: () => ArgoState | ApiReply;
  /** The only token that is let in. */
  readonly token?: string;
  /** The answer to a sync. */
  readonly sync?: () => ApiReply;
  /** What is said of the right to sync; `yes` where a test does not say. */
  readonly maySync?: ApiReply;
}

/** Serves one Application, `robson-prod`. */
export async function serveArgoCd(options: ArgoServerOptions) {
  const { repository, state, token, sync, maySync = { body: { value: "yes" } } } = options;
  let tree = refusal(403, 7, "permission denied");
  return serveApi(({ method, path, headers }: Asked): ApiReply => {
    if (token !== undefined && headers.authorization !== `Bearer ${token}`) {
      return refusal(401, 16, "no session information");
    }
    if (path === "/api/v1/account/can-i/applications/sync/default/robson-prod") return maySync;
    // Argo CD does not tell an Application that is hidden from one that is not there.
    const found = /^\/api\/v1\/applications\/robson-prod(\/sync|\/resource-tree)?$/.exec(path);
    if (found === null) {
      return refusal(403, 7, "permission denied");
    }
    if (method === "POST") return sync?.() ?? { body: {} };
    if (found[1] === "/resource-tree") return tree;
    const now = state();
    if ("body" in now) return now;
    tree = now.tree ? { body: { nodes: now.tree } } : refusal(403, 7, "permission denied");
    return { body: applicationJson(repository, now) };
  });
}

/** An error as grpc-gateway writes it. */
export function refusal(status: number, code: number, message: string): ApiReply {
  return { status, body: { error: message, code, message } };
}
