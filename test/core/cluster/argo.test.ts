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
import { argoRows } from "../../support/argo-states.ts";
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
  const { tree } = state;
  const json = applicationJson(repository, state);
  const application = readApplication(json, tree && { nodes: tree })!;
  const claim = claimOf(application, followed, { onBranch: new Set(), elsewhere: [] });
  return { application, followed, claim, ours: new Set([ours, newer]), stale: [], ...more };
}

const web = { kind: "Deployment", name: "web", status: "Synced" };
/** What git no longer has, and Argo CD does not prune. */
const stray = { kind: "Service", name: "db", status: "OutOfSync", requiresPruning: true };

describe("an Application", () => {
  test.each(argoRows)("%s", (_, state, kind, detail) => {
    const verdict = argoVerdict(factsOf(state));
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    if (verdict.kind === "failed") expect(verdict.hint).not.toBe("");
  });

  test("whose autoscaler has set the replicas is through once it runs what is pinned", () => {
    const operation = { phase: "Succeeded", revision: ours } as const;
    const scaled: ArgoState = { revision: ours, sync: "OutOfSync", operation };
    expect(argoVerdict(factsOf(scaled, { isPinnedRunning: true }))).toEqual({
      kind: "done",
      detail: "Synced at aaaaaaa of main, Healthy; beside it, Deployment/web OutOfSync",
    });
    expect(awaitsSync(factsOf(scaled, { isPinnedRunning: true }))).toBe(false);
    const never = { ...scaled, operation: { ...operation, revision: old } };
    expect(argoVerdict(factsOf(never, { isPinnedRunning: true })).kind).toBe("waiting");
  });

  test.each<[string, ArgoState, RegExp]>([
    ["that is late", { revision: old }, /^`landfall verify` asks it to compare/],
    [
      "with an error",
      { revision: old, conditions: [{ type: "ComparisonError", message: "no" }] },
      /^Fix what Argo CD names/,
    ],
    ["that somebody paused", { revision: ours, health: "Suspended" }, /resume what is suspended/],
    ["that is queued for good", { revision: ours, isQueued: true }, /application controller/],
    [
      "that a pod keeps from coming up",
      {
        ...{ revision: ours, health: "Progressing" },
        tree: [
          { kind: "Deployment", name: "web", uid: "d", health: { status: "Progressing" } },
          {
            ...{ kind: "Pod", name: "web-x", parentRefs: [{ uid: "d" }] },
            health: { status: "Degraded", message: "Back-off pulling image" },
          },
        ],
      },
      /events and logs/,
    ],
  ])("%s says what to do", (_, state, hint) => {
    const verdict = argoVerdict(factsOf(state));
    expect(verdict).toMatchObject({ kind: "waiting", hint: expect.stringMatching(hint) });
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

  test("of something else is a mistake of the settings, and says nothing of the deploy", () => {
    expect(argoVerdict(factsOf({ revision: ours, repoURL: "https://x/y" }))).toMatchObject({
      ...{ kind: "failed", code: "config" },
    });
    const degraded = argoVerdict(factsOf({ revision: ours, health: "Degraded" }));
    expect(degraded).not.toHaveProperty("code");
  });

  test("whose images are pinned in its own manifest is ours, wherever its sources are", () => {
    const elsewhere = { revision: ours, repoURL: "https://charts.example.org/x" };
    const application = readApplication(applicationJson(repository, elsewhere))!;
    const own = { file: "argo/robson.yaml", owner: "Application/robson-prod", image };
    const pins = { ...followed, pinned: [own] };
    const claim = claimOf(application, pins, { onBranch: new Set(), elsewhere: [] });
    expect(claim).toEqual({ kind: "by-look" });
    const facts = { ...factsOf(elsewhere), followed: pins, claim };
    expect(argoVerdict(facts)).toMatchObject({ kind: "done" });
    expect(argoVerdict({ ...facts, stale: ["acme/web:old"] })).toMatchObject({ kind: "waiting" });
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
