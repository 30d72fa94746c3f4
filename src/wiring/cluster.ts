/** Settings → Argo CD, Kubernetes and pages. Constructs adapters, as index.ts does. */

import { delimiter, resolve } from "node:path";
import { inClusterAccess, kubeconfigAccess, readAuthority } from "../adapters/cluster/access.ts";
import { openArgoCd } from "../adapters/cluster/argocd.ts";
import { openFlux } from "../adapters/cluster/flux.ts";
import {
  type ClusterAccess,
  type KubernetesOptions,
  openKubernetes,
} from "../adapters/cluster/kubernetes.ts";
import { openProbe } from "../adapters/cluster/probe.ts";
import { clockUnder, systemClock, systemRandom } from "../adapters/system.ts";
import type { NamespaceRef } from "../core/cluster/workload.ts";
import { Failure } from "../core/failure.ts";
import type {
  ArgoCd,
  Cluster,
  Flux,
  ImageDigests,
  Progress,
  Registry,
  Remote,
  SourceHistory,
} from "../ports.ts";
import type { Config } from "../settings/config.ts";
import type { Settings } from "../settings/options.ts";
import type { Process } from "../settings/process.ts";
import { argocdTokenVariables, secret } from "../settings/secrets.ts";
import { ancestryOf } from "../usecases/verify/ancestry.ts";
import type { VerifyPorts } from "../usecases/verify/verify.ts";
import { type Opened, openRegistry, repositoriesOf } from "./index.ts";
import { networkOf } from "./network.ts";

/** Which cluster is asked. */
export interface ClusterFlags {
  /** Undefined: KUBECONFIG, else the cluster that this process runs in. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig; undefined: its current one. */
  readonly context?: string;
}

type ArgoCdSettings = NonNullable<NonNullable<Config["verify"]>["argocd"]>;
type ArgoEntry = ArgoCdSettings[number];

/** Wall time of one request, in milliseconds. A refresh waits until Argo CD has compared. */
const requestTimeoutMs = { least: 5_000, most: 60_000 } as const;

/** Who asks, in which process, and how long one question may take, in milliseconds. */
export interface Asker {
  readonly io: Process;
  readonly timeoutMs: number;
  /** A file with authorities to trust besides the usual ones. */
  readonly ca: string | undefined;
}

/** The world of `verify` and `status`. */
export interface DeployPorts extends VerifyPorts {
  readonly remote: Remote;
  readonly history: SourceHistory;
  readonly registry: Registry & ImageDigests;
}

/** How everything that shows a deploy is opened. */
export interface ClusterOpenOptions {
  readonly io: Process;
  readonly progress: Progress;
  /** Without a way into the cluster `needed` throws; `wanted` shows that it cannot be read. */
  readonly cluster: "needed" | "wanted";
}

/** Opens everything that shows a deploy, as far as the settings name it. */
export async function openDeployPorts(
  settings: Settings,
  flags: ClusterFlags,
  { io, progress, cluster: way }: ClusterOpenOptions,
): Promise<Opened<DeployPorts>> {
  const { argocd, flux, rollout } = settings.config?.verify ?? {};
  const asker = { io, timeoutMs: requestTimeoutFor(settings), ca: settings.config?.ca };
  const entrances = entrancesFor(flags, io);
  // What is to be waited for must be within reach before the waiting begins.
  const needed = way === "needed" ? [...(flux ?? []), ...(rollout ?? [])] : [];
  for (const place of needed) await entrances(place);
  const registry = await openRegistry(settings, io);
  // The time is for what is waited for; the branch is read in git's own.
  const doors = await repositoriesOf({ ...settings, timeoutMs: undefined }, io);
  const remote = await doors.branch();
  const history = await doors.source();
  const ancestry = ancestryOf(doors, settings.tagFormat);
  return {
    ...{ repository: doors.repository, remote, history, ancestry, registry, progress },
    cluster: rollout && clusterFor(entrances, asker),
    flux: flux && fluxFor(entrances, asker),
    argocd: argocd && (await argocdFor(argocd, asker)),
    probe: openProbe({ timeoutMs: asker.timeoutMs, ...networkOf(io, asker) }),
    clock: clockUnder(io.signal),
    random: systemRandom,
    async close() {
      await Promise.all([remote.close(), history.close(), ancestry.close()]);
    },
  };
}

/** One question takes no longer than all of them may, if that leaves it time to be answered. */
function requestTimeoutFor({ timeoutMs = Number.POSITIVE_INFINITY }: Settings): number {
  return Math.max(requestTimeoutMs.least, Math.min(requestTimeoutMs.most, timeoutMs));
}

