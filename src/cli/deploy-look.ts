/** What `verify` and `status` do alike: open the world, and read which deploy is meant. */

import { isOfTheWorld } from "../core/cluster/observation.ts";
import { Failure } from "../core/failure.ts";
import { exitOfUnread } from "../core/results/verify.ts";
import { type Settings, settingsFrom } from "../settings/options.ts";
import { findApplications, type WantedApp } from "../usecases/verify/find-applications.ts";
import { type ResolvedDeploy, resolveDeploy } from "../usecases/verify/resolve-deploy.ts";
import { type WantedWorkload, wantedWorkloads } from "../usecases/verify/wanted-workloads.ts";
import { type ClusterOpenOptions, type DeployPorts, openDeployPorts } from "../wiring/cluster.ts";
import { type DeployFlags, deployQuestion, rolloutPlaces } from "./deploy-question.ts";
import { printFailure, progressFor } from "./output.ts";

/** The deploy that is meant, and where it is to be seen. */
export interface DeployContext {
  readonly settings: Settings;
  readonly meant: ResolvedDeploy;
  readonly ports: DeployPorts;
  /** Undefined: no Argo CD is configured. */
  readonly apps: readonly WantedApp[] | undefined;
  /** Undefined: no rollout is configured. A Failure: which workloads are meant cannot be told. */
  readonly workloads: readonly WantedWorkload[] | Failure | undefined;
}

/** How a command looks at a deploy. */
export interface DeployLook extends Pick<ClusterOpenOptions, "cluster" | "io"> {
  readonly command: string;
  /** Returns the exit status. */
  readonly look: (scene: DeployContext) => Promise<number>;
}

/**
 * Reads which deploy is meant and looks at it. A branch that cannot be read says nothing of the
 * deploy: the status is then 5, or 6 when throttled.
 */
export async function lookAtDeploy(flags: DeployFlags, how: DeployLook): Promise<number> {
  const { io, command, cluster, look } = how;
  const settings = await settingsFrom(flags, io);
  const progress = progressFor(flags, io);
  const ports = await openDeployPorts(settings, flags, { io, progress, cluster });
  try {
    const meant = await resolveDeploy(deployQuestion(flags, settings, ports.repository), ports);
    const apps = await appsOf(settings, meant, ports);
    const places = rolloutPlaces(settings);
    const workloads = places && (await wantedWorkloads(places, meant, ports).catch(untold));
    return await look({ settings, meant, ports, apps, workloads });
  } catch (error) {
    if (!isOfTheWorld(error)) throw error;
    const exit = exitOfUnread([{ state: "unreadable", code: error.code }]);
    printFailure(error, { ...flags, io, command, exit });
    return exit;
  } finally {
    await ports.close();
  }
}

async function appsOf(
  { config }: Settings,
  { deploy, pinned }: ResolvedDeploy,
  { argocd, ...ports }: DeployPorts,
): Promise<readonly WantedApp[] | undefined> {
  const selectors = config?.verify?.argocd;
  if (argocd === undefined || selectors === undefined) return undefined;
  return findApplications(selectors, { ...deploy, pinned }, { ...ports, argocd });
}

/** What cannot be told of the cluster hides nothing of git and Argo CD. */
function untold(error: unknown): Failure {
  if (!(error instanceof Failure) || error.code === "interrupted") throw error;
  return error;
}
