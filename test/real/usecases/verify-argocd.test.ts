/** Verify against a server that speaks Argo CD's REST, for each way a sync can go. */

import { describe, expect, test } from "vitest";
import { type ApiReply, inTurn } from "../../support/api-server.ts";
import {
  type ArgoState,
  applicationJson,
  refusal,
  serveArgoCd,
} from "../../support/argocd-server.ts";
import { deploymentJson, podJson, serveKubernetes } from "../../support/kubernetes-server.ts";
import {
  expected,
  imageName,
  newer,
  old,
  ours,
  repository,
  verifyAt,
  verifyPatiently,
  web,
} from "../../support/verify-stage.ts";

const wait = { mode: "wait" } as const;
const sync = { mode: "sync" } as const;

async function serve(...states: readonly (ArgoState | ApiReply)[]) {
  return serveArgoCd({ repository, state: inTurn(states) });
}

describe("Argo CD", () => {
  test("stale at the old revision, then syncing ours, is waited for", async () => {
    const server = await serve(
      { revision: old },
      { revision: old },
      { revision: ours, sync: "OutOfSync", operation: { phase: "Running", revision: ours } },
      { revision: ours, health: "Progressing", operation: { phase: "Succeeded", revision: ours } },
      { revision: ours, operation: { phase: "Succeeded", revision: ours } },
    );
    const { result, steps } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "verified", exit: 0, tookMs: 4_000 });
    expect(steps).toEqual(["pins done", "argocd done"]);
    // Argo CD looks at git by itself every three minutes; asked to, at once.
    const reads = server.asked.filter(({ path }) => path.endsWith("/robson-prod"));
    const refreshes = reads.map(({ query }) => query.get("refresh"));
    expect(refreshes).toEqual(["normal", "normal", "normal", null, null]);
  });

  test("at a descendant of our commit shows our commit", async () => {
    const server = await serve({ revision: old }, { revision: newer });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "verified", exit: 0 });
  });

  test("Synced and Healthy at the old revision to the end is no success", async () => {
    const server = await serve({ revision: old });
    const { result, steps } = await verifyAt(
      { argocd: server.url },
      { ...wait, pages: [{ url: "http://127.0.0.1:9/", status: 200 }] },
    );
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(steps).toEqual(["pins done", "argocd waiting", "smoke skipped"]);
    expect(result.steps[1]?.detail).toMatch(/^Synced, Healthy at 0000000 .* not our commit yet \(/);
  });

  test("Degraded for good fails before the time is over", async () => {
    const server = await serve({ revision: ours, health: "Degraded" });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "failed", exit: 1, tookMs: 3_000 });
    expect(result.steps[1]?.hint).toMatch(/events and logs/);
  });

  test("Degraded for a moment, as it was before our commit, does not fail", async () => {
    const sick: ArgoState = { revision: ours, health: "Degraded" };
    const server = await serve(sick, sick, { ...sick, health: "Progressing" }, { revision: ours });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result.outcome).toBe("verified");
  });

  const node = (kind: string, health: string, more: object = {}) => {
    return { kind, name: kind.toLowerCase(), version: "v1", health: { status: health }, ...more };
  };

  test("of version 3, Degraded, is asked for its tree, which says what is not well", async () => {
    const message = "Back-off pulling image";
    const tree = [
      node("Deployment", "Degraded", { uid: "d" }),
      node("Pod", "Degraded", {
        health: { status: "Degraded", message },
        parentRefs: [{ kind: "Deployment", name: "deployment", uid: "d" }],
      }),
      node("Service", "Healthy"),
      node("Job", "Degraded"),
    ];
    const server = await serve({ revision: ours, health: "Degraded", tree });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(
      /Degraded: Deployment\/deployment Degraded \(Pod\/pod: Back-off pulling image\), Job\/job Degraded$/,
    );
  });

  test("whose tree may not be read says Degraded alone", async () => {
    const health = { status: { resourceHealthSource: "appTree", health: { status: "Degraded" } } };
    const { status, ...rest } = applicationJson(repository, { revision: ours });
    const server = await serve({ body: { ...rest, status: { ...status, ...health.status } } });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result.steps[1]?.detail).toMatch(/^Synced at .* Degraded$/);
  });

  test("with a CronJob that somebody suspended is well, with a paused Deployment is not", async () => {
    const cronJob = node("CronJob", "Suspended");
    const meant: ArgoState = { revision: ours, health: "Suspended", tree: [cronJob] };
    const at = async (state: ArgoState) => {
      return (await verifyAt({ argocd: (await serve(state)).url }, wait)).result.outcome;
    };
    expect(await at(meant)).toBe("verified");
    expect(await at({ ...meant, tree: [cronJob, node("Deployment", "Suspended")] })).toBe(
      "timeout",
    );
    expect(await at({ ...meant, tree: [] })).toBe("timeout");
    const { tree: _, ...older } = meant;
    expect(await at({ ...older, resources: [cronJob] })).toBe("verified");
  });

  test("whose sync of our commit failed fails, with its words", async () => {
    const message = 'one or more objects failed to apply: Deployment "web" is invalid';
    const operation = { phase: "Failed", revision: ours, message } as const;
    const server = await serve({ revision: ours, sync: "OutOfSync", operation });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toContain(message);
  });

  test("with a chart and a third repository beside ours is judged by ours alone", async () => {
    const others = [
      { repoURL: "https://charts.example.org", revision: "15.2.1" },
      { repoURL: "https://git.example.org/acme/values", revision: "c".repeat(40) },
    ];
    const server = await serve(
      { revision: "", sources: [...others, { repoURL: repository, revision: old }] },
      { revision: "", sources: [...others, { repoURL: `${repository}.git`, revision: ours }] },
    );
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "verified", tookMs: 1_000 });
  });

  test("that is not there now and then is asked again", async () => {
    const busy = { status: 503, body: "<html>no upstream</html>" };
    const server = await serve(busy, { revision: old }, busy, { revision: ours });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result.outcome).toBe("verified");
  });

  test("that asks for time gets it", async () => {
    const busy = { ...refusal(429, 8, "too many"), headers: { "retry-after": "20" } };
    const server = await serve(busy, { revision: ours });
    const { clock } = await verifyAt({ argocd: server.url }, wait);
    expect(clock.sleptMs).toEqual([20_000]);
  });

  test("that cannot be read to the end leaves the outcome unknown: status 5", async () => {
    const server = await serve({ status: 502, body: "<html>bad gateway</html>" });
    const { result, steps } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(steps).toEqual(["pins done", "argocd unreadable"]);
  });

  test("that does not answer at all is unreadable too", async () => {
    const server = await serveArgoCd({ repository, state: () => ({ revision: ours }) });
    const nobody = server.url.replace(/\d+$/, "1");
    const { result } = await verifyAt({ argocd: nobody }, wait);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.steps[1]?.detail).toContain("127.0.0.1:1");
  });

  test("that asks for time to the end is throttled: status 6", async () => {
    const server = await serve(refusal(429, 8, "too many"));
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "unknown", exit: 6 });
    expect(result.steps[1]).toMatchObject({ state: "unreadable", code: "throttled" });
  });

  test("that hides the Application says nothing of the deploy, and waiting would not help", async () => {
    const server = await serve(refusal(403, 7, "permission denied"));
    const { result, clock } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.steps[1]).toMatchObject({ state: "unreadable", code: "cluster-denied" });
    expect(result.steps[1]?.hint).toMatch(/LANDFALL_ARGOCD_TOKEN/);
    expect(clock.sleptMs).toEqual([]);
  });
});

