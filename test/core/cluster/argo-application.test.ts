/** What an Application's JSON says, field by field; and what is said of it then, word for word. */

import { describe, expect, test } from "vitest";
import { type ArgoFacts, argoVerdict, awaitsSync } from "../../../src/core/cluster/argo.ts";
import {
  type Application,
  isExplainedByTree,
  readApplication,
} from "../../../src/core/cluster/argo-application.ts";
import { claimOf } from "../../../src/core/cluster/argo-claim.ts";

const repository = "https://git.example.org/acme/robson";
const other = "https://git.example.org/acme/other";
const [old, ours] = ["0", "a"].map((digit) => digit.repeat(40)) as [string, string];

/** Reads an Application of one source that stands at our commit, with parts of it replaced. */
function read({ spec, status }: { spec?: object; status?: object } = {}): Application {
  const source = { repoURL: repository, targetRevision: "main" };
  const sync = { status: "Synced", revision: ours };
  return readApplication({
    metadata: { name: "robson" },
    spec: { source, ...spec },
    status: { sync, health: { status: "Healthy" }, ...status },
  })!;
}

describe("an Application's JSON", () => {
  test.each([
    [{ automated: {} }, true],
    [{ automated: { enabled: true } }, true],
    [{ automated: { enabled: false } }, false],
    [{ automated: true }, false],
    [{}, false],
  ])("says whether it syncs by itself: %j, %s", (syncPolicy, is) => {
    expect(read({ spec: { syncPolicy } }).isAutomated).toBe(is);
  });

  test("names its project", () => {
    expect(read({ spec: { project: "prod" } }).project).toBe("prod");
  });

  test("names as errors what Argo CD calls so, and no warning that speaks of one", () => {
    const conditions = [
      { type: "ComparisonError", message: "denied" },
      { type: "OrphanedResourceWarning", message: "ComparisonError: old" },
      { type: "Error", message: "x" },
    ];
    expect(read({ status: { conditions } }).errors).toEqual([
      "ComparisonError: denied",
      "Error: x",
    ]);
  });

  test("names the resources that differ from git, and those that are not well", () => {
    const resources = [
      { kind: "Service", name: "web", status: "OutOfSync", health: { status: "Healthy" } },
      { kind: "Deployment", name: "web", status: "Synced", health: { status: "Degraded" } },
    ];
    const { resources: read_, unwell } = read({ status: { resources } });
    expect(read_.map(({ kind, isSynced }) => [kind, isSynced])).toEqual([
      ["Service", false],
      ["Deployment", true],
    ]);
    expect(unwell).toEqual([{ kind: "Deployment", name: "web", health: "Degraded", message: "" }]);
  });

  test.each([
    ["main", "main"],
    ["refs/heads/main", "main"],
    ["x/refs/heads/main", "x/refs/heads/main"],
    ["refs/tags/v1", "refs/tags/v1"],
  ])("names the branch that it follows: %s is %s", (targetRevision, branch) => {
    const { sources } = read({ spec: { source: { repoURL: repository, targetRevision } } });
    expect(sources).toMatchObject([{ repository, targetRevision: branch, revision: ours }]);
  });

  test("is read by what was compared, not by what is written by now", () => {
    const [a, b] = [repository, other].map((repoURL) => ({ repoURL, targetRevision: "main" }));
    const namesOf = (spec: object, comparedTo: object) =>
      read({ spec, status: { sync: { revision: ours, revisions: [ours, old], comparedTo } } });
    const said = (spec: object, comparedTo: object) =>
      namesOf(spec, comparedTo).sources.map((each) => [each.repository, each.revision]);
    expect(said({ source: a }, { source: b })).toEqual([[other, ours]]);
    expect(said({ source: a }, { source: {} })).toEqual([[repository, ours]]);
    expect(said({ sources: [a] }, { sources: [b, a] })).toEqual([
      ...[
        [other, ours],
        [repository, old],
      ],
    ]);
    expect(said({ sources: [a, b] }, { sources: [] })).toEqual([
      ...[
        [repository, ours],
        [other, old],
      ],
    ]);
  });

  test("says which revisions its operation applied, else which it was to apply", () => {
    const revisionsOf = (applied: object | undefined, asked: object) => {
      const operationState = { phase: "Failed", syncResult: applied, operation: { sync: asked } };
      return read({ status: { operationState } }).operation?.revisions;
    };
    expect(revisionsOf({ revision: ours }, { revision: old })).toEqual([ours]);
    expect(revisionsOf({ revisions: [ours, "1.2.3"] }, { revision: old })).toEqual([ours, "1.2.3"]);
    expect(revisionsOf(undefined, { revision: old })).toEqual([old]);
    expect(revisionsOf({ revision: "" }, { revisions: [old, ours] })).toEqual([old, ours]);
    expect(revisionsOf({}, {})).toEqual([]);
  });

  test.each([
    ["Degraded", true],
    ["Suspended", true],
    ["Progressing", true],
    ["Healthy", false],
    ["Missing", false],
  ])("says whether its tree explains it: %s, %s", (health, is) => {
    const status = { health: { status: health } };
    expect(isExplainedByTree({ status })).toBe(is);
  });
});

