/** Verify: does the cluster run what was landed? Argo CD first, then the workloads, then pages. */

import { uncovered, uncoveredFinding } from "../../core/cluster/coverage.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import { isOfTheWorld, type Observation } from "../../core/cluster/observation.ts";
import type { SmokePage } from "../../core/cluster/smoke.ts";
import { toldByPlace } from "../../core/cluster/told-apart.ts";
import { Failure } from "../../core/failure.ts";
import {
  exitOfSteps,
  notLookedAt,
  outcomeOfSteps,
  type VerifyResult,
  type VerifyStep,
} from "../../core/results/verify.ts";
import type { ArgoCd, Cluster, Flux, Probe } from "../../ports.ts";
import type { ArgoFactsPorts, ArgoQuestion } from "./argo-facts.ts";
import { type ArgoMode, argoLook, type DeployerLook } from "./argo-look.ts";
import type { WantedApp } from "./find-applications.ts";
import { fluxLook } from "./flux-look.ts";
import { rolloutLook, smokeLook } from "./inspect.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";
import { type Watched, type Watching, type WatchPolicy, type WatchPorts, watch } from "./watch.ts";

/** What is to be verified, and where. What is not configured is left out. */
export interface VerifyRequest extends ArgoQuestion {
  /** What was seen of the pins when the deploy was read. */
  readonly pins: Observation;
  readonly apps?: readonly WantedApp[] | undefined;
  readonly flux?: readonly FluxRef[] | undefined;
  /** Whether Argo CD and Flux are asked to apply the deploy. Default: they are waited for. */
  readonly mode?: ArgoMode | undefined;
  readonly workloads?: readonly WantedWorkload[] | undefined;
  readonly pages?: readonly SmokePage[] | undefined;
}

/** The world of a verification. A port may be missing when nothing asks for it. */
export interface VerifyPorts extends WatchPorts, ArgoFactsPorts {
  readonly argocd?: ArgoCd | undefined;
  readonly flux?: Flux | undefined;
  readonly cluster?: Cluster | undefined;
  readonly probe?: Probe | undefined;
}

/** How long is waited in all, and how often looked. */
export interface VerifyPolicy extends WatchPolicy {
  readonly timeoutMs: number;
}

/**
 * What fails by itself should do so before our time is up: a sync that Argo CD begins anew five
 * times ends after 345 s, a rollout past Kubernetes' default progress deadline after 600 s.
 */
export const verifyPolicy: VerifyPolicy = {
  timeoutMs: 15 * 60_000,
  leastMs: 1_000,
  mostMs: 5_000,
  standMs: 10_000,
};

/**
 * Waits until the cluster shows the deploy, or a newer one, in every place that is configured.
 * A failure of the world is in the result.
 *
 * @throws Failure `config` when nothing is configured that could be looked at, or the settings turn
 *   out wrong; `interrupted`.
 */
export async function verify(
  request: VerifyRequest,
  ports: VerifyPorts,
  policy: VerifyPolicy,
): Promise<VerifyResult> {
  const unfound = unfoundSteps(request);
  const deployers = deployersOf(request, ports);
  const groups = [deployers, ...groupsOf(request, ports)];
  if ([unfound, ...groups].every((group) => group.length === 0)) throw nothingToLookAt();
  const startedMs = ports.clock.nowMs();
  const deadlineMs = startedMs + policy.timeoutMs;
  const steps: VerifyStep[] = [pinsStep(request)];
  for (const group of groups) {
    const isReached = steps.every(({ state }) => state === "done");
    steps.push(
      ...(isReached
        ? await watchAll(group, ports, { policy, deadlineMs })
        : await passOver(group, steps)),
    );
    if (group !== deployers) continue;
    steps.push(...(unfound.length > 0 ? unfound : coverageSteps(deployers, request)));
  }
  const { revision, tag, commit } = request;
  return {
    version: 1,
    command: "verify",
    outcome: outcomeOfSteps(steps),
    exit: exitOfSteps(steps),
    ...{ revision, tag, commit },
    tookMs: ports.clock.nowMs() - startedMs,
    steps,
  };
}

function pinsStep({ branch, pins }: VerifyRequest): VerifyStep {
  return { name: "pins", target: branch, ...pins, waitedMs: 0 };
}

/** Applications that were looked for in vain. */
function unfoundSteps({ apps = [] }: VerifyRequest): readonly VerifyStep[] {
  return apps.flatMap(({ target, found }): readonly VerifyStep[] => {
    return "state" in found ? [{ name: "argocd", target, ...found, waitedMs: 0 }] : [];
  });
}

