/** The checks of `landfall doctor` on Flux and the cluster: would `verify` see the deploy? */

import type { FluxRef } from "../../core/cluster/flux-object.ts";
import type { WorkloadRef } from "../../core/cluster/workload.ts";
import { asFailure } from "../../core/failure.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { Cluster, Flux } from "../../ports.ts";
import { type RolloutPlace, workloadsAt } from "../verify/wanted-workloads.ts";
import type { Finding } from "./checks.ts";

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
