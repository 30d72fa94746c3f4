/** Kubernetes by its REST interface: apps/v1 workloads, batch/v1 CronJobs, and pods. Read only. */

import { at, textAt } from "../../core/cluster/json.ts";
import { type Pod, readPods, readWorkload, type WorkloadRef } from "../../core/cluster/workload.ts";
import { Failure } from "../../core/failure.ts";
import type { Clock, Cluster } from "../../ports.ts";
import { clusterHttp, type Tls } from "../http/cluster-client.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { type Asking, askJson, nonsense, type Question } from "./json.ts";

/** Where an API server is, and who we are there. */
export interface ClusterAccess {
  readonly server: URL;
  readonly tls: Tls;
  /** Asked before every request: tokens of pods are replaced while we wait. */
  token(): Promise<string | undefined>;
}

/** How a cluster is opened. */
export interface KubernetesOptions {
  readonly entrance: ClusterAccess;
  readonly clock: Clock;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
}

const resourceOf: Readonly<Record<WorkloadRef["kind"], readonly [group: string, name: string]>> = {
  Deployment: ["apps", "deployments"],
  StatefulSet: ["apps", "statefulsets"],
  DaemonSet: ["apps", "daemonsets"],
  CronJob: ["batch", "cronjobs"],
};

const podsPerPage = 100;
const pagesMax = 50;

/** Opens a cluster. Nothing is sent yet. */
export function openKubernetes(options: KubernetesOptions): Cluster {
  const { entrance, clock, timeoutMs, signal, proxy } = options;
  const asking: Asking = {
    http: clusterHttp({ tls: entrance.tls, timeoutMs, signal, proxy }),
    clock,
  };
  // The server's address may have a path of its own: Rancher's and other gateways' have.
  const base = `${entrance.server.href.replace(/\/+$/, "")}/`;
  const question = async (path: string, doing: string, verb: string): Promise<Question> => ({
    ...{ method: "GET", url: new URL(path, base), doing, token: await entrance.token() },
    hints: {
      401: "The token or certificate of the kubeconfig has expired, or is of another cluster.",
      403: `Give its role the right to ${verb}.`,
      404: "Check the namespace and the API server's address.",
    },
  });

  return {
    async workload(ref) {
      const [group, resource] = resourceOf[ref.kind];
      const path = `apis/${group}/v1/${within(ref)}/${resource}/${encodeURIComponent(ref.name)}`;
      const doing = `read the ${ref.kind} "${ref.name}"`;
      const asked = await question(path, doing, `get ${resource}`);
      const json = await unlessMissing(askJson(asked, asking), ref.name);
      if (json === undefined) return undefined;
      const workload = readWorkload(ref, json);
      if (workload === undefined) throw nonsense(asked, `something else than a ${ref.kind}`);
      return workload;
    },
    async podsOf(workload) {
      if (!workload.podSelector) return [];
      const doing = `list the pods of the ${workload.kind} "${workload.name}"`;
      const asked = await question(`api/v1/${within(workload)}/pods`, doing, "list pods");
      asked.url.searchParams.set("labelSelector", workload.podSelector);
      asked.url.searchParams.set("limit", String(podsPerPage));
      return listPods(asked, asking);
    },
  };
}

function within({ namespace }: WorkloadRef): string {
  return `namespaces/${encodeURIComponent(namespace)}`;
}

/** Pages through a list: kubernetes.io, "Retrieving large results sets in chunks". */
async function listPods(question: Question, asking: Asking): Promise<readonly Pod[]> {
  const pods: Pod[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const json = await askJson(question, asking);
    if (!Array.isArray(at(json, "items"))) throw nonsense(question, "no list");
    pods.push(...readPods(json));
    const next = textAt(json, "metadata", "continue");
    if (next === "") return pods;
    question.url.searchParams.set("continue", next);
  }
  throw nonsense(question, `more than ${podsPerPage * pagesMax} pods`);
}

/** Only the API's own words say that there is none; a gateway's 404 says that it knows no path. */
async function unlessMissing(answer: Promise<unknown>, name: string): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    const isMissing =
      error instanceof Failure &&
      error.code === "cluster-not-found" &&
      error.message.endsWith(`"${name}" not found`);
    if (isMissing) return undefined;
    throw error;
  }
}
