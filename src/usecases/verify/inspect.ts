/** One look at a workload and at a page: the facts gathered, and the verdict. */

import { type RolloutFacts, rolloutVerdict } from "../../core/cluster/rollout.ts";
import { templatedIn } from "../../core/cluster/rollout-images.ts";
import { type SmokePage, smokeVerdict, tagsShown } from "../../core/cluster/smoke.ts";
import type { Tag } from "../../core/ids.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { Cluster, Probe } from "../../ports.ts";
import type { Ancestry } from "./ancestry.ts";
import { only } from "./argo-facts.ts";
import type { Deploy } from "./resolve-deploy.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** Returns the look at one workload and its pods. */
export function rolloutLook(
  wanted: WantedWorkload,
  ports: { cluster: Cluster; ancestry: Ancestry },
): () => Promise<StepVerdict> {
  return async () => (await lookAtWorkload(wanted, ports)).verdict;
}

/** Looks at a workload and its pods once. Without facts there is none of that name. */
export async function lookAtWorkload(
  wanted: WantedWorkload,
  { cluster, ancestry }: { cluster: Cluster; ancestry: Ancestry },
): Promise<{ readonly verdict: StepVerdict; readonly facts?: RolloutFacts }> {
  const workload = await cluster.workload(wanted);
  if (workload === undefined) {
    const detail = `there is none of that name in "${wanted.namespace}"`;
    const hint =
      "Check verify.rollout: its namespace, and its workloads where names are generated.";
    return { verdict: { kind: "waiting", detail, hint } };
  }
  const pods = await cluster.podsOf(workload);
  const newer = new Set<Tag>();
  for (const { tag, expected, fit } of templatedIn(workload, wanted.images)) {
    if (fit === "ours" || tag === undefined || tag === expected.tag) continue;
    const isKnown = expected.later?.includes(tag) ?? false;
    if (isKnown || (await ancestry.isNewerTag(tag, expected.tag))) newer.add(tag);
  }
  const facts = { workload, pods, expected: wanted.images, newer };
  return { verdict: rolloutVerdict(facts), facts };
}

/** Returns the look at one page. */
export function smokeLook(
  deploy: Deploy,
  page: SmokePage,
  { probe, ancestry }: { probe: Probe; ancestry: Ancestry },
): () => Promise<StepVerdict> {
  const { tag, revision } = deploy;
  const isNewer = (shown: Tag) => ancestry.isNewerTag(shown, tag);
  return async () => {
    const reply = await probe.read(page);
    const shown = tagsShown(page.contains ?? "", reply.text).filter((other) => other !== tag);
    return smokeVerdict({ page, reply, tag, revision, newer: new Set(await only(shown, isNewer)) });
  };
}
