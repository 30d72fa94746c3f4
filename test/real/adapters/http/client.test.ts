/** What goes out to Argo CD, Kubernetes and pages, and what never does. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { inClusterAccess, kubeconfigAccess } from "../../../../src/adapters/cluster/access.ts";
import { type ArgoCdOptions, openArgoCd } from "../../../../src/adapters/cluster/argocd.ts";
import { openKubernetes } from "../../../../src/adapters/cluster/kubernetes.ts";
import { openProbe } from "../../../../src/adapters/cluster/probe.ts";
import { type ApiReply, serveApi } from "../../../support/api-server.ts";
import { refusal, serveArgoCd } from "../../../support/argocd-server.ts";
import { deploymentJson, serveKubernetes } from "../../../support/kubernetes-server.ts";
import { sleeplessClock } from "../../../support/registry-client-options.ts";
import { repository, web } from "../../../support/verify-stage.ts";

const surroundings = { env: {}, clock: sleeplessClock() };
const token = "s3cret-token";
const common = { clock: sleeplessClock(), timeoutMs: 5_000 };

type ArgoMore = Partial<ArgoCdOptions> & { readonly namespace?: string };

function argoAt(server: string, { namespace, ...more }: ArgoMore = {}) {
  const open = openArgoCd({ token, tokenVariable: "LANDFALL_ARGOCD_TOKEN", ...common, ...more });
  const ref = { server, app: "robson-prod", namespace };
  return {
    application: (how: "refresh" | "as-is") => open.application(ref, how),
    sync: () => open.sync(ref),
    maySync: ({ project }: { readonly project: string }) => open.maySync(ref, project),
  };
}

describe("a token", () => {
  test("goes to its own server, in a header", async () => {
    const state = () => ({ revision: "a".repeat(40) });
    const server = await serveArgoCd({ repository, state, token });
    await argoAt(server.url).application("refresh");
    expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(server.asked[0]?.query.toString()).toBe("refresh=normal");
  });

  test("does not follow a redirect to another host", async () => {
    const thief = await serveApi(() => ({ body: {} }));
    const server = await serveApi(() => {
      return { status: 307, headers: { location: `${thief.url}/` }, body: "" };
    });
    const failure = await argoAt(server.url).application("as-is").catch(String);
    expect(failure).toContain(`answered 307 and redirects to "${thief.url}/"`);
    await argoAt(server.url).sync().catch(String);
    expect(thief.asked).toEqual([]);
  });

  test("is not sent in the clear to another machine", async () => {
    const failure = argoAt("http://argocd.example.org").application("as-is");
    await expect(failure).rejects.toMatchObject({
      code: "config",
      hint: expect.stringMatching(/https/),
    });
  });

  test("is blackened in what a server says", async () => {
    const server = await serveApi(({ headers }) => refusal(403, 7, `no: ${headers.authorization}`));
    const failure = await argoAt(server.url)
      .application("as-is")
      .catch((error) => error);
    expect(failure.message).toContain("no: Bearer ***");
    expect(JSON.stringify([failure, failure.message, failure.stack])).not.toContain(token);
  });

  test("is blackened wherever it stands in what is no JSON: no cut leaves half of it", async () => {
    const long = "t0ken-".repeat(20);
    const at = (before: number): ApiReply => ({
      ...{ status: 403, body: `no${" ".repeat(before)}${long}` },
    });
    for (const before of [1_195, 1_200 - 60, 16 * 1024 - 60]) {
      const server = await serveApi(() => at(before));
      const failure = argoAt(server.url, { token: long }).application("as-is");
      const message = await failure.catch((error: Error) => error.message);
      expect(message).toMatch(/answered 403: no/);
      expect(message).not.toContain("t0ken");
    }
  });

  test("is not shown to pages", async () => {
    const server = await serveApi(() => ({ body: "ok" }));
    await openProbe(common).read({ url: server.url, status: 200 });
    expect(server.asked[0]?.headers).not.toHaveProperty("authorization");
    expect(server.asked[0]?.headers).not.toHaveProperty("cookie");
  });
});

describe("an answer", () => {
  test("that never comes ends with the limit", async () => {
    const server = await serveApi(() => undefined);
    const failure = argoAt(server.url, { timeoutMs: 50 }).application("as-is");
    await expect(failure).rejects.toMatchObject({ code: "cluster-unreachable" });
  });

  test("is not waited for once we are told to stop", async () => {
    const stop = new AbortController();
    const server = await serveApi(() => {
      stop.abort();
      return undefined;
    });
    const failure = argoAt(server.url, { signal: stop.signal }).application("as-is");
    await expect(failure).rejects.toMatchObject({ code: "interrupted" });
  });

  test("that is endless is cut off", async () => {
    const server = await serveApi(() => ({ body: { pad: "x".repeat(9 * 1024 * 1024) } }));
    const failure = argoAt(server.url).application("as-is");
    await expect(failure).rejects.toThrow(/sent more than \d+ bytes/);
    const long = "x".repeat(5 * 1024 * 1024);
    const page = await serveApi(() => ({ body: long }));
    const read = await openProbe(common).read({ url: page.url, status: 200 });
    expect(read).toMatchObject({ isCut: true, text: "x".repeat(4 * 1024 * 1024) });
  });

  test.each([
    ["no JSON", "<html>login</html>"],
    ["something else than an Application", { items: [] }],
  ])("with %s is no Application", async (what, body) => {
    const server = await serveApi(() => ({ body }));
    const failure = argoAt(server.url).application("as-is");
    await expect(failure).rejects.toMatchObject({
      code: "cluster-unreachable",
      message: expect.stringContaining(what),
    });
  });

  test("of an Application in another namespace is asked for by it", async () => {
    const state = () => ({ revision: "a".repeat(40), namespace: "team-a" });
    const server = await serveArgoCd({ repository, state });
    const argocd = argoAt(`${server.url}/`, { namespace: "team-a" });
    await argocd.application("as-is");
    await argocd.sync();
    expect(server.asked.map(({ query }) => query.get("appNamespace"))).toEqual(["team-a", null]);
    expect(server.asked[1]?.body).toEqual({ name: "robson-prod", appNamespace: "team-a" });
  });

  test("below a path is asked there, and elsewhere says where to look", async () => {
    const state = () => ({ revision: "a".repeat(40) });
    const server = await serveArgoCd({ repository, state, rootPath: "/argo" });
    const found = await argoAt(`${server.url}/argo`).application("as-is");
    expect(found.name).toBe("robson-prod");
    await expect(argoAt(server.url).application("as-is")).rejects.toMatchObject({
      ...{
        code: "cluster-not-found",
        hint: expect.stringMatching(/verify\.argocd\.server: .* below a path/),
      },
    });
  });

  test("behind a proxy that lets only gRPC-web through is said to be no such API", async () => {
    const headers = { "content-type": "application/grpc-web+proto", "grpc-status": "12" };
    const server = await serveApi(() => ({ headers, body: "" }));
    await expect(argoAt(server.url).application("as-is")).rejects.toMatchObject({
      ...{
        code: "cluster-unreachable",
        message: expect.stringMatching(/sent no JSON/),
        hint: expect.stringMatching(/REST/),
      },
    });
  });

  test("about the right to sync is yes, no, or nothing", async () => {
    const state = () => ({ revision: "a".repeat(40) });
    const may = async (maySync: ApiReply) => {
      const argocd = argoAt((await serveArgoCd({ repository, state, maySync })).url);
      return argocd.maySync(await argocd.application("as-is"));
    };
    expect(await may({ body: { value: "yes" } })).toBe(true);
    expect(await may({ body: { value: "no" } })).toBe(false);
    expect(await may(refusal(404, 5, "Not Found"))).toBeUndefined();
  });
});

describe("the way into a cluster", () => {
  function folder(files: Readonly<Record<string, string>>): string {
    const path = mkdtempSync(join(tmpdir(), "landfall-kube-"));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    return path;
  }
  const config = (server: string, user: string) =>
    JSON.stringify({
      "current-context": "prod",
      contexts: [{ name: "prod", context: { cluster: "prod", user: "ci" } }],
      clusters: [{ name: "prod", cluster: { server } }],
      users: [{ name: "ci", user: JSON.parse(user) }],
    });
  const serve = () =>
    serveKubernetes({ token, workload: () => deploymentJson("web", { image: "x" }) });

  test("is a kubeconfig with a token, below a path too", async () => {
    const server = await serve();
    const at = folder({ config: config(server.url, `{ "token": "${token}" }`) });
    const entrance = await kubeconfigAccess([join(at, "config")], surroundings);
    const cluster = openKubernetes({ entrance, ...common });
    expect(await cluster.workload(web)).toMatchObject({ name: "web", generation: 4 });
    const below = { ...entrance, server: new URL(`${server.url}/k8s/clusters/c-1`) };
    await openKubernetes({ entrance: below, ...common })
      .workload(web)
      .catch(String);
    expect(server.asked[1]?.path).toMatch(/^\/k8s\/clusters\/c-1\/apis\/apps\/v1\/namespaces/);
  });

  test("reads a token's file anew for every request, beside the kubeconfig", async () => {
    const server = await serve();
    const text = config(server.url, '{ "tokenFile": "token" }');
    const at = folder({ config: text, token: "over\n" });
    const cluster = openKubernetes({
      entrance: await kubeconfigAccess([join(at, "config")], surroundings),
      ...common,
    });
    await expect(cluster.workload(web)).rejects.toMatchObject({ code: "cluster-denied" });
    writeFileSync(join(at, "token"), `${token}\n`);
    expect(await cluster.workload(web)).toBeDefined();
  });

  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  test("is what every pod finds mounted", async () => {
    const directory = folder({ "ca.crt": pem, token: `${token}\n` });
    const entrance = await inClusterAccess({ host: "fd00::1", port: "443", directory });
    expect(entrance.server.href).toBe("https://[fd00::1]/");
    expect(entrance.tls).toEqual({ authority: pem });
    expect(await entrance.token()).toBe(token);
  });

  test("that cannot be read is named", async () => {
    const at = folder({ config: "" });
    rmSync(join(at, "config"));
    const file = join(at, "config");
    await expect(kubeconfigAccess([file], surroundings)).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining(file),
    });
  });
});
