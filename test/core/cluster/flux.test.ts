/** Whether Flux shows our commit: a table of what it says, and what follows. */

import { describe, expect, test } from "vitest";
import { commitsOf, fluxVerdict } from "../../../src/core/cluster/flux.ts";
import {
  asFluxName,
  readFluxObject,
  readFluxSource,
} from "../../../src/core/cluster/flux-object.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import {
  gitRepositoryJson,
  helmReleaseJson,
  type KustomizationState,
  kustomizationJson,
} from "../../support/flux-objects.ts";

const url = "https://git.example.org/acme/robson";
const [old, ours] = ["0", "a"].map((digit) => digit.repeat(40)) as [string, string];
const image = parseImageName("acme/web")!;
const pinned = [{ file: "infra/k8s/prod/web.yaml", owner: "Deployment/web", image }];
const followed = { repository: `${url}.git`, branch: "main", pinned };
const place = { name: "robson", namespace: "robson" };

type Source = Parameters<typeof gitRepositoryJson>[0] | undefined;

function sourceOf(source: Source) {
  const json = gitRepositoryJson({ url, commit: ours, ...source });
  return readFluxSource({ kind: "GitRepository", ...place }, json);
}

function judge(state: KustomizationState, source?: Source) {
  const ref = { kind: "Kustomization", name: "apps", namespace: "robson" } as const;
  const object = readFluxObject(ref, kustomizationJson(state))!;
  return fluxVerdict({ object, source: sourceOf(source), followed, ours: new Set([ours]) });
}

const failing = { applied: old, attempted: ours, ready: "False" } as const;

describe("a Kustomization", () => {
  test.each<[string, KustomizationState, Source, string, RegExp]>([
    ["at our commit", { applied: ours }, undefined, "done", /^applied aaaaaaa, Ready$/],
    [
      "at an older one",
      { applied: old },
      undefined,
      "waiting",
      /^applied 0000000, .* not our commit/,
    ],
    ["before any", { applied: "", ready: "Unknown" }, undefined, "waiting", /^applied nothing yet/],
    [
      "whose health checks go on",
      { applied: ours, ready: "Unknown", reason: "Progressing", message: "running checks" },
      undefined,
      "waiting",
      /^applied aaaaaaa; Ready is Unknown \(Progressing\): running checks$/,
    ],
    [
      "whose health checks failed",
      { ...failing, reason: "HealthCheckFailed", message: "Deployment/web timed out" },
      undefined,
      "failed",
      /; Ready is False \(HealthCheckFailed\): Deployment\/web timed out$/,
    ],
    [
      "that waits for another",
      { ...failing, reason: "DependencyNotReady" },
      undefined,
      "waiting",
      /DependencyNotReady/,
    ],
    [
      "that is suspended",
      { applied: old, suspend: true },
      undefined,
      "failed",
      /apps is suspended$/,
    ],
    [
      "that was suspended at our commit",
      { applied: ours, suspend: true },
      undefined,
      "done",
      /Ready \(it is suspended\)$/,
    ],
    [
      "whose source is suspended",
      { applied: old },
      { more: { suspend: true } },
      "failed",
      /; GitRepository\/robson is suspended$/,
    ],
    [
      "that nobody has looked at yet",
      { applied: ours, generation: 3 },
      undefined,
      "waiting",
      /not seen the change yet$/,
    ],
    [
      "of another repository",
      { applied: ours },
      { url: "https://git.example.org/acme/other" },
      "failed",
      /^Kustomization\/apps applies "https:\/\/git.example.org\/acme\/other", branch main, not/,
    ],
    ["of another branch", { applied: ours }, { branch: "dev" }, "failed", /branch dev, not main/],
    [
      "of another folder",
      { applied: ours, path: "./infra/k8s/stag" },
      undefined,
      "failed",
      /applies "infra\/k8s\/stag", not infra\/k8s\/prod\/web.yaml/,
    ],
    [
      "of another folder that makes our workload",
      { applied: ours, path: "./overlays/prod", entries: ["robson_prod-web_apps_Deployment"] },
      undefined,
      "done",
      /Ready$/,
    ],
  ])("%s", (_, state, source, kind, detail) => {
    const verdict = judge(state, source);
    expect(verdict).toMatchObject({ kind, detail: expect.stringMatching(detail) });
    if (verdict.kind === "failed") expect(verdict.hint).not.toBe("");
  });

  test.each([
    [`main/${ours}`, ours],
    [`refs/heads/main@sha1:${ours}`, ours],
    [`sha1:${ours}`, ours],
    ["latest@sha256:1234", "latest@sha256:1234"],
  ])("is read in every spelling of a revision: %s", (lastAppliedRevision, commit) => {
    const json = kustomizationJson({ applied: ours });
    const ref = { kind: "Kustomization", name: "apps", namespace: "robson" } as const;
    const status = { ...json.status, lastAppliedRevision };
    expect(readFluxObject(ref, { ...json, status })?.applied).toBe(commit);
    const origin = { ...status, lastAppliedOriginRevision: `main@sha1:${old}` };
    expect(readFluxObject(ref, { ...json, status: origin })?.applied).toBe(old);
  });
});

describe("a HelmRelease", () => {
  const ref = { kind: "HelmRelease", name: "web", namespace: "robson" } as const;
  const at = (state: Parameters<typeof helmReleaseJson>[0], commit?: string) => {
    const object = readFluxObject(ref, helmReleaseJson(state))!;
    const source = commit === undefined ? undefined : sourceOf({ commit });
    return fluxVerdict({ object, source, followed, ours: new Set([ours]) });
  };
  test("of a chart in a Helm repository is judged by itself", () => {
    expect(at({})).toEqual({ kind: "done", detail: "released chart 1.2.3, Ready" });
    expect(at({ observed: 2 }).kind).toBe("waiting");
    expect(at({ ready: "False", message: "timed out" })).toMatchObject({ kind: "failed" });
  });
  test("of a chart in git is at the commit of its source", () => {
    const source = "GitRepository";
    expect(at({ source }, ours).detail).toBe("applied aaaaaaa (chart 1.2.3), Ready");
    expect(at({ source }, old)).toMatchObject({ kind: "waiting" });
    const object = readFluxObject(ref, helmReleaseJson({ source }))!;
    expect(commitsOf({ object, source: sourceOf({}) })).toEqual([ours]);
  });
});

test("only what can be followed has a name", () => {
  expect(asFluxName("HelmRelease/web")).toEqual({ kind: "HelmRelease", name: "web" });
  for (const text of ["Bucket/x", "Kustomization/", "Kustomization/a/b"]) {
    expect(asFluxName(text)).toBeUndefined();
  }
});
