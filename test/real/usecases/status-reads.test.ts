/** Status only looks: in no state of Argo CD, Kubernetes or Flux does it ask for anything else. */

import { expect, test } from "vitest";
import { asRevision } from "../../../src/core/ids.ts";
import { viewCluster } from "../../../src/usecases/verify/cluster-view.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import { gitRepositoryJson, kustomizationJson } from "../../support/flux-objects.ts";
import { deploymentJson, podJson, serveKubernetes } from "../../support/kubernetes-server.ts";
import {
  expected,
  imageName,
  old,
  ours,
  pin,
  portsFor,
  repository,
  robsonProdAt,
  web,
} from "../../support/verify-stage.ts";

const denied = { kind: "deny", schedule: "0 22 * * *", duration: "8h" };
const operation = { phase: "Running", revision: ours, message: "waiting for hook" } as const;
const health = { status: "Degraded", message: "Back-off pulling image" };

const states: readonly (readonly [name: string, state: ArgoState])[] = [
  ["at an older commit", { revision: old }],
  ["at our commit", { revision: ours }],
  ["that differs", { revision: ours, sync: "OutOfSync" }],
  ["that differs and does not sync", { revision: ours, sync: "OutOfSync", automated: null }],
  ["whose hook runs", { revision: ours, sync: "OutOfSync", operation }],
  ["whose sync failed", { revision: ours, operation: { ...operation, phase: "Failed" } }],
  ["that is not well", { revision: ours, health: "Degraded", tree: [{ kind: "Pod", health }] }],
  ["that is Progressing", { revision: ours, health: "Progressing", tree: [] }],
  ["of another folder", { revision: ours, path: "infra/k8s/stag", resources: [] }],
  [
    "that cannot be compared",
    { revision: old, sync: "Unknown", conditions: [{ type: "ComparisonError", message: "no" }] },
  ],
];

async function look(state: ArgoState, isRefreshed?: true) {
  const windows = { activeWindows: [denied], assignedWindows: [denied], canSync: false };
  const argocd = await serveArgoCd({ repository, state: () => state, windows });
  const image = `${imageName}:${expected.tag}`;
  const kubernetes = await serveKubernetes({
    workload: (path) => {
      if (path.includes("kustomizations")) return kustomizationJson({ applied: old });
      if (path.includes("gitrepositories")) return gitRepositoryJson({ url: repository });
      return deploymentJson("web", { image, updated: 1 });
    },
    pods: () => [podJson({ name: "web-7c9-x", image, waiting: { reason: "ImagePullBackOff" } })],
  });
  const { ports } = portsFor({ argocd: argocd.url, kubernetes: kubernetes.url });
  const { view } = await viewCluster(
    {
      ...{ revision: asRevision("1a2b3c4".padEnd(40, "0"))!, tag: expected.tag, commit: ours },
      ...{ repository, branch: "main", pinned: { tip: ours, pins: [pin] }, isRefreshed },
      ...{ apps: [robsonProdAt(argocd.url)], workloads: [web] },
      flux: [{ kind: "Kustomization", name: "apps", namespace: "robson" }],
    },
    ports,
  );
  const asked = [...argocd.asked, ...kubernetes.asked];
  return { view, asked };
}

test.each(states)("changes nothing with an Application %s", async (_, state) => {
  const { view, asked } = await look(state);
  expect([view.argocd?.state, view.flux?.[0]?.state, view.workloads[0]?.state]).not.toContain(
    "unreadable",
  );
  expect(asked.length).toBeGreaterThan(4);
  const changes = asked.filter(({ method, query }) => method !== "GET" || query.has("refresh"));
  expect(changes).toEqual([]);
});

test("makes Argo CD compare only when it is told to", async () => {
  const { asked } = await look({ revision: ours }, true);
  expect(asked.filter(({ query }) => query.get("refresh") === "normal")).toHaveLength(1);
});
