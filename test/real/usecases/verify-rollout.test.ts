/** Verify against a server that speaks Kubernetes' REST, and against pages. */

import { describe, expect, test } from "vitest";
import { type ApiReply, inTurn, serveApi } from "../../support/api-server.ts";
import { serveArgoCd } from "../../support/argocd-server.ts";
import {
  type DeploymentState,
  deadlineExceeded,
  deploymentJson,
  podJson,
  serveKubernetes,
  statusOf,
} from "../../support/kubernetes-server.ts";
import {
  digest,
  expected,
  imageName,
  ours,
  portsFor,
  repository,
  verifyAt,
  web,
} from "../../support/verify-stage.ts";

const image = `${imageName}:${expected.tag}`;
const before = `${imageName}:sha-0000000`;
const runs = `docker.io/${imageName}@${digest}`;
const pods = () => [1, 2].map((n) => podJson({ name: `web-${n}`, image, imageID: runs }));
const rollout = { workloads: [web] };

function serve(states: readonly DeploymentState[], more: { pods?: () => object[] } = {}) {
  const state = inTurn(states);
  const workload = () => deploymentJson("web", state());
  return serveKubernetes({ workload, pods, ...more });
}

describe("a rollout", () => {
  test("is waited for: template, controller, pods", async () => {
    const server = await serve([
      { image: before },
      { image, observedGeneration: 3 },
      { image, updated: 1, total: 3 },
      { image, available: 1 },
      { image },
    ]);
    const { result, said } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result).toMatchObject({ outcome: "verified", exit: 0, tookMs: 4_000 });
    expect(said[0]).toMatch(/^rollout Deployment\/web: its template still names/);
    expect(server.asked[0]?.path).toBe("/apis/apps/v1/namespaces/robson/deployments/web");
    expect(server.asked[1]?.path).toBe("/api/v1/namespaces/robson/pods");
    expect(server.asked[1]?.query.get("labelSelector")).toBe("app=web");
  });

  test("past its deadline fails, and pages are not looked at", async () => {
    const late = { image, updated: 1, total: 3, conditions: [deadlineExceeded] };
    const server = await serve([late]);
    const pages = [{ url: `${server.url}/never`, status: 200 }];
    const { result, steps } = await verifyAt({ kubernetes: server.url }, { ...rollout, pages });
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(steps).toEqual(["pins done", "rollout failed", "smoke skipped"]);
    expect(result.steps[1]?.detail).toMatch(/^ProgressDeadlineExceeded/);
    expect(server.asked.some(({ path }) => path === "/never")).toBe(false);
  });

  test("whose pods run another digest than the tag's fails, although all counts are right", async () => {
    const other = `docker.io/${imageName}@sha256:${"9".repeat(64)}`;
    const wrong = () => [podJson({ name: "web-1", image, imageID: other })];
    const server = await serve([{ image }], { pods: wrong });
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(
      /web-1 runs sha256:999.*, but sha-1a2b3c4 is sha256:11/,
    );
  });

  test("whose pods run another tag than the template's is not through", async () => {
    const stale = () => [podJson({ name: "web-1", image: before, imageID: runs })];
    const server = await serve([{ image }], { pods: stale });
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toBe(`pod web-1 still runs "${before}"`);
  });

  test("of a newer revision is ours too", async () => {
    const next = `${imageName}:sha-9999999`;
    const moved = () => [podJson({ name: "web-1", image: next })];
    const server = await serve([{ image: next }], { pods: moved });
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result.outcome).toBe("verified");
    expect(result.steps[1]?.detail).toMatch(/pods run sha-9999999$/);
  });

  test("has all its pods looked at, page by page", async () => {
    const many = Array.from({ length: 250 }, (_, n) => podJson({ name: `web-${n}`, image }));
    const last = podJson({ name: "web-250", image: before });
    const server = await serve([{ image, replicas: 251 }], { pods: () => [...many, last] });
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result.steps[1]?.detail).toMatch(/^pod web-250 still runs/);
  });

  test("finds the workloads of a namespace, also where there are no Rollouts", async () => {
    const paths: string[] = [];
    const server = await serveKubernetes({
      workload: () => undefined,
      list: (path) => {
        paths.push(path);
        return path === "apps/v1/deployments" ? [deploymentJson("web", { image })] : [];
      },
      missing: ["argoproj.io/v1alpha1"],
    });
    const { cluster } = portsFor({ kubernetes: server.url }).ports;
    const found = await cluster!.workloadsIn({ namespace: "robson" });
    expect(found.map(({ kind, name }) => `${kind}/${name}`)).toEqual(["Deployment/web"]);
    expect(paths.sort()).toEqual([
      ...["apps/v1/daemonsets", "apps/v1/deployments", "apps/v1/statefulsets"],
      ...["batch/v1/cronjobs", "batch/v1/jobs"],
    ]);
    expect(await cluster!.hasNamespace({ namespace: "robson" })).toBe(true);
    expect(await cluster!.hasNamespace({ namespace: "robsonn" })).toBe(false);
  });

  test("of a workload that is not there is waited for, and says so", async () => {
    const server = await serveKubernetes({ workload: () => undefined });
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toBe('there is none of that name in "robson"');
  });

  test("behind a gateway that knows no such path is no missing workload", async () => {
    const gateway = await serveApi(() => ({ status: 404, body: "<h1>404 page not found</h1>" }));
    const { result } = await verifyAt({ kubernetes: gateway.url }, rollout);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.steps[1]?.hint).toMatch(/API server's address/);
  });

  test("that may not be read names the right that is missing", async () => {
    const message = 'deployments.apps "web" is forbidden: User "ci" cannot get resource';
    const server = await serveApi(() => statusOf(403, "Forbidden", message));
    const { result } = await verifyAt({ kubernetes: server.url }, rollout);
    expect(result).toMatchObject({ outcome: "unknown", exit: 5 });
    expect(result.steps[1]?.detail).toContain(message);
    expect(result.steps[1]?.hint).toMatch(/the right to get deployments/);
  });

  test("ends the others' wait when it has failed", async () => {
    const paths = new Map([
      ["apps/v1/deployments/web", { image, updated: 1, conditions: [deadlineExceeded] }],
      ["apps/v1/deployments/api", { image: before }],
    ]);
    const workload = (path: string) => deploymentJson(path.split("/").at(-1)!, paths.get(path)!);
    const server = await serveKubernetes({ workload, pods });
    const both = { workloads: [web, { ...web, name: "api" }] };
    const { result } = await verifyAt({ kubernetes: server.url }, both);
    expect(result.outcome).toBe("failed");
    expect(result.tookMs).toBeLessThan(10_000);
  });
});

