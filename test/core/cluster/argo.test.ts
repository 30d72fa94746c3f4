/** Whether an Application shows our commit: a table of what Argo CD says, and what follows. */

import { describe, expect, test } from "vitest";
import {
  type ArgoFacts,
  argoVerdict,
  revisionsOf,
  wantsSync,
} from "../../../src/core/cluster/argo.ts";
import { readApplication } from "../../../src/core/cluster/argo-application.ts";
import { type ArgoState, applicationJson } from "../../support/argocd-server.ts";

const repository = "https://git.example.org/acme/robson.git";
const followed = { repository, branch: "main" };
const [old, ours, newer] = ["0", "a", "b"].map((digit) => digit.repeat(40)) as [
  string,
  string,
  string,
];

function factsOf(state: ArgoState, more: Partial<ArgoFacts> = {}): ArgoFacts {
  const application = readApplication(applicationJson(repository, state))!;
  return { application, followed, ours: new Set([ours, newer]), ...more };
}

/** Nothing is asked for where nobody knows what differs. */
const unsaid = /^Unknown, Healthy at aaaaaaa of main$/;

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
    /^Synced, Healthy at 0000000, which is not our commit yet$/,
  ],
  [
    "of another repository",
    { revision: ours, repoURL: "https://git.example.org/acme/other" },
    "failed",
    /^no source of "robson-prod" is/,
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
    const detail = `no source of "robson-prod" is "${repository}"; its sources: none`;
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
    expect(wantsSync(factsOf(state))).toBe(wanted);
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
    unsynced: ["Service/web"],
  });
});
