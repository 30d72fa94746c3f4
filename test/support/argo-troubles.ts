/** Ways that an Application is not well, or only seems so, as `argo-states.ts` has the others. */

import type { ArgoState } from "./argocd-server.ts";

const [old, ours] = ["0", "a"].map((digit) => digit.repeat(40)) as [string, string];

/** How it is called, how it stands, and what is said of it. */
export type ArgoRow = readonly [
  name: string,
  state: ArgoState,
  kind: "done" | "waiting" | "failed",
  detail: RegExp,
];

/** All of them. */
export const argoTroubles: readonly ArgoRow[] = [
  [
    "whose sync is being terminated",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: { phase: "Terminating", revision: ours, message: "operation is terminating" },
    },
    "waiting",
    /^syncing: operation is terminating$/,
  ],
  [
    "whose sync somebody terminated",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: { phase: "Failed", revision: ours, message: "Operation terminated" },
    },
    "failed",
    /^the sync ended in Failed: Operation terminated$/,
  ],
  [
    "whose sync failed for good, after all retries",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: {
        ...{ phase: "Failed", revision: ours, retryCount: 5 },
        message: "one or more objects failed to apply (retried 5 times).",
        results: [
          { kind: "Deployment", name: "web", status: "SyncFailed", message: "field is immutable" },
        ],
      },
    },
    "failed",
    /\(retried 5 times\)\.; Deployment\/web: field is immutable$/,
  ],
  [
    "whose hook after the sync fails, and is tried again",
    {
      ...{ revision: ours },
      operation: {
        ...{ phase: "Running", revision: ours, retryCount: 3 },
        message: "one or more synchronization tasks completed unsuccessfully. Retrying attempt #3",
        results: [
          {
            kind: "Job",
            name: "smoke",
            hookType: "PostSync",
            hookPhase: "Failed",
            message: "exit 1",
          },
        ],
      },
    },
    "waiting",
    /Retrying attempt #3; Job\/smoke \(PostSync hook\): exit 1$/,
  ],
  [
    "that could not be applied for want of a kind of resource",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: {
        ...{ phase: "Running", revision: ours, retryCount: 2 },
        message: "failed to discover server resources for foo.example.org/v1. Retrying attempt #2",
      },
    },
    "waiting",
    /^syncing: failed to discover server resources/,
  ],
  [
    "whose resources are not there yet",
    { revision: ours, sync: "OutOfSync", health: "Missing" },
    "waiting",
    /^OutOfSync, Missing at aaaaaaa of main: Deployment\/web$/,
  ],
  [
    "whose health nobody can tell",
    { revision: ours, health: "Unknown" },
    "waiting",
    /^Synced at aaaaaaa of main, Unknown$/,
  ],
  [
    "of version 2.14, which has the health beside each resource",
    {
      ...{ revision: ours, health: "Degraded" },
      resources: [
        {
          ...{ kind: "Deployment", name: "web", status: "Synced" },
          health: { status: "Degraded", message: "exceeded its progress deadline" },
        },
        { kind: "Service", name: "web", status: "Synced", health: { status: "Healthy" } },
      ],
    },
    "failed",
    /Degraded: Deployment\/web Degraded \(exceeded its progress deadline\)$/,
  ],
  [
    "Degraded by an autoscaler that has no metrics",
    unwell("HorizontalPodAutoscaler", "web", "unable to get metrics for resource cpu"),
    "failed",
    /: HorizontalPodAutoscaler\/web Degraded \(unable to get metrics for resource cpu\)$/,
  ],
  [
    "Degraded by a Job",
    unwell("Job", "migrate", "Job has reached the specified backoff limit"),
    "failed",
    /: Job\/migrate Degraded \(Job has reached the specified backoff limit\)$/,
  ],
  [
    "Degraded by a volume",
    unwell("PersistentVolumeClaim", "data", "lost its volume"),
    "failed",
    /: PersistentVolumeClaim\/data Degraded \(lost its volume\)$/,
  ],
  [
    "Degraded by a secret that is fetched from elsewhere",
    unwell("ExternalSecret", "db", "could not get secret data from provider"),
    "failed",
    /: ExternalSecret\/db Degraded \(could not get secret data from provider\)$/,
  ],
  [
    "Degraded by a Rollout that was aborted",
    unwell("Rollout", "web", 'RolloutAborted: metric "errors" assessed Failed'),
    "failed",
    /: Rollout\/web Degraded \(RolloutAborted: metric "errors" assessed Failed\)$/,
  ],
  [
    "Degraded by a pod that has outlived what it belonged to",
    {
      ...{ revision: ours, health: "Degraded" },
      tree: [
        { kind: "Deployment", name: "web", uid: "d", health: { status: "Healthy" } },
        {
          ...{ kind: "Pod", name: "web-old-x", uid: "p" },
          health: { status: "Degraded", message: "Back-off pulling image" },
          parentRefs: [{ kind: "ReplicaSet", name: "web-old", uid: "gone" }],
        },
      ],
    },
    "failed",
    /Degraded: Pod\/web-old-x Degraded \(Back-off pulling image\)$/,
  ],
  [
    "with resources of others, which are only warned of",
    {
      revision: ours,
      conditions: [
        { type: "OrphanedResourceWarning", message: "Application has 2 orphaned resources" },
        { type: "ExcludedResourceWarning", message: "Resource is excluded" },
      ],
    },
    "done",
    /^Synced at aaaaaaa of main, Healthy$/,
  ],
  [
    "whose project does not allow its source",
    {
      ...{ revision: "", sync: "Unknown", health: "Unknown" },
      conditions: [
        { type: "InvalidSpecError", message: "application repo is not permitted in project 'web'" },
      ],
    },
    "waiting",
    /; InvalidSpecError: application repo is not permitted/,
  ],
  [
    "whose manifests cannot be rendered",
    {
      ...{ revision: old, sync: "Unknown" },
      conditions: [
        { type: "ComparisonError", message: "Manifest generation error: kustomize build failed" },
      ],
    },
    "waiting",
    /^Unknown, Healthy at no commit of main, .*; ComparisonError: Manifest generation error/,
  ],
  [
    "in a namespace of its own, of a project of its own",
    { revision: ours, namespace: "team-a", project: "team" },
    "done",
    /^Synced at aaaaaaa of main, Healthy$/,
  ],
  [
    "of Helm, in the folder that holds the values",
    { revision: ours, sourceType: "Helm", images: [] },
    "done",
    /^Synced at aaaaaaa of main, Healthy$/,
  ],
  [
    "of several sources, ours behind the others",
    {
      revision: "",
      sources: [
        { repoURL: "https://charts.example.org", revision: "15.2.1" },
        { repoURL: "git@git.example.org:acme/robson", revision: old },
      ],
    },
    "waiting",
    /at 0000000 of main, which is not our commit yet/,
  ],
];

/** One resource that is not well. */
function unwell(kind: string, name: string, message: string): ArgoState {
  const health = { status: "Degraded", message };
  return {
    ...{ revision: ours, health: "Degraded" },
    tree: [{ kind, name, uid: name, health }],
    resources: [{ kind, name, status: "Synced" }],
  };
}
