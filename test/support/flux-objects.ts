/** Flux's objects as its API server has them: Flux 2.x. */

/** How a Kustomization stands, with what a test does not name left as in one that is through. */
export interface KustomizationState {
  readonly applied: string;
  readonly attempted?: string;
  readonly ready?: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly suspend?: boolean;
  readonly generation?: number;
  readonly path?: string;
  readonly entries?: readonly string[];
}

export function kustomizationJson(state: KustomizationState) {
  const { applied, attempted = applied, ready = "True", generation = 2, suspend } = state;
  const { reason = "ReconciliationSucceeded", message = "", path = "./infra/k8s/prod" } = state;
  const revisionOf = (commit: string) => (commit === "" ? "" : `main@sha1:${commit}`);
  return {
    ...{ apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" },
    metadata: { name: "apps", namespace: "robson", generation },
    spec: {
      ...{ interval: "10m0s", path, prune: true, ...(suspend && { suspend }) },
      sourceRef: { kind: "GitRepository", name: "robson" },
    },
    status: {
      conditions: [{ type: "Ready", status: ready, reason, message }],
      inventory: { entries: (state.entries ?? []).map((id) => ({ id, v: "v1" })) },
      ...{ lastAppliedRevision: revisionOf(applied), lastAttemptedRevision: revisionOf(attempted) },
      observedGeneration: 2,
    },
  };
}

export function gitRepositoryJson({ url = "", commit = "", branch = "main", more = {} }) {
  return {
    ...{ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" },
    metadata: { name: "robson", namespace: "robson", generation: 1 },
    spec: { url, ref: { branch }, interval: "1m0s", ...more },
    status: {
      artifact: { revision: `${branch}@sha1:${commit}` },
      conditions: [{ type: "Ready", status: "True", reason: "Succeeded", message: "stored" }],
      observedGeneration: 1,
    },
  };
}

/** A HelmRelease, of a chart in a Helm repository unless `source` names another. */
export function helmReleaseJson({
  ready = "True",
  observed = 3,
  message = "",
  source = "HelmRepository",
}) {
  return {
    ...{ apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" },
    metadata: { name: "web", namespace: "robson", generation: 3 },
    spec: { chart: { spec: { chart: "web", sourceRef: { kind: source, name: "robson" } } } },
    status: {
      conditions: [{ type: "Ready", status: ready, reason: "UpgradeSucceeded", message }],
      history: [{ chartVersion: "1.2.3", status: "deployed" }],
      observedGeneration: observed,
    },
  };
}
