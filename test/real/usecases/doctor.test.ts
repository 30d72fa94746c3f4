/** Each check of doctor, well and not: what it says, and the remedy. */

import { describe, expect, test } from "vitest";
import { type Application, readApplication } from "../../../src/core/cluster/argo-application.ts";
import { readFluxObject } from "../../../src/core/cluster/flux-object.ts";
import type { Workload } from "../../../src/core/cluster/workload.ts";
import { Failure } from "../../../src/core/failure.ts";
import { asDigest } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import type { PushReply } from "../../../src/core/landing/push-outcome.ts";
import { findPlaces, type ManifestRules } from "../../../src/core/pins/index.ts";
import type { Cluster } from "../../../src/ports.ts";
import type { TokenRights } from "../../../src/usecases/doctor/checks.ts";
import {
  type DoctorPorts,
  type DoctorRequest,
  doctor,
} from "../../../src/usecases/doctor/doctor.ts";
import { applicationJson } from "../../support/argocd-server.ts";
import { type KustomizationState, kustomizationJson } from "../../support/flux-objects.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { old, repository, robsonProd } from "../../support/verify-stage.ts";

const clock = sleeplessClock();
const now = clock.nowMs();
const application = readApplication(applicationJson(repository, { revision: old }))!;
const digest = asDigest(`sha256:${"1".repeat(64)}`)!;
const refused = new Failure("remote-denied", "Cannot read it: access was denied", "Check it.");
const fail = () => Promise.reject(refused);

const argocdThat = (maySync: boolean | undefined) => ({
  application: async () => application,
  applications: async () => [],
  maySync: async () => maySync,
  syncWindows: async () => undefined,
});
const argocdAs = (state: Partial<Application>): Partial<DoctorPorts> => ({
  openArgoCd: async () => ({
    ...argocdThat(true),
    application: async () => ({ ...application, ...state }),
  }),
});
const clusterWith = (workload: object | undefined, podsOf: Cluster["podsOf"] = async () => []) => ({
  ...{ workload: async () => workload as never, podsOf },
  ...{ workloadsIn: async () => [], hasNamespace: async () => true },
});

const request: DoctorRequest = {
  images: ["acme/web", "acme/api", "ghcr.io/acme/job"].map((name) => parseImageName(name)!),
  rollout: [{ namespace: "robson", workloads: [{ kind: "Deployment", name: "web" }] }],
};
const everyImage = "- image: acme/web:1\n- image: acme/api:1\n- image: ghcr.io/acme/job:1\n";
const well: DoctorPorts = {
  clock,
  readConfig: async () => '"landfall.yaml": 3 images',
  gitVersion: async () => "git version 2.39.5",
  fetchTip: async () => old,
  readPins: pinned(),
  probeWrite: async () => ({ kind: "accepted", words: "" }),
  trySigning: async () => {},
  tokenRights: async () => ({ mayPush: true }),
  openRegistry: async () => ({ find: async () => ({ kind: "missing" }) }),
  loginAt: () => "taken",
  openArgoCd: async () => argocdThat(true),
  findApps: async () => [robsonProd],
  openCluster: async () => clusterWith({}),
  serverTimes: async () => [{ host: "git.example.org", dateMs: now - 1_000, atMs: now }],
};

/** Returns a reader of one manifest. */
function pinned(text = everyImage, rules: ManifestRules = {}): DoctorPorts["readPins"] {
  const file = { path: "k8s/a.yaml", bytes: new TextEncoder().encode(text) };
  return async () => ({ ...findPlaces([file], request.images, rules), rules });
}

async function examine(ports: Partial<DoctorPorts>, more: Partial<DoctorRequest> = {}) {
  const result = await doctor({ ...request, ...more }, { ...well, ...ports });
  return { ...result, named: new Map(result.checks.map((check) => [check.name, check])) };
}

test("all is well: every check is ok, in the order of a deploy, and the status is 0", async () => {
  const { exit, checks } = await examine({});
  expect(exit).toBe(0);
  expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...["config ok", "git ok", "remote ok", "pins ok", "write ok", "signing ok", "token ok"],
    ...["registry docker.io ok", "registry ghcr.io ok", "argocd ok", "cluster ok", "clock ok"],
  ]);
  expect(checks.every(({ remedy }) => remedy === undefined)).toBe(true);
});