const denied = { kind: "deny", schedule: "0 22 * * *", duration: "8h", manualSync: false };
const windows = { activeWindows: [denied], assignedWindows: [denied], canSync: false };
const drifted: ArgoState = { revision: ours, sync: "OutOfSync" };

describe("an Application", () => {
  test("of another folder that pins the same images is none of ours, and is named", async () => {
    const bytes = Buffer.from(
      `kind: Pod\nspec: { containers: [{ image: "${imageName}:sha-0" }] }\n`,
    );
    const files = [{ path: "infra/k8s/stag/web.yaml", bytes }];
    const server = await serve({ revision: ours, path: "infra/k8s/stag" });
    const { result } = await verifyAt({ argocd: server.url, files }, wait);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(
      /^"robson-prod" deploys "infra\/k8s\/stag", which pins the images itself, at infra\/k8s\/stag\/web.yaml:2:/,
    );
  });

  test("that only its workload tells to be ours is not believed while it runs another tag", async () => {
    const rendered = { revision: ours, path: "chart", sourceType: "Helm" } as const;
    const server = await serve(rendered, { ...rendered, images: [`${imageName}:${expected.tag}`] });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "verified", tookMs: 1_000 });
    const stuck = await verifyAt({ argocd: (await serve(rendered)).url }, wait);
    expect(stuck.result.steps[1]?.detail).toMatch(/; it runs ldamasio\/.*:sha-0000001$/);
  });

  test("that a sync window holds back says so", async () => {
    const state = () => drifted;
    const server = await serveArgoCd({ repository, state, windows });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result.steps[1]).toMatchObject({
      state: "waiting",
      detail: expect.stringMatching(
        /; a sync window denies it now \(deny "0 22 \* \* \*" for 8h\)$/,
      ),
    });
  });

  test("whose controller is down is read as it is, and that is told", async () => {
    const server = await serveArgoCd({
      repository,
      state: () => ({ revision: old }),
      isMute: true,
    });
    const { result } = await verifyAt({ argocd: server.url, timeoutMs: 200 }, wait);
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(/asked to compare, it does not answer$/);
    expect(result.steps[1]?.hint).toMatch(/application controller/);
  });

  test("that was changed in the cluster and does not heal ends with the truth", async () => {
    const operation = { phase: "Succeeded", revision: ours } as const;
    const server = await serve({ ...drifted, operation });
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result).toMatchObject({ outcome: "failed", tookMs: 3_000 });
    expect(result.steps[1]?.hint).toMatch(/verify --sync/);
  });

  test("that differs by its replicas alone is through, and by its image is not", async () => {
    const operation = { phase: "Succeeded", revision: ours } as const;
    const at = async (tag: string) => {
      const server = await serve({ ...drifted, operation, images: [`${imageName}:${tag}`] });
      return (await verifyAt({ argocd: server.url }, wait)).result;
    };
    expect(await at(expected.tag)).toMatchObject({ outcome: "verified" });
    expect((await at(expected.tag)).steps[1]?.detail).toMatch(/; beside it, Deployment\/web OutOf/);
    expect(await at("sha-0000001")).toMatchObject({ outcome: "failed" });
  });

  test("that is Progressing to the end is explained by the pods", async () => {
    const argocd = await serve({ revision: ours, health: "Progressing" });
    const image = `${imageName}:${expected.tag}`;
    const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
    const kubernetes = await serveKubernetes({
      workload: () => deploymentJson("web", { image, updated: 1 }),
      pods: () => [podJson({ name: "web-5d-x", image, waiting })],
    });
    const servers = { argocd: argocd.url, kubernetes: kubernetes.url };
    const { steps, result } = await verifyAt(servers, { ...wait, workloads: [web] });
    expect(steps).toEqual(["pins done", "argocd waiting", "rollout skipped"]);
    expect(result.steps[2]?.detail).toBe(
      "not waited for: 1 of 2 pods are new; pod web-5d-x: ImagePullBackOff: Back-off pulling image",
    );
  });
});

