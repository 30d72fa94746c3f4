/** Whether an Application shows our commit: a table of what Argo CD says, and what follows. */

import { describe, expect, test } from "vitest";
import {
  type ArgoFacts,
  argoVerdict,
  awaitsSync,
  revisionsOf,
} from "../../../src/core/cluster/argo.ts";
import { readApplication } from "../../../src/core/cluster/argo-application.ts";
import { claimOf } from "../../../src/core/cluster/argo-claim.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { type ArgoState, applicationJson } from "../../support/argocd-server.ts";

const repository = "https://git.example.org/acme/robson.git";
const image = parseImageName("ldamasio/rbs-frontend-prod")!;
const pinned = [{ file: "infra/k8s/prod/web.yaml", owner: "Deployment/web", image }];
const followed = { repository, branch: "main", pinned };
const [old, ours, newer] = ["0", "a", "b"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
];

function factsOf(state: ArgoState, more: Partial<ArgoFacts> = {}): ArgoFacts {
  const application = readApplication(applicationJson(repository, state))!;
  const claim = claimOf(application, followed, { onBranch: new Set(), elsewhere: [] });
  return { application, followed, claim, ours: new Set([ours, newer]), stale: [], ...more };
}

/** Nothing is asked for where nobody knows what differs. */
const unsaid = /^Unknown, Healthy at aaaaaaa of main$/;

const web = { kind: "Deployment", name: "web", status: "Synced" };
/** What git no longer has, and Argo CD does not prune. */
const stray = { kind: "Service", name: "db", status: "OutOfSync", requiresPruning: true };
const drifted: ArgoState = {
  ...{ revision: ours, sync: "OutOfSync" },
  operation: { phase: "Succeeded", revision: ours },
};

type Row = readonly [name: string, state: ArgoState, kind: string, detail: RegExp];

const rows: readonly Row[] = [
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
];

describe("an Application", () => {
  test.each(rows)("%s", (_, state, kind, detail) => {
    const verdict = argoVerdict(factsOf(state));
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    if (verdict.kind === "failed") expect(verdict.hint).not.toBe("");
  });

  test("with other sources beside ours is judged by ours alone", () => {
    const chart = { repoURL: "https://charts.example.org", revision: "15.2.1" };
    const values = { repoURL: "git@git.example.org:acme/robson", revision: ours };
    const verdict = argoVerdict(factsOf({ revision: "", sources: [chart, values] }));
    expect(verdict.kind).toBe("done");
    const late = [chart, { ...values, revision: old }];
    expect(argoVerdict(factsOf({ revision: "", sources: late })).kind).toBe("waiting");
  });

  test("without any source is none of ours", () => {
    const verdict = argoVerdict(factsOf({ revision: "", sources: [] }));
    const detail = `no source of "robson-prod" is "${repository}"; its sources: none; it runs ldamasio/rbs-frontend-prod:sha-0000001`;
    expect(verdict).toMatchObject({ kind: "failed", detail });
  });

  test("with our repository twice has arrived only when both have", () => {
    const [a, b] = [ours, old].map((revision) => ({ repoURL: repository, revision }));
    expect(argoVerdict(factsOf({ revision: "", sources: [a!, b!] })).kind).toBe("waiting");
    expect(argoVerdict(factsOf({ revision: "", sources: [a!, a!] })).kind).toBe("done");
  });

  test("names at most three of the resources that are not well", () => {
    const resources = [1, 2, 3, 4].map((n) => ({
      kind: "Deployment",
      name: `web-${n}`,
      health: { status: "Degraded", message: "crash" },
    }));
    const verdict = argoVerdict(factsOf({ revision: ours, health: "Degraded", resources }));
    expect(verdict.detail).toMatch(/web-1 Degraded \(crash\), .*web-3 .* and 1 more$/);
  });

  test("with the pod's reason beside the resource that it belongs to, once", () => {
    const health = { status: "Degraded", message: "exceeded its progress deadline" };
    const refTo = (uid: string) => ({ parentRefs: [{ uid }] });
    const pulling = { status: "Degraded", message: "Back-off pulling image" };
    const tree = [
      { kind: "Deployment", name: "web", uid: "d", health },
      { kind: "ReplicaSet", name: "web-5d", uid: "r", ...refTo("d"), health },
      { kind: "Pod", name: "web-5d-x", uid: "p", ...refTo("r"), health: pulling },
      { kind: "Service", name: "web", uid: "s", health: { status: "Healthy" } },
    ];
    const application = readApplication(
      applicationJson(repository, { revision: ours, health: "Degraded", tree }),
      { nodes: tree },
    )!;
    expect(argoVerdict({ ...factsOf({ revision: ours }), application }).detail).toBe(
      "Synced at aaaaaaa of main, Degraded: Deployment/web Degraded " +
        "(exceeded its progress deadline; Pod/web-5d-x: Back-off pulling image)",
    );
  });

  test("keeps quiet of an operation that was over before we asked for one", () => {
    const operation = {
      phase: "Failed",
      revision: ours,
      startedAt: "2026-11-24T01:00:00Z",
    } as const;
    const state: ArgoState = { revision: ours, sync: "OutOfSync", operation };
    expect(argoVerdict(factsOf(state)).kind).toBe("failed");
    const later = factsOf(state, { staleOperation: operation.startedAt });
    expect(argoVerdict(later).kind).toBe("waiting");
  });
});