/** Opens every Argo CD that is named. Throws `config` when an authority cannot be read. */
export async function argocdFor(
  entries: ArgoCdSettings,
  { io, timeoutMs, ca: shared }: Asker,
): Promise<ArgoCd> {
  const common = { clock: systemClock, timeoutMs, ...networkOf(io, { ca: shared }) };
  const servers = new Map<string, ArgoCd>();
  for (const [server, tokenVariable] of argocdTokenVariables(entries, io)) {
    const ca = entries.find((entry) => entry.server === server && entry.ca !== undefined)?.ca;
    const authority = ca === undefined ? undefined : await readAuthority(ca);
    const token = secret(tokenVariable, io);
    servers.set(server, openArgoCd({ token, tokenVariable, authority, ...common }));
  }
  const at = ({ server }: Pick<ArgoEntry, "server">) => servers.get(server)!;
  return {
    application: (ref, how) => at(ref).application(ref, how),
    applications: (selector) => at(selector).applications(selector),
    sync: (ref) => at(ref).sync(ref),
    maySync: (ref, project) => at(ref).maySync(ref, project),
    syncWindows: (ref) => at(ref).syncWindows(ref),
  };
}

/** Returns the way into the cluster of a place. Throws `config` when there is none. */
export type Entrances = (place: Pick<NamespaceRef, "context">) => Promise<ClusterAccess>;

/** Finds each way once: a program may have to be run for it. */
export function entrancesFor(flags: ClusterFlags, io: Process): Entrances {
  return onceEach((context) => entranceFor({ ...flags, ...(context && { context }) }, io));
}

/** Opens the clusters, each when it is first asked. */
export function clusterFor(entrances: Entrances, asker: Asker): Cluster {
  const at = portsAt(entrances, asker, openKubernetes);
  return {
    workload: async (ref) => (await at(ref)).workload(ref),
    workloadsIn: async (place) => (await at(place)).workloadsIn(place),
    podsOf: async (workload) => (await at(workload)).podsOf(workload),
    hasNamespace: async (place) => (await at(place)).hasNamespace(place),
  };
}

/** Opens Flux, as `clusterFor` does the clusters. */
export function fluxFor(entrances: Entrances, asker: Asker): Flux {
  const at = portsAt(entrances, asker, openFlux);
  return {
    read: async (ref) => (await at(ref)).read(ref),
    reconcile: async (ref, requestedAt) => (await at(ref)).reconcile(ref, requestedAt),
  };
}

function portsAt<Port>(
  entrances: Entrances,
  { io, timeoutMs, ca }: Asker,
  open: (options: KubernetesOptions) => Port,
): (place: Pick<NamespaceRef, "context">) => Promise<Port> {
  return onceEach(async (context) => {
    const entrance = await entrances({ context });
    return open({ entrance, clock: systemClock, timeoutMs, ...networkOf(io, { ca }) });
  });
}

function onceEach<Thing>(make: (context: string | undefined) => Promise<Thing>) {
  const made = new Map<string | undefined, Promise<Thing>>();
  return ({ context }: Pick<NamespaceRef, "context">): Promise<Thing> => {
    const thing = made.get(context) ?? make(context);
    made.set(context, thing);
    return thing;
  };
}

/** The flag, then KUBECONFIG, then what every pod finds mounted. No file is guessed at. */
async function entranceFor(
  { kubeconfig, context }: ClusterFlags,
  io: Process,
): Promise<ClusterAccess> {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT = "443" } = io.env;
  const named = kubeconfig === undefined ? (KUBECONFIG ?? "").split(delimiter) : [kubeconfig];
  const files = named.filter((file) => file !== "").map((file) => resolve(io.cwd, file));
  if (files.length > 0) {
    const { env, signal } = io;
    return kubeconfigAccess(files, { env, signal, clock: systemClock }, context);
  }
  if (context !== undefined) {
    throw new Failure(
      "config",
      `Cannot use the context "${context}": no kubeconfig is given`,
      "Name the kubeconfig that has it with --kubeconfig or KUBECONFIG.",
    );
  }
  if (host) return inClusterAccess({ host, port: KUBERNETES_SERVICE_PORT });
  throw new Failure(
    "config",
    "Cannot ask the cluster: no kubeconfig is given, and this is not one of its pods",
    "Name a kubeconfig with --kubeconfig or KUBECONFIG, or leave verify.rollout out.",
  );
}