type Deployer = Watched & DeployerLook;

/** What applies the manifests. */
function deployersOf(request: VerifyRequest, ports: VerifyPorts): readonly Deployer[] {
  const { apps = [], flux = [], mode = "wait" } = request;
  const question = { ...request, mode };
  const objects = toldByPlace(flux, named);
  return [
    ...apps.flatMap(({ target, found }): readonly Deployer[] => {
      if ("state" in found) return [];
      const look = argoLook(found, question, { ...ports, argocd: opened(ports.argocd) });
      const asked = "asks it to compare with the branch; what is new there it may apply";
      ports.progress.step(`argocd ${target}: ${asked}`);
      return [{ name: "argocd", target, ...look }];
    }),
    ...flux.map((ref, n): Deployer => {
      const look = fluxLook(ref, question, { ...ports, flux: opened(ports.flux) });
      return { name: "flux", target: objects[n] ?? ref.name, ...look };
    }),
  ];
}

/** Names the pins that none of the deployers was seen to deploy. */
function coverageSteps(
  deployers: readonly Deployer[],
  { pinned, workloads = [] }: VerifyRequest,
): readonly VerifyStep[] {
  const deploys = deployers.map((one) => one.deploys());
  const finding = uncoveredFinding(uncovered(pinned.pins, deploys, workloads));
  const [first] = deployers;
  if (first === undefined || finding === undefined) return [];
  return [{ name: first.name, target: "pins", ...finding, waitedMs: 0 }];
}

/** What shows the deploy, in order. The things of one group are watched side by side. */
function groupsOf(request: VerifyRequest, ports: VerifyPorts): readonly (readonly Watched[])[] {
  const { ancestry } = ports;
  const { workloads = [], pages = [] } = request;
  const names = toldByPlace(workloads, named);
  return [
    workloads.map((wanted, n) => {
      const look = rolloutLook(wanted, { cluster: opened(ports.cluster), ancestry });
      return { name: "rollout", target: names[n] ?? wanted.name, look };
    }),
    pages.map((page) => {
      const look = smokeLook(request, page, { probe: opened(ports.probe), ancestry });
      const looksMax = page.retries === undefined ? undefined : page.retries + 1;
      return { name: "smoke", target: page.url, look, looksMax };
    }),
  ];
}

function named({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind}/${name}`;
}

/** To leave out what cannot be looked at would be to call it verified. */
function opened<Port>(port: Port | undefined): Port {
  if (port === undefined) throw new Error("A port that the request needs is not open");
  return port;
}

/** Watches a group until everything is known, or one of it has failed. */
async function watchAll(
  group: readonly Watched[],
  ports: VerifyPorts,
  limits: Pick<Watching, "policy" | "deadlineMs">,
): Promise<readonly VerifyStep[]> {
  let isOver = false;
  const watching = { ...limits, isPointless: () => isOver };
  return Promise.all(
    group.map(async (watched) => {
      try {
        const step = await watch(watched, ports, watching);
        isOver ||= step.state === "failed";
        return step;
      } catch (error) {
        isOver = true;
        throw error;
      }
    }),
  );
}

/**
 * What was not waited for may say why what was has not come right: Argo CD calls a pod that cannot
 * pull its image Progressing until its deadline, and the pod itself has the reason.
 */
async function passOver(
  group: readonly Watched[],
  before: readonly VerifyStep[],
): Promise<readonly VerifyStep[]> {
  const isLate = before.some(({ name, state }) => {
    const isDeployer = name === "argocd" || name === "flux";
    return isDeployer && (state === "waiting" || state === "failed");
  });
  return Promise.all(
    group.map(async ({ name, target, look }): Promise<VerifyStep> => {
      const seen = isLate && name === "rollout" ? await glance(look) : undefined;
      const detail = seen === undefined ? notLookedAt : `not waited for: ${seen}`;
      return { name, target, state: "skipped", detail, waitedMs: 0 };
    }),
  );
}

async function glance(look: Watched["look"]): Promise<string | undefined> {
  try {
    return (await look()).detail;
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    return undefined;
  }
}

function nothingToLookAt(): Failure {
  return new Failure(
    "config",
    "Cannot verify: neither Argo CD, Flux, a rollout nor a page is configured",
    "Write verify.argocd, verify.flux, verify.rollout or verify.smoke in landfall.yaml.",
  );
}
