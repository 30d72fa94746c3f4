/**
 * A real Argo CD and a real API server, where ARGOCD_SERVER (with ARGOCD_AUTH_TOKEN) and KUBECONFIG
 * name some that answer: what they send is read, and looking at it changes nothing.
 */

import { delimiter } from "node:path";
import { describe, expect, test } from "vitest";
import { kubeconfigAccess } from "../../../../src/adapters/cluster/access.ts";
import { openArgoCd } from "../../../../src/adapters/cluster/argocd.ts";
import { openKubernetes } from "../../../../src/adapters/cluster/kubernetes.ts";
import { systemClock } from "../../../../src/adapters/system.ts";
import { argoVerdict } from "../../../../src/core/cluster/argo.ts";
import { claimOf } from "../../../../src/core/cluster/argo-claim.ts";
import type { ArgoRef } from "../../../../src/core/cluster/argo-ref.ts";

const { ARGOCD_SERVER: address = "", ARGOCD_AUTH_TOKEN: token, KUBECONFIG = "" } = process.env;
/** The argocd program writes a host without a scheme. */
const server = /^https?:/.test(address) ? address : `https://${address}`;
const common = { clock: systemClock, timeoutMs: 20_000 };
const argocd = openArgoCd({ token, tokenVariable: "ARGOCD_AUTH_TOKEN", ...common });

async function answers(): Promise<boolean> {
  if (address === "" || KUBECONFIG === "") return false;
  const version = await fetch(`${server}/api/version`).catch(() => undefined);
  return version?.ok === true;
}

/** What looking must leave alone: the rest Argo CD itself writes again and again. */
async function kept(): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await fetch(`${server}/api/v1/applications`, { headers });
  const { items } = (await reply.json()) as { items: readonly Record<string, unknown>[] | null };
  return (items ?? []).map(({ metadata, spec, operation }) => {
    const { name, annotations } = metadata as Record<string, unknown>;
    return { name, annotations, spec, operation };
  });
}

const isThere = await answers();
const title = "real servers (skipped without a real Argo CD and API server that answer)";

describe.skipIf(!isThere)(title, () => {
  test("every Application is read as it is, judged, and left as it was", async () => {
    const before = await kept();
    const listed = await argocd.applications({ server });
    expect(listed.length).toBeGreaterThan(0);
    for (const { name: app, namespace, project } of listed) {
      const ref: ArgoRef = { server, app, namespace };
      const application = await argocd.application(ref, "as-is");
      await Promise.all([argocd.syncWindows(ref), argocd.maySync(ref, project)]);
      const [source] = application.sources;
      expect(source?.repository, app).toBeTruthy();
      const followed = {
        ...{ repository: source?.repository ?? "", branch: source?.targetRevision ?? "" },
        pinned: [],
      };
      const revisions = new Set(application.sources.map(({ revision }) => revision));
      const claim = claimOf(application, followed, { onBranch: revisions, elsewhere: [] });
      const facts = { application, followed, claim, ours: revisions, stale: [] };
      const { sync, health, operation } = application;
      const isWell = sync === "Synced" && health === "Healthy" && operation?.phase === "Succeeded";
      if (isWell && claim.kind !== "foreign") expect(argoVerdict(facts).kind, app).toBe("done");
      if (health === "Degraded") expect(argoVerdict(facts).kind, app).not.toBe("done");
    }
    expect(await kept()).toEqual(before);
  });

  test("every workload of the default namespace is read, with its pods", async () => {
    const entrance = await kubeconfigAccess(KUBECONFIG.split(delimiter), {
      ...{ env: process.env, clock: systemClock },
    });
    const cluster = openKubernetes({ entrance, ...common });
    expect(await cluster.hasNamespace({ namespace: "default" })).not.toBe(false);
    expect(await cluster.hasNamespace({ namespace: "landfall-is-not-there" })).not.toBe(true);
    for (const workload of await cluster.workloadsIn({ namespace: "default" })) {
      const pods = await cluster.podsOf(workload);
      expect(workload.containers.length).toBeGreaterThan(0);
      expect(pods.every(({ owner }) => owner !== undefined)).toBe(true);
    }
  });
});
