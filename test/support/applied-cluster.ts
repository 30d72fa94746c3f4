/** A cluster that has applied some manifests, all of it through. */

import { parseAllDocuments } from "yaml";
import { podJson } from "./kubernetes-server.ts";

/** A manifest, as far as it is looked into. */
interface Manifest {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly replicas?: number; readonly template?: Template };
}
interface Template {
  readonly spec: { readonly containers: readonly { name: string; image: string }[] };
}

const resources: Readonly<Record<string, string>> = {
  Deployment: "apps/v1/deployments",
  CronJob: "batch/v1/cronjobs",
};

/** Returns what Kubernetes says of the workloads, and of their pods by `app=NAME`. */
export function appliedCluster(texts: readonly string[]) {
  const documents = texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS()));
  const manifests = (documents as (Manifest | null)[]).filter((one) => one !== null);
  const find = (path: string) =>
    manifests.find(({ kind, metadata }) => `${resources[kind ?? ""]}/${metadata?.name}` === path);
  return {
    workload(path: string) {
      const manifest = find(path);
      return manifest && applied(manifest);
    },
    pods(selector: string) {
      const name = selector.replace(/^app=/, "");
      const [container] =
        find(`apps/v1/deployments/${name}`)?.spec?.template?.spec.containers ?? [];
      if (container === undefined) return [];
      const owner = { kind: "ReplicaSet", name: `${name}-7c9`, uid: "rs" };
      const what = { container: container.name, image: container.image };
      return [podJson({ name: `${name}-7c9-1`, owner, ...what })];
    },
  };
}

function applied(manifest: Manifest) {
  const replicas = manifest.spec?.replicas ?? 1;
  const counts = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, generation: 1 },
    status: { observedGeneration: 1, ...counts },
  };
}
