/** Argo CD, Kubernetes and a page that have all applied the tip of the sample app's branch. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveApi } from "./api-server.ts";
import type { openAppWorld } from "./app-world.ts";
import { appliedCluster } from "./applied-cluster.ts";
import { serveArgoCd } from "./argocd-server.ts";
import { serveKubernetes } from "./kubernetes-server.ts";

/** Serves them until the test is over. Returns the environment in which commands find them. */
export async function serveApplied(world: Awaited<ReturnType<typeof openAppWorld>>) {
  const tip = await world.truth("rev-parse", "main");
  const texts = await world.manifestsAt(tip);
  const frontend = texts.find((text) => /kind: Deployment[\s\S]*rbs-frontend/.test(text)) ?? "";
  const [tag] = /sha-[0-9a-f]{7}/.exec(frontend) ?? [];
  const token = "for-tests-only";
  const state = () => ({ revision: tip });
  const argocd = await serveArgoCd({ repository: world.url, state, token });
  const kubernetes = await serveKubernetes({ ...appliedCluster(texts), token });
  const page = await serveApi(() => ({ body: `<footer>Build: ${tag}</footer>` }));
  const settings = [
    world.read("landfall.yaml").replace(/^verify:[\s\S]*/m, "verify:"),
    `  argocd: { app: robson-prod, server: "${argocd.url}" }`,
    "  rollout: { namespace: robson }",
    `  smoke: [{ url: "${page.url}/", contains: "Build: {tag}" }]`,
  ];
  const kubeconfig = {
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod", user: "ci" } }],
    clusters: [{ name: "prod", cluster: { server: kubernetes.url } }],
    users: [{ name: "ci", user: { token } }],
  };
  const write = (name: string, text: string) => {
    const file = join(world.root, name);
    writeFileSync(file, text);
    return file;
  };
  return {
    LANDFALL_CONFIG: write("applied.yaml", settings.join("\n")),
    KUBECONFIG: write("kubeconfig", JSON.stringify(kubeconfig)),
    LANDFALL_ARGOCD_TOKEN: token,
  };
}
