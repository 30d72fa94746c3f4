/** Verify and status against a server that speaks the API of Flux's objects. */

import { describe, expect, test } from "vitest";
import { openFlux } from "../../../src/adapters/cluster/flux.ts";
import { viewCluster } from "../../../src/usecases/verify/cluster-view.ts";
import { inTurn } from "../../support/api-server.ts";
import {
  gitRepositoryJson,
  helmReleaseJson,
  kustomizationJson,
} from "../../support/flux-objects.ts";
import { serveKubernetes } from "../../support/kubernetes-server.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { newer, old, ours, portsFor, repository, verifyAt } from "../../support/verify-stage.ts";

const ref = { kind: "Kustomization", name: "apps", namespace: "robson" } as const;
const kustomizations = "kustomize.toolkit.fluxcd.io/v1/kustomizations/apps";

/** Serves a Kustomization that goes from one commit to the next with every look. */
async function serve(...commits: readonly string[]) {
  const applied = inTurn(commits);
  return serveKubernetes({
    workload: (path) => {
      if (path === kustomizations) return kustomizationJson({ applied: applied() });
      const isSource = path === "source.toolkit.fluxcd.io/v1/gitrepositories/robson";
      return isSource ? gitRepositoryJson({ url: repository, commit: ours }) : undefined;
    },
  });
}

const patches = ({ asked }: Awaited<ReturnType<typeof serve>>) =>
  asked.filter(({ method }) => method !== "GET");

describe("Flux", () => {
  test("is waited for until it has applied our commit or a later one, and asked for nothing", async () => {
    const server = await serve(old, old, newer);
    const { result, steps } = await verifyAt({ kubernetes: server.url }, { flux: [ref] });
    expect(result).toMatchObject({ outcome: "verified", tookMs: 2_000 });
    expect(steps).toEqual(["pins done", "flux done"]);
    expect(patches(server)).toEqual([]);
  });

  test("is asked once with --sync: its source first, then itself, by annotation", async () => {
    const server = await serve(old, old, old, ours);
    const { result } = await verifyAt({ kubernetes: server.url }, { flux: [ref], mode: "sync" });
    expect(result.outcome).toBe("verified");
    expect(
      patches(server).map(({ method, path }) => `${method} ${path.split("/").at(-1)}`),
    ).toEqual(["PATCH robson", "PATCH apps"]);
    const [first] = patches(server);
    expect(first?.headers["content-type"]).toBe("application/merge-patch+json");
    expect(first?.body).toEqual({
      metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": expect.any(String) } },
    });
  });

  test("that has no object of that name says so", async () => {
    const server = await serve(ours);
    const refs = [{ ...ref, name: "other" }];
    const { result } = await verifyAt({ kubernetes: server.url }, { flux: refs });
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toBe('there is none of that name in "robson"');
  });

  test("is only read by status", async () => {
    const server = await serve(old);
    const { ports } = portsFor({ kubernetes: server.url });
    const { view } = await viewCluster(
      {
        ...{ revision: "1a2b3c4".padEnd(40, "0") as never, tag: "sha-1a2b3c4" as never },
        ...{ commit: ours, repository, branch: "main", pinned: { tip: ours, pins: [] } },
        ...{ flux: [ref], workloads: [] },
      },
      ports,
    );
    expect(view.flux).toEqual([
      {
        ...{ object: "Kustomization/apps", namespace: "robson", applied: old, state: "waiting" },
        detail: "applied 0000000, which is not our commit yet",
      },
    ]);
    expect(patches(server)).toEqual([]);
  });

  test("of an older version is read in that", async () => {
    const path = "helm.toolkit.fluxcd.io/v2beta2/helmreleases/web";
    const server = await serveKubernetes({
      workload: (asked) => (asked === path ? helmReleaseJson({}) : undefined),
      missing: ["helm.toolkit.fluxcd.io/v2"],
    });
    const flux = openFlux({
      entrance: { server: new URL(server.url), tls: {}, token: async () => undefined },
      ...{ clock: sleeplessClock(), timeoutMs: 5_000 },
    });
    const found = await flux.read({ kind: "HelmRelease", name: "web", namespace: "robson" });
    expect(found?.object).toMatchObject({ applied: "1.2.3", ready: "True" });
  });
});
