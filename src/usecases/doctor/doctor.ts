/** Doctor: is everything there that a deploy needs? Reads only, and looks at all of it. */

import type { FluxRef } from "../../core/cluster/flux-object.ts";
import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { ImageName } from "../../core/image-ref.ts";
import type { PushReply } from "../../core/landing/push-outcome.ts";
import { type Check, type DoctorResult, exitOfChecks } from "../../core/results/doctor.ts";
import { reportMentions } from "../../core/results/mention.ts";
import type { Clock, Cluster, Flux, Registry } from "../../ports.ts";
import type { Snapshot } from "../landing/snapshot.ts";
import type { WantedApp } from "../verify/find-applications.ts";
import type { RolloutPlace } from "../verify/wanted-workloads.ts";
import { type BelongingOf, examineApp, type ReadArgoCd, uncoveredCheck } from "./argo-checks.ts";
import {
  clockFinding,
  type Finding,
  gitFinding,
  type KnownLogin,
  pinsFinding,
  readFinding,
  registryFinding,
  rightsFinding,
  type ServerTime,
  signingFinding,
  skipCiFinding,
  type TokenRights,
  writeFinding,
} from "./checks.ts";
import { clusterFinding, fluxFinding } from "./cluster-checks.ts";

/** What to look at. */
export interface DoctorRequest {
  /** One of them is asked for per registry. */
  readonly images: readonly ImageName[];
  readonly flux?: readonly FluxRef[] | undefined;
  readonly rollout?: readonly RolloutPlace[] | undefined;
}

/**
 * The world, as far as it is configured: what is not there is not looked at. What cannot be opened
 * is a function that throws a Failure, so that its check shows it.
 */
export interface DoctorPorts {
  readonly clock: Clock;
  /** Returns where the settings come from. */
  readConfig(): Promise<string>;
  /** Returns what `git --version` prints. */
  gitVersion(): Promise<string>;
  /** Reads the branch. */
  fetchTip?(): Promise<CommitId>;
  /** Asks whether a push would be taken, without pushing. */
  probeWrite?(): Promise<PushReply>;
  /** Signs a commit that stays here. Only where commits are to be signed. */
  trySigning?(): Promise<void>;
  /** Returns the workflows of the branch that start for tags, where commits say [skip ci]. */
  tagWorkflows?(): Promise<readonly string[]>;
  /** Returns undefined when the server says nothing about its tokens. */
  tokenRights?(): Promise<TokenRights | undefined>;
  openRegistry?(): Promise<Pick<Registry, "find">>;
  /** Returns what became of our login at a registry that has been asked. */
  loginAt?(registry: string): KnownLogin;
  openArgoCd?(): Promise<ReadArgoCd>;
  /** Returns the Applications that are to show the deploy. */
  findApps?(): Promise<readonly WantedApp[]>;
  /** Reads the manifests. Throws what keeps a promotion from reading them. */
  readPins?(): Promise<Pick<Snapshot, "pins" | "mentions" | "rules">>;
  belongingOf?: BelongingOf;
  openFlux?(): Promise<Flux>;
  openCluster?(): Promise<Cluster>;
  serverTimes?(): Promise<readonly ServerTime[]>;
}

/** One check to be made; undefined means that nothing is configured for it. */
type CheckPlan = readonly [name: string, look: (() => Promise<Finding | undefined>) | undefined];

/** Looks at everything at once. No failure of one check hides another. */
export async function doctor(request: DoctorRequest, ports: DoctorPorts): Promise<DoctorResult> {
  const { fetchTip, probeWrite, trySigning, tagWorkflows, tokenRights } = ports;
  const { openFlux, openCluster, serverTimes, readPins } = ports;
  const pinned = readPins && once(readPins);
  const { flux, rollout } = request;
  const plans: readonly CheckPlan[] = [
    ["config", async () => ({ state: "ok", detail: await ports.readConfig() })],
    ["git", async () => gitFinding(await ports.gitVersion())],
    ["remote", fetchTip && (async () => readFinding(await fetchTip()))],
    ["pins", pinned && (async () => pinsCheck(pinned, request, ports))],
    ["write", probeWrite && (async () => writeFinding(await probeWrite()))],
    ["signing", trySigning && (async () => trySigning().then(signingFinding))],
    ...(tagWorkflows ? [skipCiPlan(tagWorkflows)] : []),
    ["token", tokenRights && (async () => rightsFinding(await tokenRights()))],
    ...registryPlans(request, ports),
    ...(await argocdPlans(request, ports, pinned)),
    ...(flux && openFlux ? [fluxPlan(flux, openFlux)] : []),
    [
      "cluster",
      rollout &&
        openCluster &&
        (async () => clusterFinding(rollout, await pinsIn(pinned), await openCluster())),
    ],
    ["clock", serverTimes && (async () => clockFinding(await serverTimes(), ports.clock))],
  ];
  const checks = (await Promise.all(plans.map(carryOut))).flat();
  const mentions = reportMentions((await pinned?.().catch(() => undefined))?.mentions ?? []);
  const told = mentions.length === 0 ? {} : { mentions };
  return { version: 1, command: "doctor", exit: exitOfChecks(checks), checks, ...told };
}

