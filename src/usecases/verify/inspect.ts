/** What one look consists of, for each kind of step: the facts gathered, and the verdict. */

import {
  argoVerdict,
  hasArrived,
  revisionsOf,
  sourcesFrom,
  wantsSync,
} from "../../core/cluster/argo.ts";
import { rolloutVerdict } from "../../core/cluster/rollout.ts";
import { templatedIn } from "../../core/cluster/rollout-images.ts";
import { type SmokePage, smokeVerdict, tagsShown } from "../../core/cluster/smoke.ts";
import type { CommitId, Tag } from "../../core/ids.ts";
import type { StepVerdict } from "../../core/results/verify.ts";
import type { ArgoCd, Cluster, Probe } from "../../ports.ts";
import type { Ancestry } from "./ancestry.ts";
import type { Deploy } from "./resolve-deploy.ts";
import type { WantedWorkload } from "./wanted-workloads.ts";

/** Whether Argo CD is waited for, or asked for a sync as well. */
export type ArgoMode = "wait" | "sync";

/**
 * Returns the look at Argo CD. It refreshes until our commit has arrived: from then on what changes
 * is the cluster, which Argo CD watches by itself.
 */
export function argoLook(
  deploy: Deploy,
  mode: ArgoMode,
  { argocd, ancestry }: { argocd: ArgoCd; ancestry: Ancestry },
): () => Promise<StepVerdict> {
  const holdsOurs = (commit: CommitId) => ancestry.isManifestAncestor(deploy.commit, commit);
  const asked = new Set<string>();
  let arrived = false;
  let staleOperation: string | undefined;
  return async () => {
    const application = await argocd.application(arrived ? "as-is" : "refresh");
    const revisions = revisionsOf(application, deploy);
    const ours = new Set<string>(await only(revisions, holdsOurs));
    const facts = { application, followed: deploy, ours, staleOperation };
    arrived = hasArrived(facts);
    // Once for what it was compared with: a sync that fails again is an answer, not a reason.
    const compared = sourcesFrom(application, deploy).map(({ revision }) => revision);
    const what = compared.join(" ");
    if (mode === "wait" || !wantsSync(facts) || asked.has(what)) return argoVerdict(facts);
    // What an operation said before we asked is not the answer.
    staleOperation = application.operation?.startedAt;
    const isAsked = (await argocd.sync()) === "asked";
    if (isAsked) asked.add(what);
    const detail = isAsked ? "asked for a sync" : "another operation runs; the sync comes after it";
    return { kind: "waiting", detail };
  };
}

/** Returns the look at one workload and its pods. */
export function rolloutLook(
  wanted: WantedWorkload,
  { cluster, ancestry }: { cluster: Cluster; ancestry: Ancestry },
): () => Promise<StepVerdict> {
  return async () => {
    const workload = await cluster.workload(wanted);
    if (workload === undefined) {
      return { kind: "waiting", detail: `there is none of that name in "${wanted.namespace}"` };
    }
    const pods = await cluster.podsOf(workload);
    const newer = new Set<Tag>();
    for (const { tag, expected, fit } of templatedIn(workload, wanted.images)) {
      if (fit === "ours" || tag === undefined || tag === expected.tag) continue;
      if (await ancestry.isNewerTag(tag, expected.tag)) newer.add(tag);
    }
    return rolloutVerdict({ workload, pods, expected: wanted.images, newer });
  };
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

async function only<Item>(
  items: readonly Item[],
  holds: (item: Item) => Promise<boolean>,
): Promise<readonly Item[]> {
  const held: Item[] = [];
  for (const item of items) if (await holds(item)) held.push(item);
  return held;
}
