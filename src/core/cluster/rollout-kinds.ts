/** Kinds whose own controller says how far they are: CronJob, Job and Argo Rollout. */

import type { StepVerdict } from "../results/verify.ts";
import type { Pod } from "./pod.ts";
import type { Workload } from "./workload.ts";

/** Judges a CronJob or a Job whose template has the wanted images, at `tags`. */
export function runVerdict(workload: Workload, pods: readonly Pod[], tags: string): StepVerdict {
  const { kind, isPaused, conditions } = workload;
  const suspended = isPaused ? " (it is suspended)" : "";
  if (kind === "CronJob") return { kind: "done", detail: `its next run has ${tags}${suspended}` };
  const ended = (type: string) => conditions.find((one) => one.type === type && one.isTrue);
  if (ended("Complete") !== undefined) return { kind: "done", detail: `it has run ${tags}` };
  const failure = ended("Failed");
  if (failure === undefined) {
    const trouble = firstTrouble(pods);
    return { kind: "waiting", detail: `it has not run ${tags} to the end${suspended}${trouble}` };
  }
  return {
    kind: "failed",
    detail: `it failed: ${failure.reason}: ${failure.message}${firstTrouble(pods)}`,
    hint: "Look at its pods' logs.",
  };
}

/** Judges how far an Argo Rollout is; undefined when it is through. */
export function canaryVerdict(
  { name, namespace, canary, isPaused }: Workload,
  pods: readonly Pod[],
): StepVerdict | undefined {
  if (canary === undefined || (canary.phase === "Healthy" && canary.isStable)) return undefined;
  const { phase, message, step, isAborted, isForPeople } = canary;
  const where = [phase || "not begun", step].filter((text) => text !== "").join(" at ");
  const detail = `${where}${message === "" ? "" : `: ${message}`}${firstTrouble(pods)}`;
  const program = "kubectl argo rollouts";
  if (isAborted || phase === "Degraded") {
    const hint = `Fix it and deploy again, or try it again: \`${program} retry rollout ${name} -n ${namespace}\`.`;
    return { kind: "failed", detail: isAborted ? `aborted: ${detail}` : detail, hint };
  }
  const isHeld = phase === "Paused" && (isForPeople || isPaused);
  if (!isHeld) return { kind: "waiting", detail };
  const hint = `It waits for somebody: \`${program} promote ${name} -n ${namespace}\`.`;
  return { kind: "waiting", detail, hint };
}

/** Returns what keeps the first pod that is not well from running, after a semicolon. */
export function firstTrouble(pods: readonly Pod[]): string {
  const sick =
    pods.find(({ troubles }) => troubles.length > 0) ?? pods.find(({ awaited }) => awaited !== "");
  return sick === undefined ? "" : `; pod ${sick.name}: ${sick.troubles[0] ?? sick.awaited}`;
}

/** Returns whether the newest pods, those of a canary, are told apart by a hash. */
export function isByHash({ kind, partition }: Pick<Workload, "kind" | "partition">): boolean {
  return kind === "Rollout" || partition > 0;
}
