/** Kubernetes by its REST interface: workloads of apps, batch and Argo Rollouts, and pods. */

import { at, listAt, textAt } from "../../core/cluster/json.ts";
import { ownPods, readPods } from "../../core/cluster/pod.ts";
import {
  asWorkloadName,
  type NamespaceRef,
  readWorkload,
  type Workload,
  type WorkloadKind,
  type WorkloadRef,
  workloadKinds,
} from "../../core/cluster/workload.ts";
import { asFailure, Failure } from "../../core/failure.ts";
import type { Clock, Cluster } from "../../ports.ts";
import { httpClient, type Tls } from "../http/client.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { type Asking, askJson, nonsense, type Question } from "./json.ts";

/** Where an API server is, and who we are there. */
export interface ClusterAccess {
  readonly server: URL;
  readonly tls: Tls;
  /** The proxy of this cluster; undefined: that of the environment. */
  readonly proxy?: HttpsProxy | undefined;
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
  /** Whom to trust where the entrance does not say, PEM. */
  readonly trusted?: string | undefined;
}

const resourceOf: Readonly<Record<WorkloadKind, readonly [api: string, name: string]>> = {
  Deployment: ["apps/v1", "deployments"],
  StatefulSet: ["apps/v1", "statefulsets"],
  DaemonSet: ["apps/v1", "daemonsets"],
  CronJob: ["batch/v1", "cronjobs"],
  Job: ["batch/v1", "jobs"],
  Rollout: ["argoproj.io/v1alpha1", "rollouts"],
};

const itemsPerPage = 100;
const pagesMax = 50;

/** How an API server is asked. */
export function asksOf(options: KubernetesOptions): { readonly ask: Ask; readonly asking: Asking } {
  const { entrance, clock, ...network } = options;
  const proxy = entrance.proxy ?? network.proxy;
  const http = httpClient({ ...network, tls: entrance.tls, proxy });
  const ask: Ask = async (path, doing, verb) => {
    // The server's address may have a path of its own: Rancher's and other gateways' have.
    const base = `${entrance.server.href.replace(/\/+$/, "")}/`;
    const hints = {
      401: "The token or certificate of the kubeconfig has expired, or is of another cluster.",
      403: `Give its role the right to ${verb}.`,
      404: "Check the namespace and the API server's address.",
    };
    const token = await entrance.token();
    return { method: "GET", url: new URL(path, base), doing, token, hints };
  };
  return { ask, asking: { http, clock } };
}

/** Opens a cluster. Nothing is sent yet. */
export function openKubernetes(options: KubernetesOptions): Cluster {
  const { ask, asking } = asksOf(options);
  return {
    workload: (ref) => readOne(ref, ask, asking),
    async workloadsIn(place) {
      const lists = workloadKinds.map((kind) => listKind(kind, place, { ask, asking }));
      return (await Promise.all(lists)).flat();
    },
    async podsOf(workload) {
      if (!workload.podSelector) return [];
      const doing = `list the pods of the ${workload.kind} "${workload.name}"`;
      const asked = await ask(`api/v1/${within(workload)}/pods`, doing, "list pods");
      asked.url.searchParams.set("labelSelector", workload.podSelector);
      const items = await listAll(asked, asking);
      return ownPods(workload, readPods({ items }));
    },
    async hasNamespace({ namespace }) {
      const path = `api/v1/${within({ namespace })}`;
      const asked = await ask(path, `read the namespace "${namespace}"`, "get namespaces");
      try {
        return (await unlessMissing(askJson(asked, asking), namespace)) !== undefined;
      } catch (error) {
        if (asFailure(error).code !== "cluster-denied") throw error;
        return undefined;
      }
    },
  };
}

/** Makes a question; `verb` is the right that it takes. */
export type Ask = (path: string, doing: string, verb: string) => Promise<Question>;

async function readOne(ref: WorkloadRef, ask: Ask, asking: Asking): Promise<Workload | undefined> {
  const [api, resource] = resourceOf[ref.kind];
  const path = `apis/${api}/${within(ref)}/${resource}/${encodeURIComponent(ref.name)}`;
  const asked = await ask(path, `read the ${ref.kind} "${ref.name}"`, `get ${resource}`);
  const json = await unlessMissing(askJson(asked, asking), ref.name);
  if (json === undefined) return undefined;
  const other = templateRefOf(json, ref);
  const templated = other && (await readTemplate(other, ask, asking));
  const workload = readWorkload(ref, json, templated ?? json);
  if (workload === undefined) throw nonsense(asked, `something else than a ${ref.kind}`);
  return workload;
}

/** A Rollout may take its template from a Deployment: argoproj, "Migrating", `workloadRef`. */
function templateRefOf(json: unknown, { namespace }: NamespaceRef): WorkloadRef | undefined {
  const other = at(json, "spec", "workloadRef");
  const name = asWorkloadName(`${textAt(other, "kind")}/${textAt(other, "name")}`);
  return name && { ...name, namespace };
}

async function readTemplate(ref: WorkloadRef, ask: Ask, asking: Asking): Promise<unknown> {
  const [api, resource] = resourceOf[ref.kind];
  const path = `apis/${api}/${within(ref)}/${resource}/${encodeURIComponent(ref.name)}`;
  const asked = await ask(path, `read the ${ref.kind} "${ref.name}"`, `get ${resource}`);
  return unlessMissing(askJson(asked, asking), ref.name);
}

async function listKind(
  kind: WorkloadKind,
  { namespace, context }: NamespaceRef,
  { ask, asking }: { ask: Ask; asking: Asking },
): Promise<readonly Workload[]> {
  const [api, resource] = resourceOf[kind];
  const path = `apis/${api}/${within({ namespace })}/${resource}`;
  const asked = await ask(path, `list the ${resource} of "${namespace}"`, `list ${resource}`);
  try {
    const items = await listAll(asked, asking);
    return items.flatMap((item) => {
      const name = textAt(item, "metadata", "name");
      return readWorkload({ kind, name, namespace, context }, item) ?? [];
    });
  } catch (error) {
    // Few clusters have Rollouts, and where there are none, roles do not name them.
    const isAbsent = ["cluster-not-found", "cluster-denied"].includes(asFailure(error).code);
    if (kind === "Rollout" && isAbsent) return [];
    throw error;
  }
}

function within({ namespace }: NamespaceRef): string {
  return `namespaces/${encodeURIComponent(namespace)}`;
}

/** Pages through a list: kubernetes.io, "Retrieving large results sets in chunks". */
async function listAll(question: Question, asking: Asking): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  question.url.searchParams.set("limit", String(itemsPerPage));
  for (let page = 1; page <= pagesMax; page += 1) {
    const json = await askJson(question, asking);
    if (!Array.isArray(at(json, "items"))) throw nonsense(question, "no list");
    all.push(...listAt(json, "items"));
    const next = textAt(json, "metadata", "continue");
    if (next === "") return all;
    question.url.searchParams.set("continue", next);
  }
  throw nonsense(question, `more than ${itemsPerPage * pagesMax} items`);
}

/** Only the API's own words say that there is none; a gateway's 404 says that it knows no path. */
export async function unlessMissing(answer: Promise<unknown>, name: string): Promise<unknown> {
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
