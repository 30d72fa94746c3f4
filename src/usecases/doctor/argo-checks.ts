/** The checks of `landfall doctor` on Argo CD: do its Applications deploy all of the pins? */

import type { Application } from "../../core/cluster/argo-application.ts";
import type { Claim } from "../../core/cluster/argo-claim.ts";
import type { ArgoRef } from "../../core/cluster/argo-ref.ts";
import { type Deploys, uncovered, uncoveredFinding } from "../../core/cluster/coverage.ts";
import { asWorkloadName } from "../../core/cluster/workload.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { ArgoCd } from "../../ports.ts";
import type { WantedApp } from "../verify/find-applications.ts";
import type { RolloutPlace } from "../verify/wanted-workloads.ts";
import type { Finding } from "./checks.ts";

/** What is asked of Argo CD: it is only read. */
export type ReadArgoCd = Omit<ArgoCd, "sync">;

/** How an Application belongs to our pins, and which of them it deploys. */
export interface Belonging {
  readonly claim: Claim;
  readonly deploys: Deploys | undefined;
}

/** Says how an Application belongs to our pins; undefined where these cannot be read. */
export type BelongingOf = (application: Application) => Promise<Belonging | undefined>;

/** What was found of an Application, and what it deploys. */
export interface AppExamined {
  readonly finding: Finding;
  readonly deploys?: Deploys | undefined;
}

/** Reads an Application as it is, and asks whether it is ours and may be synced now. */
export async function examineApp(
  { target, found }: WantedApp,
  argocd: ReadArgoCd,
  belongingOf: BelongingOf,
): Promise<AppExamined> {
  if ("state" in found) {
    const { detail, hint: remedy, code } = found;
    return { finding: { state: code === "throttled" ? "warn" : "fail", detail, remedy, code } };
  }
  const application = await argocd.application(found, "as-is");
  const { claim, deploys } = (await belongingOf(application)) ?? {};
  if (claim?.kind === "foreign") {
    return { finding: { state: "fail", detail: claim.detail, remedy: claim.hint } };
  }
  return { finding: await stateFinding(target, application, { found, argocd }), deploys };
}

async function stateFinding(
  name: string,
  application: Application,
  { found, argocd }: { readonly found: ArgoRef; readonly argocd: ReadArgoCd },
): Promise<Finding> {
  const { sync, health, errors } = application;
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

/** Names the pins that no Application deploys, nor is looked for in a workload of their own. */
export function uncoveredCheck(
  pins: readonly Pin[],
  deploys: readonly (Deploys | undefined)[],
  rollout: readonly RolloutPlace[],
): Finding | undefined {
  const workloads = rollout.flatMap(
    (place) => place.workloads ?? pins.flatMap(({ owner }) => asWorkloadName(owner) ?? []),
  );
  const finding = uncoveredFinding(uncovered(pins, deploys, workloads));
  return finding && { state: "fail", detail: finding.detail, remedy: finding.hint };
}