describe("in the usual time, the end is the true one", () => {
  const until = (endMs: number, before: ArgoState, after: ArgoState) =>
    verifyPatiently(async (late) => {
      const state = () => (late() < endMs ? before : after);
      return { argocd: (await serveArgoCd({ repository, state })).url };
    });

  test("of a sync that Argo CD begins anew five times, for 345 s", async () => {
    const message = "field is immutable. Retrying attempt #4";
    const running = { phase: "Running", revision: ours, message, retryCount: 4 } as const;
    const failed = { phase: "Failed", revision: ours, message: "(retried 5 times)" } as const;
    const result = await until(
      345_000,
      { ...drifted, operation: running },
      { ...drifted, operation: failed },
    );
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toBe("the sync ended in Failed: (retried 5 times)");
  });

  test("of an image that cannot be pulled, past a progress deadline of 600 s", async () => {
    const tree = (status: string) => [
      { kind: "Deployment", name: "web", uid: "d", health: { status } },
      {
        ...{ kind: "Pod", name: "web-x", parentRefs: [{ uid: "d" }] },
        health: { status: "Degraded", message: "Back-off pulling image" },
      },
    ];
    const at = (health: string): ArgoState => ({ revision: ours, health, tree: tree(health) });
    const result = await until(600_000, at("Progressing"), at("Degraded"));
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(/\(Pod\/web-x: Back-off pulling image\)$/);
  });
});

