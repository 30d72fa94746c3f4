/** Whether a workload runs the images that it is to run, on every pod, and is available. */

import type { Tag } from "../ids.ts";
import type { StepVerdict } from "../results/verify.ts";
import type { Pod } from "./pod.ts";
import { type ExpectedImage, misfitOf, type Templated, templatedIn } from "./rollout-images.ts";
import { canaryVerdict, firstTrouble, isByHash, runVerdict } from "./rollout-kinds.ts";
import type { Workload } from "./workload.ts";

/** One look at a workload. */
export interface RolloutFacts {
  readonly workload: Workload;
  readonly pods: readonly Pod[];
  readonly expected: readonly ExpectedImage[];
  /** Tags of revisions that descend from the one expected: somebody else has moved on. */
  readonly newer: ReadonlySet<Tag>;
}

/**
 * Judges a rollout. Counts decide, not conditions: those lag behind, and `Progressing` stays true
 * of the rollout before (kubernetes/kubernetes#124264).
 */
export function rolloutVerdict(facts: RolloutFacts): StepVerdict {
  const { workload, expected, newer } = facts;
  const templated = templatedIn(workload, expected);
  if (templated.length === 0) return namesNone(workload, expected);
  const late = templated.find(({ fit, tag }) => {
    return fit === "other" && (tag === undefined || !newer.has(tag));
  });
  if (late !== undefined) {
    return { kind: "waiting", detail: `its template still names "${late.container.image}"` };
  }
  const tags = [...new Set(templated.map(({ tag }) => tag))].join(", ");
  if (workload.kind === "CronJob" || workload.kind === "Job") {
    return runVerdict(workload, facts.pods, tags);
  }
  return progressOf(facts) ?? running(facts, templated, tags);
}

/** Returns what is still to come, or undefined when the counts say that all has. */
function progressOf({ workload, pods }: RolloutFacts): StepVerdict | undefined {
  const { counts, partition, generation, observedGeneration, conditions } = workload;
  if (observedGeneration < generation) {
    return { kind: "waiting", detail: "its controller has not seen the new template yet" };
  }
  if (workload.kind === "Rollout") return canaryVerdict(workload, pods);
  const due = Math.max(0, counts.desired - partition);
  const left =
    counts.updated < due
      ? `${counts.updated} of ${due} pods are new`
      : counts.total > counts.updated && partition === 0
        ? `${counts.total - counts.updated} old pods are still there`
        : counts.available < counts.desired
          ? `${counts.available} of ${counts.desired} pods are available`
          : undefined;
  if (left === undefined) return undefined;
  const detail = `${left}${whyNot(workload, pods)}`;
  const late = conditions.find(({ type, reason, isTrue }) => {
    return type === "Progressing" && reason === "ProgressDeadlineExceeded" && !isTrue;
  });
  const stuck = stuckPod(workload, pods);
  if (late === undefined && stuck !== undefined) {
    const hint = `Kubernetes does not replace ${stuck.name}, which never became ready: delete it.`;
    return { kind: "waiting", detail, hint };
  }
  if (late === undefined) return { kind: "waiting", detail };
  return {
    kind: "failed",
    detail: `ProgressDeadlineExceeded: ${detail}`,
    hint: "Look at its pods' events and logs; go back with `landfall rollback`.",
  };
}

/**
 * Returns a pod of a StatefulSet that waits in vain: one of an earlier revision that is not well is
 * never replaced (kubernetes.io, "StatefulSets", "Forced rollback").
 */
function stuckPod({ kind, updateRevision }: Workload, pods: readonly Pod[]): Pod | undefined {
  if (kind !== "StatefulSet") return undefined;
  return pods.find(
    ({ troubles, revisionHash }) => troubles.length > 0 && revisionHash !== updateRevision,
  );
}

function whyNot({ isByHand, isPaused, conditions }: Workload, pods: readonly Pod[]): string {
  const failure = conditions.find(({ type, isTrue }) => type === "ReplicaFailure" && isTrue);
  return [
    isPaused ? "; it is paused" : "",
    isByHand ? "; its pods change only when they are deleted (OnDelete)" : "",
    failure === undefined ? "" : `; ${failure.reason}: ${failure.message}`,
    firstTrouble(pods),
  ].join("");
}

/** Looks at what really runs: a tag may have been moved, and a count may lag. */
function running(
  { workload, pods }: RolloutFacts,
  templated: readonly Templated[],
  tags: string,
): StepVerdict {
  const { counts, partition, updateRevision } = workload;
  if (counts.desired === 0) return { kind: "done", detail: `${tags}, scaled to no pods` };
  const isMeant = ({ revisionHash }: Pod) => revisionHash === updateRevision;
  const meant = isByHash(workload) ? pods.filter(isMeant) : pods;
  if (meant.length === 0 && counts.desired > partition) {
    return { kind: "waiting", detail: "none of its pods is to be seen" };
  }
  for (const pod of meant) {
    const misfit = misfitOf(pod, templated);
    if (misfit !== undefined) return misfit;
  }
  return { kind: "done", detail: `${meant.length} of ${counts.desired} pods run ${tags}` };
}

function namesNone({ containers }: Workload, expected: readonly ExpectedImage[]): StepVerdict {
  const has = containers.map(({ image }) => `"${image}"`).join(", ");
  return {
    kind: "failed",
    detail: `none of its ${containers.length} containers has one of our images; it has ${has}`,
    hint:
      expected.length === 0
        ? "Name the images of this deploy."
        : "Leave it out of verify.rollout.workloads, or name its image in landfall.yaml.",
    code: "config",
  };
}
