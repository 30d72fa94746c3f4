/**
 * Kubernetes' REST interface as far as it is asked: apps/v1 and batch/v1 workloads, pods in pages,
 * and refusals as `Status`.
 */

import type { ServerOptions } from "node:https";
import { type ApiReply, type Asked, serveApi } from "./api-server.ts";

/** How a Deployment stands, with what a test does not name left as in one that is through. */
export interface DeploymentState {
  readonly image: string;
  readonly replicas?: number;
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly updated?: number;
  readonly total?: number;
  readonly available?: number;
  readonly conditions?: readonly object[];
  readonly paused?: boolean;
  readonly expressions?: readonly object[];
}

const progressing = {
  ...{ type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
  message: 'ReplicaSet "web-7c9" has successfully progressed.',
};

/** The condition of a rollout that took longer than `progressDeadlineSeconds`. */
export const deadlineExceeded = {
  ...{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" },
  message: 'ReplicaSet "web-7c9" has timed out progressing.',
};

/** Returns a Deployment as the API sends it. */
export function deploymentJson(name: string, state: DeploymentState) {
  const { image, replicas = 2, generation = 4 } = state;
  return {
    ...{ kind: "Deployment", apiVersion: "apps/v1" },
    metadata: { name, namespace: "robson", generation, labels: { app: name } },
    spec: {
      replicas,
      selector: {
        matchLabels: { app: name },
        ...(state.expressions !== undefined && { matchExpressions: state.expressions }),
      },
      template: { spec: { containers: [{ name: "app", image }] } },
      ...(state.paused && { paused: true }),
      progressDeadlineSeconds: 600,
    },
    status: {
      observedGeneration: state.observedGeneration ?? generation,
      ...{ replicas: state.total ?? replicas, updatedReplicas: state.updated ?? replicas },
      availableReplicas: state.available ?? replicas,
      conditions: state.conditions ?? [progressing],
    },
  };
}

/** How a pod stands. */
export interface PodState {
  readonly name: string;
  readonly image: string;
  /** Name of its one container. */
  readonly container?: string;
  /** As its runtime names what runs: `docker.io/x@sha256:…`. */
  readonly imageID?: string;
  /** Why its container does not start. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly isLeaving?: boolean;
  readonly phase?: string;
  readonly revisionHash?: string;
}

/** Returns a pod as the API sends it. */
export function podJson(state: PodState) {
  const { name, image, container = "app", imageID = "", phase = "Running" } = state;
  const { waiting, isLeaving } = state;
  const running = { running: { startedAt: "2026-11-24T02:00:00Z" } };
  return {
    metadata: {
      ...{ name, namespace: "robson" },
      labels: { app: "web", "controller-revision-hash": state.revisionHash ?? "" },
      ...(isLeaving && { deletionTimestamp: "2026-11-24T02:00:01Z" }),
    },
    spec: { containers: [{ name: container, image }] },
    status: {
      phase,
      containerStatuses: [
        { name: container, image, imageID, state: waiting ? { waiting } : running },
      ],
    },
  };
}

/** What a server is to be like. */
export interface KubernetesServerOptions {
  /** Returns the workload at a path such as `apps/v1/deployments/web`, as it is now. */
  readonly workload: (path: string) => object | undefined;
  /** Returns the pods that a selector finds. */
  readonly pods?: (selector: string) => readonly object[];
  /** The only token that is let in. */
  readonly token?: string;
  /** Served as https. */
  readonly tls?: ServerOptions;
}

const place = /^\/(?:api\/v1|apis\/([^/]+\/v1))\/namespaces\/robson\/([^/]+)(?:\/([^/]+))?$/;

/** Serves the namespace `robson`. */
export async function serveKubernetes(options: KubernetesServerOptions) {
  return serveApi(({ path, query, headers }: Asked): ApiReply => {
    if (options.token !== undefined && headers.authorization !== `Bearer ${options.token}`) {
      return statusOf(401, "Unauthorized", "Unauthorized");
    }
    const [, group = "", resource = "", name] = place.exec(path) ?? [];
    if (name === undefined && resource === "pods") {
      return page(options.pods?.(query.get("labelSelector") ?? "") ?? [], query);
    }
    const found = name === undefined ? undefined : options.workload(`${group}/${resource}/${name}`);
    if (found !== undefined) return { body: found };
    const [api = ""] = group.split("/");
    return statusOf(404, "NotFound", `${resource}.${api} "${name}" not found`);
  }, options.tls);
}

/** A list in chunks of `limit`, each with the token of the next. */
function page(pods: readonly object[], query: URLSearchParams): ApiReply {
  const from = Number(query.get("continue") ?? 0);
  const to = from + Number(query.get("limit") ?? pods.length);
  const metadata = { resourceVersion: "72", ...(to < pods.length && { continue: String(to) }) };
  const items = pods.slice(from, to);
  return { body: { kind: "PodList", apiVersion: "v1", metadata, items } };
}

/** A refusal as the API server writes it. */
export function statusOf(code: number, reason: string, message: string): ApiReply {
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  return { status: code, body: { ...body, message, reason, code } };
}