test("the manifests: what would move, what would not, and what is wrong with them", async () => {
  const look = async (text?: string, rules?: ManifestRules) => {
    const { named, mentions, exit } = await examine({ readPins: pinned(text, rules) });
    return { ...named.get("pins"), mentions, exit };
  };
  expect(await look()).toMatchObject({ state: "ok", detail: "3 pins", exit: 0 });
  const more = `${everyImage}- args: [acme/web:1]\n# acme/web\n`;
  const told = { file: "k8s/a.yaml", image: "acme/web" };
  expect(await look(more)).toMatchObject({
    ...{ state: "warn", detail: "3 pins, and 1 place that would not be moved", exit: 0 },
    mentions: [
      { ...told, line: 4, kind: "place" },
      { ...told, line: 5, kind: "comment" },
    ],
  });
  expect(await look(more, { mentions: "refuse" })).toMatchObject({ state: "fail", exit: 2 });
  expect(await look("image: acme/web:1\n")).toMatchObject({
    ...{ state: "fail", detail: 'no manifest pins "acme/api"', exit: 2 },
  });
  const shared = "a: &t 1\nname: *t\nb: {repository: acme/web, tag: *t}\n";
  expect((await look(everyImage + shared.replace(/^/gm, "  ").replace(" ", "-"))).detail).toMatch(
    /^k8s\/a\.yaml:4:9 cannot be moved: "acme\/web" has the anchor "&t"/,
  );
  const unreadable = { readPins: async () => fail() };
  expect((await examine(unreadable)).named.get("pins")).toMatchObject({ state: "fail" });
  const gone = { fetchTip: fail, readPins: async () => fail() };
  expect((await examine(gone)).named.get("pins")).toMatchObject({ state: "skipped" });
});

const pushed = (kind: PushReply["kind"], words = "the server's words"): Partial<DoctorPorts> => ({
  probeWrite: async () => ({ kind, words }) as PushReply,
});
const rights = (found: TokenRights | undefined): Partial<DoctorPorts> => ({
  tokenRights: async () => found,
});
const skewed = (ms: number): Partial<DoctorPorts> => ({
  serverTimes: async () => [{ host: "git.example.org", dateMs: now - ms, atMs: now }],
});

type Row = readonly [
  name: string,
  ports: Partial<DoctorPorts>,
  check: string,
  state: string,
  said: RegExp,
];

