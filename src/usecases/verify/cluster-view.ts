/** One look at Argo CD and the workloads, without waiting. */

import { argoVerdict } from "../../core/cluster/argo.ts";
import { sourcesFrom } from "../../core/cluster/argo-claim.ts";
import type {
  ApplicationView,
  ClusterView,
  ContainerView,
  FluxView,
  WorkloadView,
} from "../../core/cluster/cluster-view.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import { type Observation, sightOf, unobserved } from "../../core/cluster/observation.ts";
import type { Pod } from "../../core/cluster/pod.ts";
import type { Workload } from "../../core/cluster/workload.ts";
import { Failure } from "../../core/failure.ts";
import type { ArgoCd, Cluster, Flux } from "../../ports.ts";
import type { Ancestry } from "./ancestry.ts";
import { type ArgoFactsPorts, type ArgoQuestion, argoFacts } from "./argo-facts.ts";
import { closedNow, readCompared } from "./argo-look.ts";
import { lookAtFlux } from "./flux-look.ts";
import { lookAtWorkload } from "./inspect.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** What is to be looked at. */
export interface ViewRequest extends ArgoQuestion {
  readonly app?: string | undefined;
  /** Whether Argo CD is asked to compare with git first: what is new it may then apply. */
  readonly isRefreshed?: boolean | undefined;
  readonly flux?: readonly FluxRef[] | undefined;
  readonly workloads: readonly WantedWorkload[];
}

/** The world of a look. A port that is missing is not looked at. */
export interface ViewPorts extends ArgoFactsPorts {
  readonly argocd?: ArgoCd | undefined;
  readonly flux?: Flux | undefined;
  readonly cluster?: Cluster | undefined;
}

/** Returns how things stand. What cannot be read says so, and hides nothing else. */
export async function viewCluster(request: ViewRequest, ports: ViewPorts): Promise<ClusterView> {
  const { app, workloads } = request;
  const { argocd, flux, cluster } = ports;
  const refs = flux && request.flux;
  const [application, objects, ...views] = await Promise.all([
    app && argocd && viewApplication({ ...request, app }, argocd, ports),
    refs && Promise.all(refs.map((ref) => viewFlux(ref, request, { ...ports, flux }))),
    ...(cluster ? workloads.map((wanted) => viewWorkload(wanted, { ...ports, cluster })) : []),
  ]);
  return { argocd: application || undefined, flux: objects, workloads: views };
}

async function viewFlux(
  ref: FluxRef,
  request: ViewRequest,
  ports: { readonly flux: Flux; readonly ancestry: Ancestry },
): Promise<FluxView> {
  const who = { object: `${ref.kind}/${ref.name}`, namespace: ref.namespace };
  try {
    const { verdict, facts } = await lookAtFlux(ref, request, ports);
    return { ...who, ...sightOf(verdict), applied: facts?.object.applied ?? "" };
  } catch (error) {
    return { ...who, ...unreadable(error), applied: "" };
  }
}

async function viewApplication(
  request: ViewRequest & { readonly app: string },
  argocd: ArgoCd,
  ports: ArgoFactsPorts,
): Promise<ApplicationView> {
  const { app, isRefreshed } = request;
  try {
    const { application, isUnanswered } = isRefreshed
      ? await readCompared(argocd)
      : { application: await argocd.application("as-is"), isUnanswered: false };
    const facts = await argoFacts(application, request, ports);
    const closed = await closedNow(argocd, facts);
    const { sync, health } = application;
    const revisions = sourcesFrom(application, facts.followed).map(({ revision }) => revision);
    const verdict = argoVerdict({ ...facts, closed, isUnanswered });
    return { app, ...sightOf(verdict), sync, health, revisions };
  } catch (error) {
    return { app, ...unreadable(error), revisions: [] };
  }
}

async function viewWorkload(
  wanted: WantedWorkload,
  ports: { readonly cluster: Cluster; readonly ancestry: Ancestry },
): Promise<WorkloadView> {
  const who = { workload: `${wanted.kind}/${wanted.name}`, namespace: wanted.namespace };
  try {
    const { verdict, facts } = await lookAtWorkload(wanted, ports);
    const containers = facts === undefined ? [] : containersOf(facts.workload, facts.pods);
    return { ...who, ...sightOf(verdict), containers };
  } catch (error) {
    return { ...who, ...unreadable(error), containers: [] };
  }
}

function containersOf({ containers }: Workload, pods: readonly Pod[]): readonly ContainerView[] {
  return containers.map(({ name, image }) => {
    const own = pods.flatMap((pod) => pod.containers.filter((other) => other.name === name));
    return {
      container: name,
      image,
      running: [...new Set(own.map((container) => container.image))],
      digests: [...new Set(own.flatMap(({ digest }) => digest ?? []))],
    };
  });
}

function unreadable(error: unknown): Observation {
  if (!(error instanceof Failure) || error.code === "interrupted") throw error;
  return unobserved(error);
}