describe("a sync is asked for", () => {
  const table: readonly (readonly [name: string, state: ArgoState, wanted: boolean])[] = [
    ["when ours is known and differs", { revision: ours, sync: "OutOfSync" }, true],
    ["not before ours is known", { revision: old, sync: "OutOfSync" }, false],
    ["not when nothing differs", { revision: ours }, false],
    [
      "not where only what is beside it differs",
      { revision: ours, sync: "OutOfSync", resources: [web, stray] },
      false,
    ],
    ["not when one is queued", { revision: ours, sync: "OutOfSync", isQueued: true }, false],
    [
      "not while one runs",
      { revision: ours, sync: "OutOfSync", operation: { phase: "Running", revision: old } },
      false,
    ],
    [
      "after one that failed",
      { revision: ours, sync: "OutOfSync", operation: { phase: "Failed", revision: ours } },
      true,
    ],
  ];
  test.each(table)("%s", (_, state, wanted) => {
    expect(awaitsSync(factsOf(state))).toBe(wanted);
  });
});

test("only commits are asked about, each once", () => {
  const operation = { phase: "Succeeded", revision: ours } as const;
  const sources = [
    { repoURL: repository, revision: ours },
    { repoURL: repository, revision: "main" },
    { repoURL: "https://charts.example.org", revision: newer },
  ];
  const { application } = factsOf({ revision: "", sources, operation });
  expect(revisionsOf(application, followed)).toEqual([ours]);
});

test("what is no Application is none", () => {
  for (const json of [null, [], "text", {}, { metadata: { name: "x" } }, { spec: {} }]) {
    expect(readApplication(json)).toBeUndefined();
  }
});

test("an Application of few words is read for what it says", () => {
  const source = { repoURL: repository, targetRevision: "refs/heads/main" };
  const bare = { metadata: { name: "robson" }, spec: { source } };
  expect(readApplication(bare)).toMatchObject({
    ...{ project: "default", sync: "Unknown", health: "Unknown", operation: undefined },
    sources: [{ repository, targetRevision: "main", revision: "" }],
  });
  const many = { metadata: { name: "robson" }, spec: { sources: [source, source] } };
  const compared = { ...many, status: { sync: { revisions: [ours] } } };
  expect(readApplication(compared)?.sources.map(({ revision }) => revision)).toEqual([ours, ""]);
  expect(readApplication({ metadata: { name: "robson" }, spec: {} })?.sources).toEqual([]);
  expect(readApplication({ metadata: { name: "robson" } })).toBeUndefined();
  const resources = [{ kind: "Service", name: "web", status: "OutOfSync" }];
  const begun = { status: { operationState: { phase: "Running" }, resources } };
  expect(readApplication({ ...bare, ...begun })).toMatchObject({
    operation: { phase: "Running", revisions: [] },
    resources: [{ kind: "Service", name: "web", isSynced: false, needsPruning: false }],
  });
});
