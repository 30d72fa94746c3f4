/**
 * Ways that an Application can stand, as argocd-server 2.14 and 3.x show them, and what follows.
 * Seen on the real thing, or read in its documentation where no note says so.
 */

import { type ArgoRow, argoTroubles } from "./argo-troubles.ts";
import type { ArgoState } from "./argocd-server.ts";

/** Commits of the manifests branch: before ours, ours, and after it. */
const [old, ours, newer] = ["0", "a", "b"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
];

/** Nothing is asked for where nobody knows what differs. */
const unsaid = /^Unknown, Healthy at aaaaaaa of main$/;

const web = { kind: "Deployment", name: "web", status: "Synced" };
/** What git no longer has, and Argo CD does not prune. */
const stray = { kind: "Service", name: "db", status: "OutOfSync", requiresPruning: true };
const drifted: ArgoState = {
  ...{ revision: ours, sync: "OutOfSync" },
  operation: { phase: "Succeeded", revision: ours },
};

/** All of them. */
export const argoRows: readonly ArgoRow[] = [
  ["at the old revision", { revision: old }, "waiting", /^Synced, Healthy at 0000000 of main/],
  ["at our commit", { revision: ours }, "done", /^Synced at aaaaaaa of main, Healthy$/],
  ["at a descendant", { revision: newer }, "done", /^Synced at bbbbbbb/],
  ["before any comparison", { revision: "" }, "waiting", /at no revision of main/],
  [
    "compared with ours, and applying it",
    { revision: ours, sync: "OutOfSync", operation: { phase: "Running", revision: ours } },
    "waiting",
    /^syncing/,
  ],
  [
    "synced while an operation still runs",
    { revision: ours, operation: { phase: "Running", revision: ours, message: "hook" } },
    "waiting",
    /^syncing: hook/,
  ],
  ["with an operation in the queue", { revision: ours, isQueued: true }, "waiting", /about to/],
  [
    "whose sync of ours failed",
    {
      revision: ours,
      sync: "OutOfSync",
      operation: { phase: "Failed", revision: ours, message: "one or more objects failed" },
    },
    "failed",
    /^the sync ended in Failed: one or more objects failed$/,
  ],
  [
    "whose hook after the sync failed",
    { revision: ours, operation: { phase: "Failed", revision: ours, message: "hook failed" } },
    "failed",
    /hook failed/,
  ],
  [
    "whose sync of the old revision failed",
    { revision: ours, sync: "OutOfSync", operation: { phase: "Failed", revision: old } },
    "waiting",
    /^OutOfSync, Healthy at aaaaaaa/,
  ],
  ["that is not up yet", { revision: ours, health: "Progressing" }, "waiting", /Progressing$/],
  ["that is suspended", { revision: ours, health: "Suspended" }, "waiting", /Suspended$/],
  ["that is degraded at ours", { revision: ours, health: "Degraded" }, "failed", /Degraded$/],
  ["that was degraded before ours", { revision: old, health: "Degraded" }, "waiting", /Degraded/],
  [
    "that does not sync by itself",
    { revision: ours, sync: "OutOfSync", automated: null },
    "waiting",
    /ask for it with --sync$/,
  ],
  [
    "whose automation is switched off",
    { revision: ours, sync: "OutOfSync", automated: { enabled: false } },
    "waiting",
    /ask for it with --sync$/,
  ],
  [
    "that cannot read the repository",
    {
      revision: old,
      sync: "Unknown",
      conditions: [
        { type: "ComparisonError", message: "authentication required" },
        { type: "SharedResourceWarning", message: "not said" },
      ],
    },
    "waiting",
    /; ComparisonError: authentication required$/,
  ],
  ["in a state that Argo CD does not know", { revision: ours, sync: "Unknown" }, "waiting", unsaid],
  [
    "that follows the default branch",
    { revision: old, targetRevision: "" },
    "waiting",
    /^Synced, Healthy at 0000000, which is not our commit yet \(compared 2026-11-24T02:00:00Z\)$/,
  ],
  [
    "of another repository",
    { revision: ours, repoURL: "https://git.example.org/acme/other" },
    "failed",
    /^no source of "robson-prod" is/,
  ],
  [
    "whose hook runs",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: {
        phase: "Running",
        revision: ours,
        message: "waiting for hook batch/Job/migrate",
      },
    },
    "waiting",
    /^syncing: waiting for hook batch\/Job\/migrate$/,
  ],
  [
    "whose sync failed and is tried again",
    {
      ...{ revision: ours, sync: "OutOfSync" },
      operation: {
        ...{ phase: "Running", revision: ours, message: "not applied. Retrying attempt #3" },
        results: [
          { kind: "Deployment", name: "web", status: "SyncFailed", message: "field is immutable" },
          { kind: "Job", name: "migrate", hookType: "PreSync", hookPhase: "Failed" },
          { kind: "Service", name: "web", status: "Synced", message: "unchanged" },
        ],
      },
    },
    "waiting",
    /^syncing: not applied. Retrying attempt #3; Deployment\/web: field is immutable; Job\/migrate \(PreSync hook\): Failed$/,
  ],
  [
    "at the old revision, of which a sync runs",
    { revision: old, operation: { phase: "Running", revision: old, message: "hook" } },
    "waiting",
    /not our commit yet .*; a sync runs: hook$/,
  ],
  [
    "that was changed in the cluster and heals itself",
    { ...drifted, automated: { selfHeal: true } },
    "waiting",
    /^OutOfSync, Healthy at aaaaaaa of main: Deployment\/web$/,
  ],
  [
    "that was changed in the cluster and does not heal itself",
    drifted,
    "failed",
    /Deployment\/web; it does not sync the same commit again by itself \(selfHeal is off\)$/,
  ],
  [
    "beside which a Service needs pruning",
    { revision: ours, sync: "OutOfSync", resources: [web, stray] },
    "done",
    /^Synced at aaaaaaa of main, Healthy; beside it, Service\/db \(needs pruning\) OutOfSync$/,
  ],
  [
    "whose own resource needs pruning, and no other",
    { revision: ours, sync: "OutOfSync", resources: [{ ...stray, kind: "Deployment" }] },
    "done",
    /Deployment\/db \(needs pruning\) OutOfSync$/,
  ],
  [
    "of another folder",
    { revision: ours, path: "infra/k8s/stag", resources: [], images: ["nginx:1"] },
    "failed",
    /^"robson-prod" deploys "infra\/k8s\/stag", not infra\/k8s\/prod\/web.yaml, which pins the images; it runs nginx:1$/,
  ],
  [
    "of a folder above, whose own manifests alone are read",
    { revision: ours, path: "infra/k8s", resources: [], images: [] },
    "failed",
    /deploys "infra\/k8s", not/,
  ],
  [
    "of a folder above, in kustomize",
    { revision: ours, path: "infra/k8s", sourceType: "Kustomize", resources: [], images: [] },
    "done",
    /Healthy$/,
  ],
  [
    "of a folder above that is made of Applications",
    {
      ...{ revision: ours, path: "apps", images: [] },
      resources: [{ kind: "Application", name: "robson-web", status: "Synced" }],
    },
    "failed",
    /it is made of the Applications robson-web$/,
  ],
  [
    "of another folder, of which nothing is known yet",
    { revision: "", path: "overlays/prod", resources: [], images: [] },
    "waiting",
    /at no revision of main, which is not our commit yet/,
  ],
  [
    "that is the parent of an app of apps, in a folder that holds pins too",
    {
      ...{ revision: ours, path: ".", sourceType: "Kustomize", images: [] },
      resources: [
        { kind: "Application", name: "robson-web", status: "Synced" },
        { kind: "AppProject", name: "robson", status: "Synced" },
      ],
    },
    "failed",
    /^"robson-prod" deploys ".", and its health says nothing of its children's; it is made of the Applications robson-web$/,
  ],
  [
    "of another folder that makes our workload",
    { revision: ours, path: "overlays/prod", sourceType: "Kustomize", images: [] },
    "done",
    /Healthy$/,
  ],
  [
    "of another branch",
    { revision: ours, targetRevision: "dev" },
    "failed",
    /^"robson-prod" deploys dev, and what it was compared at is not of main$/,
  ],
  [
    "that follows what a hydrator writes",
    { revision: ours, hydrator: { syncSource: { targetBranch: "env/prod" } } },
    "failed",
    /source hydrator/,
  ],
  ...argoTroubles,
];