async function pinsCheck(
  read: NonNullable<DoctorPorts["readPins"]>,
  { images }: DoctorRequest,
  { fetchTip }: DoctorPorts,
): Promise<Finding> {
  const tip = await fetchTip?.().catch(() => undefined);
  if (tip === undefined) return { state: "skipped", detail: "the branch cannot be read" };
  return pinsFinding(images, await read());
}

/** Where the manifests cannot be read, their own check says so. */
async function pinsIn(read: DoctorPorts["readPins"]) {
  return (await read?.().catch(() => undefined))?.pins;
}

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}

/**
 * One check for each Application, and one for what none of them deploys. Which Applications these
 * are may itself be what cannot be told.
 */
async function argocdPlans(
  { flux = [], rollout = [] }: DoctorRequest,
  ports: DoctorPorts,
  readPins: DoctorPorts["readPins"],
): Promise<readonly CheckPlan[]> {
  const { openArgoCd, findApps = async () => [], belongingOf = async () => undefined } = ports;
  if (openArgoCd === undefined) return [["argocd", undefined]];
  try {
    const [argocd, apps] = await Promise.all([openArgoCd(), findApps()]);
    const examined = apps.map((app) => once(() => examineApp(app, argocd, belongingOf)));
    const rest = async () => {
      const pins = (await pinsIn(readPins)) ?? [];
      const all = await Promise.all(examined.map((examine) => examine().catch(() => undefined)));
      const deploys = all.map((one) => one?.deploys);
      return uncoveredCheck(pins, deploys, rollout);
    };
    return [
      ...apps.map(({ target }, n): CheckPlan => {
        const name = apps.length === 1 ? "argocd" : `argocd ${target}`;
        return [name, async () => (await examined[n]!()).finding];
      }),
      // What Flux applies beside it is not read in such detail here.
      ...(flux.length > 0 ? [] : [["argocd pins", rest] as const]),
    ];
  } catch (error) {
    return [["argocd", () => Promise.reject(error)]];
  }
}

function skipCiPlan(tagWorkflows: () => Promise<readonly string[]>): CheckPlan {
  return ["skip ci", async () => skipCiFinding(await tagWorkflows())];
}

function fluxPlan(refs: readonly FluxRef[], open: () => Promise<Flux>): CheckPlan {
  return ["flux", async () => fluxFinding(refs, await open())];
}

function registryPlans({ images }: DoctorRequest, ports: DoctorPorts): readonly CheckPlan[] {
  const { openRegistry, loginAt = () => "none" } = ports;
  const first = images.filter(
    ({ registry }, n) => images.findIndex((other) => other.registry === registry) === n,
  );
  if (openRegistry === undefined || first.length === 0) return [["registry", undefined]];
  return first.map((image) => {
    const look = async () => registryFinding(image, await openRegistry(), loginAt);
    return [`registry ${image.registry}`, look];
  });
}

async function carryOut([name, look]: CheckPlan): Promise<readonly Check[]> {
  if (look === undefined) return [{ name, state: "skipped", detail: "not configured" }];
  try {
    const finding = await look();
    return finding === undefined ? [] : [{ name, ...finding }];
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
    // What could not be asked now says nothing of how it is set up.
    const { code, message: detail, hint: remedy } = error;
    return [{ name, state: code === "throttled" ? "warn" : "fail", detail, remedy, code }];
  }
}