describe("--sync", () => {
  const differs: ArgoState = { revision: ours, sync: "OutOfSync", automated: null };

  test("asks once, as soon as our commit is known, and waits for what comes of it", async () => {
    const server = await serve({ revision: old, automated: null }, differs, differs, {
      ...{ revision: ours, automated: null },
      operation: { phase: "Succeeded", revision: ours },
    });
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result.outcome).toBe("verified");
    const posts = server.asked.filter(({ method }) => method === "POST");
    expect(posts.map(({ path, body }) => [path, body])).toEqual([
      ["/api/v1/applications/robson-prod/sync", { name: "robson-prod" }],
    ]);
    expect(server.asked.map(({ method }) => method).join(" ")).toBe("GET GET POST GET GET");
  });

  test("that a window forbids is no riddle about tokens", async () => {
    const blocked = refusal(403, 7, "cannot sync: blocked by sync window");
    const server = await serveArgoCd({
      repository,
      state: () => differs,
      sync: () => blocked,
      windows,
    });
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(/; a sync window denies it now/);
  });

  test("that may only be read says which right is missing", async () => {
    const server = await serveArgoCd({
      ...{ repository, state: () => differs },
      sync: () => refusal(403, 7, "permission denied"),
    });
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result.steps[1]).toMatchObject({
      ...{ state: "unreadable", code: "cluster-denied" },
      hint: "Give the token's role the right to sync the Application.",
    });
  });

  test("is not asked for without the flag", async () => {
    const server = await serve(differs);
    const { result } = await verifyAt({ argocd: server.url }, wait);
    expect(result.outcome).toBe("timeout");
    expect(server.asked.some(({ method }) => method === "POST")).toBe(false);
  });

  test("is asked again while another operation is in the way", async () => {
    const busy = refusal(400, 9, "another operation is already in progress");
    const answers = inTurn([busy, { body: {} }]);
    const states = inTurn<ArgoState>([differs, differs, { revision: ours }]);
    const server = await serveArgoCd({ repository, state: states, sync: answers });
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result.outcome).toBe("verified");
    expect(server.asked.filter(({ method }) => method === "POST")).toHaveLength(2);
  });

  test("is not blamed for a failure from before it was asked for", async () => {
    const before = { phase: "Failed", revision: ours, startedAt: "2026-11-24T01:00:00Z" } as const;
    const stale: ArgoState = { ...differs, operation: before };
    const server = await serve(stale, stale, stale, stale, stale, stale, { revision: ours });
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result.outcome).toBe("verified");
  });

  test("that fails is not asked for again", async () => {
    const before = { phase: "Succeeded", revision: old } as const;
    const message = "one or more objects failed";
    const startedAt = "2026-11-24T02:01:00Z";
    const after = { phase: "Failed", revision: ours, message, startedAt } as const;
    const failed = { ...differs, operation: after };
    const server = await serve({ ...differs, operation: before }, failed);
    const { result } = await verifyAt({ argocd: server.url }, sync);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toContain(message);
    expect(server.asked.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});
