/** The checks of `landfall doctor` on Argo CD and the cluster: would `verify` see the deploy? */

import type { Application } from "../../core/cluster/argo-application.ts";
import type { Claim } from "../../core/cluster/argo-claim.ts";
import type { FluxRef } from "../../core/cluster/flux-object.ts";
import type { WorkloadRef } from "../../core/cluster/workload.ts";
import { asFailure } from "../../core/failure.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { ArgoCd, Cluster, Flux } from "../../ports.ts";
import type { WantedApp } from "../verify/find-applications.ts";
import { type RolloutPlace, workloadsAt } from "../verify/wanted-workloads.ts";
import type { Finding } from "./checks.ts";

/** What is asked of Argo CD: it is only read. */
export type ReadArgoCd = Omit<ArgoCd, "sync">;

/** Says whether an Application deploys our pins; undefined where the pins cannot be read. */
export type ClaimOf = (application: Application) => Promise<Claim | undefined>;

/** Reads an Application as it is, and asks whether it is ours and may be synced now. */
export async function applicationFinding(
  { target: name, found }: WantedApp,
  argocd: ReadArgoCd,
  claimOf: ClaimOf,
): Promise<Finding> {
  if ("state" in found) {
    const { detail, hint: remedy, code } = found;
    return { state: code === "throttled" ? "warn" : "fail", detail, remedy, code };
  }
  const application = await argocd.application(found, "as-is");
  const { sync, health, errors } = application;
  const claim = await claimOf(application);
  if (claim?.kind === "foreign") {
    return { state: "fail", detail: claim.detail, remedy: claim.hint };
  }
  const detail = `"${name}" is ${sync}, ${health}`;
  if (errors.length > 0) {
    const remedy = "Fix what Argo CD names: until then nothing new reaches the cluster.";
    return { state: "fail", detail: `${detail}; ${errors.join("; ")}`, remedy };
  }
  const [maySync, windows] = await Promise.all([
    argocd.maySync(found, application.project),
    argocd.syncWindows(found),
  ]);
  const right = maySync === false ? "the token may read it, but not sync it" : "";
  const told = [detail, maySync ? "the token may sync it" : right, windows?.closed ?? ""];
  const whole = told.filter((text) => text !== "").join("; ");
  if (windows?.closed !== undefined) {
    const remedy = "A deploy arrives when the window lets it.";
    return { state: "warn", detail: whole, remedy };
  }
  if (sync === "Unknown" || ["Degraded", "Missing", "Unknown"].includes(health)) {
    const remedy = "`landfall status` says what is not well.";
    return { state: "warn", detail: whole, remedy };
  }
  return { state: "ok", detail: whole };
}

/** Reads what Flux applies, and whether anything keeps it from that. */
export async function fluxFinding(refs: readonly FluxRef[], flux: Flux): Promise<Finding> {
  const told: string[] = [];
  for (const ref of refs) {
    const name = `${ref.kind}/${ref.name}`;
    const found = await flux.read(ref);
    if (found === undefined) {
      const detail = `"${ref.namespace}" has no ${name}`;
      return { state: "fail", detail, remedy: "Check verify.flux, and which cluster is asked." };
    }
    const { object, source } = found;
    const held = [object, source].find((one) => one?.isSuspended);
    if (held !== undefined) {
      const remedy = "Nothing new is applied until somebody resumes it.";
      return { state: "warn", detail: `${held.kind}/${held.name} is suspended`, remedy };
    }
    const sick = [object, source].find((one) => one?.ready === "False");
    if (sick !== undefined) {
      const detail = `${sick.kind}/${sick.name}: ${sick.reason}: ${sick.message}`;
      return { state: "warn", detail, remedy: "Fix what Flux names." };
    }
    told.push(`${name} is ${object.ready === "True" ? "Ready" : "not Ready yet"}`);
  }
  return { state: "ok", detail: told.join(", ") };
}

/** No workload has this name, and any answer about it says that we may read such. */
const noName = "landfall-doctor-asks";

/** Reads the namespaces, the workloads that `verify` would follow, and pods. */
export async function clusterFinding(
  places: readonly RolloutPlace[],
  pins: readonly Pick<Pin, "owner" | "image">[] | undefined,
  cluster: Cluster,
): Promise<Finding> {
  for (const place of places) {
    if ((await cluster.hasNamespace(place)) !== false) continue;
    const remedy = "Check verify.rollout.namespace, and which cluster is asked.";
    return { state: "fail", detail: `there is no namespace "${place.namespace}"`, remedy };
  }
  try {
    const named = places.flatMap(({ workloads = [], ...place }) =>
      workloads.map((name) => ({ ...name, ...place })),
    );
    const refs = pins === undefined ? named : await workloadsAt(places, pins, cluster);
    return await readable(places, refs, cluster);
  } catch (error) {
    const { code, message: detail, hint: remedy } = asFailure(error);
    if (code !== "config") throw error;
    return { state: "fail", detail, remedy, code };
  }
}

async function readable(
  places: readonly RolloutPlace[],
  workloads: readonly WorkloadRef[],
  cluster: Cluster,
): Promise<Finding> {
  const missing: WorkloadRef[] = [];
  for (const { namespace, context } of places) {
    const asked = { kind: "Deployment", name: noName, namespace, context } as const;
    const own = workloads.filter((ref) => ref.namespace === namespace && ref.context === context);
    const found = await Promise.all((own.length > 0 ? own : [asked]).map(cluster.workload));
    const podSelector = found.find((one) => one?.podSelector)?.podSelector ?? `app=${noName}`;
    await cluster.podsOf({ ...asked, podSelector, uid: "" });
    missing.push(...own.filter((_, at) => found[at] === undefined));
  }
  const where = places.map(({ namespace }) => `"${namespace}"`).join(", ");
  const names = missing.map(({ kind, name }) => `${kind}/${name}`).join(", ");
  if (missing.length === 0) {
    const what =
      workloads.length > 0 ? "the workloads are there" : "workloads and pods can be read";
    return { state: "ok", detail: `${what}, in ${where}` };
  }
  const remedy = "Check verify.rollout, and which cluster is asked.";
  return { state: "warn", detail: `"${missing[0]?.namespace}" has no ${names}`, remedy };
}