const followed = { repository, branch: "main", pinned: [] };
const factsOf = (application: Partial<Application>, more: Partial<ArgoFacts> = {}): ArgoFacts => {
  const whole = { ...read(), ...application };
  const claim = claimOf(whole, followed, { onBranch: new Set([ours]), elsewhere: [] });
  return { application: whole, followed, claim, ours: new Set([ours]), stale: [], ...more };
};
const said = (application: Partial<Application>) => {
  const { kind, detail } = argoVerdict(factsOf(application));
  return `${kind}: ${detail}`;
};
const sourceOf = (targetRevision: string, revision: string, repository_ = repository) => {
  const all = { path: ".", isFlat: false, isPlain: true, values: [] };
  return { repository: repository_, targetRevision, revision, ...all };
};
const unsynced = (...names: readonly string[]) =>
  names.map((text) => {
    const [kind = "", name = ""] = text.split("/");
    return { kind, name, isSynced: false, needsPruning: false };
  });
const suspended = { kind: "CronJob", name: "nightly", health: "Suspended", message: "" };

describe("an Application is said to be", () => {
  test.each<[string, Partial<Application>, string]>([
    [
      "judged by the source on our branch",
      { sources: [sourceOf("dev", old), sourceOf("main", ours)] },
      "done: Synced at aaaaaaa of main, Healthy",
    ],
    [
      "late by it",
      { sources: [sourceOf("dev", ours), sourceOf("main", old)] },
      "waiting: Synced, Healthy at 0000000 of main, which is not our commit yet",
    ],
    [
      "judged by those on other branches, where there is none",
      { sources: [sourceOf("dev", ours), sourceOf("test", ours)] },
      "done: Synced at aaaaaaa of dev and aaaaaaa of test, Healthy",
    ],
    [
      "of other sources, which are named",
      { sources: [sourceOf("main", ours, other), sourceOf("main", ours, "oci://x")] },
      `failed: no source of "robson" is "${repository}"; its sources: "${other}", "oci://x"`,
    ],
    [
      "waiting for what differs",
      {
        sync: "OutOfSync",
        isAutomated: true,
        resources: unsynced("Service/web", "Deployment/web"),
      },
      "waiting: OutOfSync, Healthy at aaaaaaa of main: Deployment/web",
    ],
    [
      "waiting for three of them",
      { sync: "OutOfSync", isAutomated: true, resources: unsynced("A/a", "B/b", "C/c") },
      "waiting: OutOfSync, Healthy at aaaaaaa of main: A/a, B/b, C/c",
    ],
    [
      "waiting for five of them, of which three are named",
      {
        sync: "OutOfSync",
        isAutomated: true,
        resources: unsynced("A/a", "B/b", "C/c", "D/d", "E/e"),
      },
      "waiting: OutOfSync, Healthy at aaaaaaa of main: A/a, B/b, C/c and 2 more",
    ],
    [
      "waiting for somebody to sync it",
      { sync: "OutOfSync", resources: unsynced("Service/web") },
      "waiting: OutOfSync, Healthy at aaaaaaa of main: Service/web; it does not sync by itself: ask for it with --sync",
    ],
    [
      "unknown, which no sync mends",
      { sync: "Unknown", resources: unsynced("Service/web") },
      "waiting: Unknown, Healthy at aaaaaaa of main",
    ],
    [
      "in the way of several errors",
      { health: "Progressing", errors: ["AError: a", "BError: b"] },
      "waiting: Synced at aaaaaaa of main, Progressing; AError: a; BError: b",
    ],
    [
      "suspended as it is meant to be",
      { health: "Suspended", unwell: [suspended] },
      "done: Synced at aaaaaaa of main, Suspended: CronJob/nightly Suspended",
    ],
    [
      "degraded beside a job that is suspended",
      { health: "Degraded", unwell: [suspended] },
      "failed: Synced at aaaaaaa of main, Degraded: CronJob/nightly Suspended",
    ],
    [
      "suspended beside a job that failed",
      { health: "Suspended", unwell: [suspended, { ...suspended, health: "Degraded" }] },
      "waiting: Synced at aaaaaaa of main, Suspended: CronJob/nightly Suspended, CronJob/nightly Degraded",
    ],
  ])("%s", (_, application, detail) => {
    expect(said(application)).toBe(detail);
  });

  test.each([
    ["Terminating", [ours], "waiting: syncing: hook"],
    ["Running", [ours], "waiting: syncing: hook"],
    ["Error", [ours], "failed: the sync ended in Error: hook"],
    ["Failed", [old, ours], "failed: the sync ended in Failed: hook"],
    ["Failed", [old], "done: Synced at aaaaaaa of main, Healthy"],
    ["Succeeded", [ours], "done: Synced at aaaaaaa of main, Healthy"],
  ])("%s, with an operation about %j: %s", (phase, revisions, detail) => {
    expect(
      said({
        operation: { phase, message: "hook", startedAt: "", revisions, retries: 0, failures: [] },
      }),
    ).toBe(detail);
  });
});

test("no sync is asked for where no source is ours", () => {
  expect(awaitsSync(factsOf({ sync: "OutOfSync", sources: [] }))).toBe(false);
  expect(awaitsSync(factsOf({ sync: "OutOfSync" }))).toBe(true);
});