const rows: readonly Row[] = [
  ["settings that are wrong", { readConfig: fail }, "config", "fail", /access was denied/],
  ["no git", { gitVersion: fail }, "git", "fail", /access was denied/],
  [
    "a git that is too old",
    { gitVersion: async () => "git version 2.30.2" },
    "git",
    "fail",
    /2.30.2/,
  ],
  [
    "a git of Apple's",
    { gitVersion: async () => "git version 2.39.5 (Apple)" },
    "git",
    "ok",
    /2.39/,
  ],
  ["a git of the future", { gitVersion: async () => "git version 3.1" }, "git", "ok", /3.1/],
  ["a git that says nothing", { gitVersion: async () => "" }, "git", "warn", /says ""/],
  ["a remote that denies", { fetchTip: fail }, "remote", "fail", /access was denied/],
  [
    "a server that takes no push",
    pushed("refused"),
    "write",
    "fail",
    /no push: the server's words/,
  ],
  ["a branch that moved meanwhile", pushed("raced"), "write", "ok", /would take a push/],
  ["a server that is away", pushed("not-sent"), "write", "fail", /could not be asked/],
  ["a server that says nothing", pushed("silent"), "write", "fail", /could not be asked/],
  ["a server that is busy", pushed("throttled"), "write", "warn", /asks to wait/],
  ["a key that cannot sign", { trySigning: fail }, "signing", "fail", /access was denied/],
  ["a token nobody knows of", rights(undefined), "token", "skipped", /does not say/],
  ["a token that may not push", rights({ mayPush: false }), "token", "warn", /may not push/],
  [
    "a token that may do too much",
    rights({ mayPush: true, scopes: ["repo", "admin:org", "delete_repo"] }),
    "token",
    "warn",
    /may also admin:org, delete_repo/,
  ],
  [
    "a token with an end",
    rights({ mayPush: true, expires: "2027-01-01" }),
    "token",
    "ok",
    /until 2027/,
  ],
  ["a token of which nothing more is known", rights({}), "token", "ok", /nothing is wrong/],
  ["a registry that denies", { openRegistry: fail }, "registry ghcr.io", "fail", /denied/],
  ["no way to log in", { loginAt: undefined }, "registry ghcr.io", "warn", /anonymously/],
  ["no login", { loginAt: () => "none" }, "registry docker.io", "warn", /anonymously/],
  [
    "a login that nobody asked for",
    { loginAt: () => "not asked for" },
    "registry docker.io",
    "ok",
    /whether the login is good was not asked for$/,
  ],
  [
    "an image that is there",
    {
      openRegistry: async () => ({ find: async () => ({ kind: "found", digest, mediaType: "" }) }),
    },
    "registry docker.io",
    "ok",
    /can be read, logged in/,
  ],
  ["an Argo CD that denies", { openArgoCd: fail }, "argocd", "fail", /denied/],
  ["a token that may sync", {}, "argocd", "ok", /; the token may sync it$/],
  [
    "a token that may not sync",
    { openArgoCd: async () => argocdThat(false) },
    "argocd",
    "ok",
    /but not sync it$/,
  ],
  [
    "an Argo CD that says nothing of tokens",
    { openArgoCd: async () => argocdThat(undefined) },
    "argocd",
    "ok",
    /is Synced, Healthy$/,
  ],
  [
    "a cluster that shows workloads, but no pods",
    { openCluster: async () => clusterWith({ podSelector: "app=web" }, fail) },
    "cluster",
    "fail",
    /denied/,
  ],
  ["a cluster that denies", { openCluster: fail }, "cluster", "fail", /denied/],
  [
    "a workload that is not there",
    { openCluster: async () => clusterWith(undefined) },
    "cluster",
    "warn",
    /"robson" has no Deployment\/web/,
  ],
  [
    "an Application that Argo CD cannot compare",
    argocdAs({ sync: "Unknown", errors: ["ComparisonError: authentication required"] }),
    "argocd",
    "fail",
    /^"robson-prod" is Unknown, Healthy; ComparisonError: authentication required$/,
  ],
  [
    "an Application that is not well",
    argocdAs({ health: "Degraded" }),
    "argocd",
    "warn",
    /Degraded/,
  ],
  [
    "a sync window that is closed",
    {
      openArgoCd: async () => ({
        ...argocdThat(true),
        syncWindows: async () => ({ closed: "a sync window denies it now", isOpenToUs: false }),
      }),
    },
    "argocd",
    "warn",
    /; a sync window denies it now$/,
  ],
  [
    "a namespace that is not there",
    { openCluster: async () => ({ ...clusterWith({}), hasNamespace: async () => false }) },
    "cluster",
    "fail",
    /^there is no namespace "robson"$/,
  ],
  ["a clock that is late", skewed(-90_000), "clock", "warn", /90 s behind "git.example.org"/],
  ["a clock that is early", skewed(90_000), "clock", "warn", /90 s ahead of "git.example.org"/],
  ["no server with a clock", { serverTimes: async () => [] }, "clock", "skipped", /no server/],
  [
    "a server that asks to wait",
    { openArgoCd: () => Promise.reject(new Failure("throttled", "Cannot: busy", "Later.")) },
    "argocd",
    "warn",
    /busy/,
  ],
];

