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
import { type Deploys, uncovered } from "../../core/cluster/coverage.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import { type Observation, sightOf, unobserved } from "../../core/cluster/observation.ts";
import type { Pod } from "../../core/cluster/pod.ts";
import type { Workload } from "../../core/cluster/workload.ts";
import { Failure } from "../../core/failure.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { ArgoCd, Cluster, Flux } from "../../ports.ts";
import type { Ancestry } from "./ancestry.ts";
import { type ArgoFactsPorts, type ArgoQuestion, argoFacts } from "./argo-facts.ts";
import { type ArgoLookPorts, closedNow, deploysIn, readCompared } from "./argo-look.ts";
import type { WantedApp } from "./find-applications.ts";
import { appliesIn, lookAtFlux } from "./flux-look.ts";
import { lookAtWorkload } from "./inspect.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** What is to be looked at. */
export interface ViewRequest extends ArgoQuestion {
  readonly apps?: readonly WantedApp[] | undefined;
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

/** How things stand, and which pins that is about. */
export interface ClusterSight {
  readonly view: ClusterView;
  /** What each of `view.applications` deploys; undefined: not seen, or none of ours. */
  readonly deploys: readonly (Deploys | undefined)[];
  /** The pins that nothing deploys. */
  readonly uncovered: readonly Pin[];
}

/** Returns how things stand. What cannot be read says so, and hides nothing else. */
export async function viewCluster(request: ViewRequest, ports: ViewPorts): Promise<ClusterSight> {
  const { workloads, pinned } = request;
  const { argocd, flux, cluster } = ports;
  const refs = flux && request.flux;
  const [apps, objects, ...views] = await Promise.all([
    argocd &&
      request.apps &&
      viewAll(request.apps, (app) => viewApp(app, request, { ...ports, argocd })),
    refs && viewAll(refs, (ref) => viewFlux(ref, request, { ...ports, flux })),
    ...(cluster ? workloads.map((wanted) => viewWorkload(wanted, { ...ports, cluster })) : []),
  ]);
  const applications = apps?.map(({ view }) => view);
  const deploys = apps?.map((seen) => seen.deploys) ?? [];
  const applied = objects?.map((seen) => seen.deploys) ?? [];
  return {
    view: {
      argocd: applications?.find(({ state }) => state !== "done") ?? applications?.[0],
      applications,
      flux: objects?.map(({ view }) => view),
      workloads: views,
    },
    deploys,
    uncovered: uncovered(pinned.pins, [...deploys, ...applied], workloads),
  };
}

/** What was seen of something that deploys, and which pins that is. */
interface Sight<View> {
  readonly view: View;
  readonly deploys?: Deploys | undefined;
}

function viewAll<Item, View>(items: readonly Item[], view: (item: Item) => Promise<Sight<View>>) {
  return Promise.all(items.map(view));
}

async function viewFlux(
  ref: FluxRef,
  request: ViewRequest,
  ports: { readonly flux: Flux; readonly ancestry: Ancestry },
): Promise<Sight<FluxView>> {
  const { kind, name, namespace, context } = ref;
  const who = { object: `${kind}/${name}`, namespace, ...(context && { context }) };
  try {
    const seen = await lookAtFlux(ref, request, ports);
    const applied = seen.facts?.object.applied ?? "";
    return { view: { ...who, ...sightOf(seen.verdict), applied }, deploys: appliesIn(seen) };
  } catch (error) {
    return { view: { ...who, ...unreadable(error), applied: "" } };
  }
}

async function viewApp(
  { target: app, found: ref }: WantedApp,
  request: ViewRequest,
  ports: ArgoLookPorts,
): Promise<Sight<ApplicationView>> {
  if ("state" in ref) return { view: { app, ...ref, revisions: [] } };
  const { argocd } = ports;
  try {
    const { application, isUnanswered } = request.isRefreshed
      ? await readCompared(ref, argocd)
      : { application: await argocd.application(ref, "as-is"), isUnanswered: false };
    const facts = await argoFacts(application, request, ports);
    const closed = await closedNow(ref, facts, argocd);
    const { sync, health } = application;
    const revisions = sourcesFrom(application, facts.followed).map(({ revision }) => revision);
    const verdict = argoVerdict({ ...facts, closed, isUnanswered });
    const view = { app, ...sightOf(verdict), sync, health, revisions };
    return { view, deploys: deploysIn(facts, request) };
  } catch (error) {
    return { view: { app, ...unreadable(error), revisions: [] } };
  }
}

async function viewWorkload(
  wanted: WantedWorkload,
  ports: { readonly cluster: Cluster; readonly ancestry: Ancestry },
): Promise<WorkloadView> {
  const { kind, name, namespace, context } = wanted;
  const who = { workload: `${kind}/${name}`, namespace, ...(context && { context }) };
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