describe("a page", () => {
  const build = (tag: string): ApiReply => ({ body: `<footer>Build: ${tag}</footer>` });
  const pageAt = (url: string, more: object = {}) => ({
    pages: [{ url, status: 200, contains: "Build: {tag}", ...more }],
  });

  test("with the old build is asked until it shows the new", async () => {
    const replies = inTurn([build("sha-0000000"), build("sha-0000000"), build("sha-1a2b3c4")]);
    const server = await serveApi(replies);
    const { result } = await verifyAt({}, pageAt(server.url));
    expect(result).toMatchObject({ outcome: "verified", exit: 0, tookMs: 2_000 });
  });

  test("that shows a newer build shows ours too", async () => {
    const server = await serveApi(() => build("sha-9999999"));
    expect((await verifyAt({}, pageAt(server.url))).result.outcome).toBe("verified");
  });

  test("with the old build to the end is not reached", async () => {
    const server = await serveApi(() => build("sha-0000000"));
    const { result } = await verifyAt({}, pageAt(server.url));
    expect(result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(result.steps[1]?.detail).toMatch(/it shows sha-0000000$/);
  });

  test("is asked again no more often than it may be", async () => {
    const server = await serveApi(() => ({ status: 503, body: "down" }));
    const { result } = await verifyAt({}, pageAt(server.url, { retries: 2 }));
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(server.asked).toHaveLength(3);
  });

  test("is followed within its own origin, and not out of it", async () => {
    const away = await serveApi(() => build("sha-1a2b3c4"));
    const within: Record<string, ApiReply> = {
      "/": { status: 302, headers: { location: "/home" }, body: "" },
      "/home": build("sha-1a2b3c4"),
      "/away": { status: 302, headers: { location: `${away.url}/` }, body: "" },
    };
    const server = await serveApi(({ path }) => within[path] ?? { status: 404, body: "" });
    expect((await verifyAt({}, pageAt(server.url))).result.outcome).toBe("verified");
    const { result } = await verifyAt({}, pageAt(`${server.url}/away`));
    expect(result.steps[1]?.detail).toContain(`redirects to "${away.url}/"`);
    expect(away.asked).toEqual([]);
  });

  test("that goes round in circles comes to an end", async () => {
    const server = await serveApi(() => ({ status: 302, headers: { location: "/" }, body: "" }));
    const { result } = await verifyAt({}, pageAt(server.url, { retries: 0 }));
    expect(result.outcome).toBe("failed");
    expect(server.asked).toHaveLength(4);
  });

  test("comes after Argo CD and the workloads, not before", async () => {
    const state = inTurn([{ revision: "0".repeat(40) }, { revision: ours }]);
    const argo = await serveArgoCd({ repository, state });
    const kubernetes = await serve([{ image }]);
    const order: string[] = [];
    const server = await serveApi(() => {
      order.push(`page after ${argo.asked.length} + ${kubernetes.asked.length}`);
      return build("sha-1a2b3c4");
    });
    const servers = { argocd: argo.url, kubernetes: kubernetes.url };
    const request = { ...rollout, ...pageAt(server.url) };
    const { result } = await verifyAt(servers, request);
    expect(result.outcome).toBe("verified");
    expect(order).toEqual(["page after 2 + 2"]);
  });
});

test("pins that do not hold the deploy fail it, and nothing else is asked", async () => {
  const server = await serve([{ image }]);
  const pins = { state: "failed", detail: "app.yaml:3 holds sha-0", hint: "Promote it." } as const;
  const { result, steps } = await verifyAt({ kubernetes: server.url }, { ...rollout, pins });
  expect(result).toMatchObject({ outcome: "failed", exit: 1 });
  expect(steps).toEqual(["pins failed", "rollout skipped"]);
  expect(server.asked).toEqual([]);
});

test("nothing that could be looked at is a mistake, not a success", async () => {
  await expect(verifyAt({}, {})).rejects.toMatchObject({ code: "config" });
});