describe("doctor finds", () => {
  test.each(rows)("%s", async (_, ports, name, state, said) => {
    const { exit, named } = await examine(ports);
    expect(named.get(name)).toMatchObject({ state, detail: expect.stringMatching(said) });
    // What is not well has a remedy, and only a failure fails the whole.
    if (state === "fail" || state === "warn") expect(named.get(name)?.remedy).toBeTruthy();
    const isThrottled = named.get(name)?.code === "throttled";
    expect(exit).toBe(state === "fail" ? 1 : isThrottled ? 6 : 0);
  });

  test("settings that are wrong, and nothing else: 2", async () => {
    const wrong = () => Promise.reject(new Failure("config", "Cannot use it", "Mend it."));
    expect((await examine({ readConfig: wrong, openCluster: wrong })).exit).toBe(2);
    expect((await examine({ readConfig: wrong, fetchTip: fail })).exit).toBe(1);
  });

  test("what asks to wait, without calling it well: 6", async () => {
    const busy = () => Promise.reject(new Failure("throttled", "Cannot: busy", "Later."));
    expect((await examine({ openArgoCd: busy })).exit).toBe(6);
    expect((await examine(pushed("throttled"))).exit).toBe(6);
    expect((await examine({ openArgoCd: busy, fetchTip: fail })).exit).toBe(1);
  });

  test("what is wrong without hiding what is well", async () => {
    const { checks } = await examine({ fetchTip: fail, openRegistry: fail, openArgoCd: fail });
    const bad = checks.filter(({ state }) => state !== "ok").map(({ name }) => name);
    expect(bad).toEqual(["remote", "pins", "registry docker.io", "registry ghcr.io", "argocd"]);
  });

  test("nothing about what is not configured", async () => {
    const ports = { clock, readConfig: well.readConfig, gitVersion: well.gitVersion };
    const { exit, checks } = await doctor({ images: [] }, ports);
    expect(exit).toBe(0);
    expect(checks.filter(({ state }) => state === "skipped").map(({ name }) => name)).toEqual([
      ...["remote", "pins", "write", "signing", "token", "registry", "argocd", "cluster", "clock"],
    ]);
  });

  test("a cluster without named workloads readable by asking for one that is not there", async () => {
    const asked: string[] = [];
    const workload = async ({ name }: { name: string }) => {
      asked.push(name);
      return undefined;
    };
    const podsOf: Cluster["podsOf"] = async ({ podSelector }) => {
      asked.push(podSelector ?? "");
      return [];
    };
    const rollout = [{ namespace: "robson" }];
    const openCluster = async () => ({ ...clusterWith(undefined, podsOf), workload });
    const { named } = await examine({ openCluster, readPins: undefined as never }, { rollout });
    expect(named.get("cluster")).toMatchObject({ state: "ok" });
    expect(asked).toEqual(["landfall-doctor-asks", "app=landfall-doctor-asks"]);
  });

  test("settings that verify refuses, because no workload has one of the images", async () => {
    const { exit, named } = await examine(
      { readPins: pinned() },
      { rollout: [{ namespace: "robson" }] },
    );
    expect(exit).toBe(2);
    expect(named.get("cluster")).toMatchObject({ state: "fail", code: "config" });
  });

  test("workloads by their images where no manifest names one", async () => {
    const web = {
      kind: "Deployment" as const,
      name: "prod-web",
      containers: [{ name: "a", image: "acme/web:1" }],
    };
    const openCluster = async () => ({
      ...clusterWith(web),
      workloadsIn: async () => [web as Partial<Workload> as Workload],
    });
    const { named } = await examine(
      { readPins: pinned("image: acme/web:1\n"), openCluster },
      { rollout: [{ namespace: "robson" }] },
    );
    expect(named.get("cluster")).toMatchObject({
      ...{ state: "ok", detail: 'the workloads are there, in "robson"' },
    });
  });

  test.each<[string, KustomizationState | undefined, string, RegExp]>([
    ["ready", { applied: old }, "ok", /^Kustomization\/apps is Ready$/],
    ["suspended", { applied: old, suspend: true }, "warn", /^Kustomization\/apps is suspended$/],
    [
      "in trouble",
      { applied: old, ready: "False", reason: "BuildFailed", message: "no such file" },
      "warn",
      /^Kustomization\/apps: BuildFailed: no such file$/,
    ],
    ["absent", undefined, "fail", /^"robson" has no Kustomization\/apps$/],
  ])("Flux %s", async (_, applied, state, detail) => {
    const ref = { kind: "Kustomization", name: "apps", namespace: "robson" } as const;
    const object = applied && readFluxObject(ref, kustomizationJson(applied));
    const openFlux = async () => ({
      read: async () => object && { object, source: undefined },
      reconcile: fail,
    });
    const { named } = await examine({ openFlux }, { flux: [ref] });
    expect(named.get("flux")).toMatchObject({ state, detail: expect.stringMatching(detail) });
  });

  test("a bug to be a bug", async () => {
    const bug = () => Promise.reject(new TypeError("a bug"));
    await expect(examine({ fetchTip: bug })).rejects.toThrow("a bug");
  });
});
