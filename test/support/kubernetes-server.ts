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
    metadata: { name, namespace: "robson", uid: `uid-${name}`, generation, labels: { app: name } },
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
  /** The hash of an Argo Rollout's template. */
  readonly podHash?: string;
  /** What controls it; null for a bare pod. A ReplicaSet of `web` where a test does not say. */
  readonly owner?: { readonly kind: string; readonly name: string; readonly uid: string } | null;
  /** How its container ended the time before. */
  readonly ended?: Ended;
  /** How its container has ended, for good or until it is started again. */
  readonly over?: Ended;
  /** Further containers beside the one: run before it (init, native sidecars), or for debugging. */
  readonly init?: readonly BesideState[];
  readonly sidecars?: readonly BesideState[];
  readonly ephemeral?: readonly BesideState[];
  readonly conditions?: readonly object[];
}

/** How a container ended: v1 `ContainerStateTerminated`. */
export interface Ended {
  readonly reason: string;
  readonly exitCode: number;
  readonly message?: string;
}

/** A container beside the first one. */
export type BesideState = Pick<PodState, "name" | "image" | "imageID" | "waiting" | "over">;

/** Returns a pod as the API sends it. */
export function podJson(state: PodState) {
  const { name, image, container = "app", phase = "Running", isLeaving } = state;
  const { init = [], sidecars = [], ephemeral = [] } = state;
  const { owner = { kind: "ReplicaSet", name: "web-7c9", uid: "rs" } } = state;
  return {
    metadata: {
      ...{ name, namespace: "robson" },
      labels: {
        ...{ app: "web", "controller-revision-hash": state.revisionHash ?? "" },
        ...(state.podHash && { "rollouts-pod-template-hash": state.podHash }),
      },
      ...(owner !== null && { ownerReferences: [{ ...owner, controller: true }] }),
      ...(isLeaving && { deletionTimestamp: "2026-11-24T02:00:01Z" }),
    },
    spec: {
      ...(init.length > 0 && { initContainers: init.map(named) }),
      containers: [{ name: container, image }, ...sidecars.map(named)],
      ...(ephemeral.length > 0 && { ephemeralContainers: ephemeral.map(named) }),
    },
    status: {
      phase,
      ...(init.length > 0 && { initContainerStatuses: init.map(statusOfContainer) }),
      containerStatuses: [
        statusOfContainer({ ...state, name: container }),
        ...sidecars.map(statusOfContainer),
      ],
      ...(ephemeral.length > 0 && { ephemeralContainerStatuses: ephemeral.map(statusOfContainer) }),
      ...(state.conditions && { conditions: state.conditions }),
    },
  };
}

function named({ name, image }: BesideState) {
  return { name, image };
}

function statusOfContainer(container: BesideState & Pick<PodState, "ended">) {
  const { name, image, imageID = "", waiting, over, ended } = container;
  const running = { running: { startedAt: "2026-11-24T02:00:00Z" } };
  const state = waiting ? { waiting } : over ? { terminated: over } : running;
  return {
    ...{ name, image, imageID, state, ready: state === running },
    ...(ended && { lastState: { terminated: ended } }),
  };
}

/** What a server is to be like. */
export interface KubernetesServerOptions {
  /** Returns the workload at a path such as `apps/v1/deployments/web`, as it is now. */
  readonly workload: (path: string) => object | undefined;
  /** Returns the pods that a selector finds. */
  readonly pods?: (selector: string) => readonly object[];
  /** Returns the workloads of a kind, `apps/v1/deployments`, in the namespace. */
  readonly list?: (path: string) => readonly object[];
  /** Groups that it does not know. */
  readonly missing?: readonly string[];
  /** The only token that is let in. */
  readonly token?: string;
  /** Served as https. */
  readonly tls?: ServerOptions;
}

const place = /^\/(?:api\/v1|apis\/([^/]+\/v\d\w*))\/namespaces\/robson\/([^/]+)(?:\/([^/]+))?$/;

/** Serves the namespace `robson`. */
export async function serveKubernetes(options: KubernetesServerOptions) {
  return serveApi((asked: Asked): ApiReply => {
    const { token } = options;
    if (token !== undefined && asked.headers.authorization !== `Bearer ${token}`) {
      return statusOf(401, "Unauthorized", "Unauthorized");
    }
    const [, namespace] = /^\/api\/v1\/namespaces\/([^/]+)$/.exec(asked.path) ?? [];
    if (namespace === "robson") return { body: { kind: "Namespace" } };
    if (namespace === undefined) return answer(asked, options);
    return statusOf(404, "NotFound", `namespaces "${namespace}" not found`);
  }, options.tls);
}

function answer({ path, query }: Asked, options: KubernetesServerOptions): ApiReply {
  const [, group = "", resource = "", name] = place.exec(path) ?? [];
  // A path that no API serves is answered in plain text.
  if (options.missing?.includes(group)) return { status: 404, body: "404 page not found\n" };
  if (name === undefined && resource === "pods") {
    return page(options.pods?.(query.get("labelSelector") ?? "") ?? [], query);
  }
  if (name === undefined && group !== "") {
    return page(options.list?.(`${group}/${resource}`) ?? [], query);
  }
  const found = name === undefined ? undefined : options.workload(`${group}/${resource}/${name}`);
  if (found !== undefined) return { body: found };
  const [api = ""] = group.split("/");
  return statusOf(404, "NotFound", `${resource}.${api} "${name}" not found`);
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
