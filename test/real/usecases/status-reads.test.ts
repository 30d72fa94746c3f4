/** Status only looks: in no state of Argo CD, Kubernetes or Flux does it ask for anything else. */

import { expect, test } from "vitest";
import { asRevision } from "../../../src/core/ids.ts";
import { viewCluster } from "../../../src/usecases/verify/cluster-view.ts";
import { argoRows } from "../../support/argo-states.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import {
  gitRepositoryJson,
  type KustomizationState,
  kustomizationJson,
} from "../../support/flux-objects.ts";
import { deploymentJson, podJson, serveKubernetes } from "../../support/kubernetes-server.ts";
import { image, rolloutRows, type Seen, twoPods } from "../../support/rollout-states.ts";
import {
  expected,
  old,
  ours,
  pin,
  portsFor,
  repository,
  robsonProdAt,
  web,
} from "../../support/verify-stage.ts";

const fluxStates: readonly KustomizationState[] = [
  { applied: ours },
  { applied: old },
  { applied: old, suspend: true },
  { applied: old, ready: "False", reason: "BuildFailed", message: "no such file" },
];

/** Servers whose state can be set, and a look at them. */
async function stage() {
  const now: { argo: ArgoState; cluster: Seen; flux: KustomizationState } = {
    ...{ argo: { revision: ours }, cluster: {}, flux: { applied: ours } },
  };
  const argocd = await serveArgoCd({ repository, state: () => now.argo });
  const kubernetes = await serveKubernetes({
    workload: (path) => {
      if (path.includes("kustomizations")) return kustomizationJson(now.flux);
      if (path.includes("gitrepositories")) return gitRepositoryJson({ url: repository });
      return deploymentJson("web", { image, ...now.cluster });
    },
    pods: () => (now.cluster.pods ?? twoPods).map(podJson),
  });
  const { ports } = portsFor({ argocd: argocd.url, kubernetes: kubernetes.url });
  const asked = () => [...argocd.asked, ...kubernetes.asked];
  return {
    now,
    asked,
    changes: () => asked().filter(({ method, query }) => method !== "GET" || query.has("refresh")),
    look: async (isRefreshed?: true) => {
      const { namespace } = now.argo;
      const app = robsonProdAt(argocd.url);
      const { view } = await viewCluster(
        {
          ...{ revision: asRevision("1a2b3c4".padEnd(40, "0"))!, tag: expected.tag, commit: ours },
          ...{ repository, branch: "main", pinned: { tip: ours, pins: [pin] }, isRefreshed },
          apps: [{ ...app, found: { ...app.found, namespace } }],
          workloads: [web],
          flux: [{ kind: "Kustomization", name: "apps", namespace: "robson" }],
        },
        ports,
      );
      return {
        argo: view.argocd?.state,
        flux: view.flux?.[0]?.state,
        web: view.workloads[0]?.state,
      };
    },
  };
}

test("status changes nothing, however Argo CD's Application stands", async () => {
  const { now, look, asked, changes } = await stage();
  for (const [name, state] of argoRows) {
    now.argo = state;
    expect((await look()).argo, name).not.toBe("unreadable");
  }
  expect(asked().length).toBeGreaterThan(4 * argoRows.length);
  expect(changes()).toEqual([]);
});

test("status changes nothing, however a workload and its pods stand", async () => {
  const { now, look, asked, changes } = await stage();
  for (const [name, state] of rolloutRows) {
    now.cluster = state;
    expect((await look()).web, name).not.toBe("unreadable");
  }
  expect(asked().length).toBeGreaterThan(4 * rolloutRows.length);
  expect(changes()).toEqual([]);
});

test("status changes nothing, however Flux stands", async () => {
  const { now, look, changes } = await stage();
  const seen: unknown[] = [];
  for (const state of fluxStates) {
    now.flux = state;
    seen.push((await look()).flux);
  }
  expect(seen).toEqual(["done", "waiting", "failed", "waiting"]);
  expect(changes()).toEqual([]);
});

test("status makes Argo CD compare only when it is told to", async () => {
  const { look, asked } = await stage();
  await look(true);
  expect(asked().filter(({ query }) => query.get("refresh") === "normal")).toHaveLength(1);
});
