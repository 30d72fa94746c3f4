/** The state of Argo CD and the cluster at one moment: their half of `landfall status`. */

import type { Digest } from "../ids.ts";
import type { Observation } from "./observation.ts";

/** One Application, or what was looked for in vain. */
export interface ApplicationView extends Observation {
  /** Its name; where several have that, with its namespace or server. */
  readonly app: string;
  /** `Synced`, `OutOfSync` or `Unknown`; undefined when it could not be read. */
  readonly sync?: string;
  readonly health?: string;
  /** The commits of our repository that it was compared at. */
  readonly revisions: readonly string[];
}

/** One object of Flux. */
export interface FluxView extends Observation {
  /** `Kustomization/apps`. */
  readonly object: string;
  readonly namespace: string;
  readonly context?: string | undefined;
  /** What it has applied: a commit, or a chart's version; empty before any. */
  readonly applied: string;
}

/** One container of a workload, and what its pods run. */
export interface ContainerView {
  readonly container: string;
  /** The image as the template has it, tag and all. */
  readonly image: string;
  /** What the pods were started with, each once: one when all is well. */
  readonly running: readonly string[];
  /** The digests that their runtimes name, each once. */
  readonly digests: readonly Digest[];
}

/** One workload. */
export interface WorkloadView extends Observation {
  /** `Deployment/web`. */
  readonly workload: string;
  readonly namespace: string;
  /** The context of its cluster, where the settings name one. */
  readonly context?: string | undefined;
  readonly containers: readonly ContainerView[];
}

/** All of it. */
export interface ClusterView {
  /** The first Application that is not well, else the first. */
  readonly argocd?: ApplicationView | undefined;
  /** Undefined: no Argo CD is configured. */
  readonly applications?: readonly ApplicationView[] | undefined;
  /** Undefined: no Flux is configured. */
  readonly flux?: readonly FluxView[] | undefined;
  readonly workloads: readonly WorkloadView[];
}
