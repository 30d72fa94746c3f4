/** What goes through a proxy, what never does, and what the proxy sees of it. */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { httpClient } from "../../../../src/adapters/http/client.ts";
import { isProxied } from "../../../../src/adapters/http/proxy.ts";
import { proxyIn } from "../../../../src/adapters/http/proxy-env.ts";
import { refuseNear } from "../../../../src/adapters/registry/redirect.ts";
import { type ApiReply, type Asked, serveApi } from "../../../support/api-server.ts";
import { serveProxy } from "../../../support/connect-proxy.ts";
import { selfSigned } from "../../../support/self-signed.ts";

const own = selfSigned("kube.test", "registry.test");
const portOf = (host: string) => Number(host.split(":")[1]);
const question = { method: "GET", doing: "read it", accept: "*/*", bodyBytesMax: 99 } as const;

describe("the environment", () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "http://p.example:3128" }, "http://p.example:3128/"],
    [{ https_proxy: "p.example:3128", HTTPS_PROXY: "http://other" }, "http://p.example:3128/"],
    [{ ALL_PROXY: "https://p.example" }, "https://p.example/"],
    [{ HTTP_PROXY: "http://p.example" }, undefined],
  ])("%j: %s", (env: Record<string, string>, url) => {
    expect(proxyIn(env)?.url.href).toBe(url);
  });

  test("a proxy that is no web address is refused, and not shown", () => {
    const act = () => proxyIn({ HTTPS_PROXY: "socks5://me:s3cret@p.example" });
    expect(act).toThrow(expect.objectContaining({ code: "config" }));
    expect(act).not.toThrow(/s3cret/);
  });

  const cases: readonly (readonly [url: string, except: string, isThrough: boolean])[] = [
    ["https://a.example/", "", true],
    ["https://a.example/", "*", false],
    ["https://a.example/", "example", false],
    ["https://a.example/", "b.example, .A.example", false],
    ["https://a.example/", "*.a.example", false],
    ["https://ba.example/", "a.example", true],
    ["https://a.example/", "a.example:8443", true],
    ["https://a.example:8443/", "a.example:8443", false],
    ["https://10.1.2.3/", "10.0.0.0/8", false],
    ["https://11.1.2.3/", "10.0.0.0/8", true],
    ["https://[fd00::1]/", "fd00::/8", false],
    ["https://[fd00::1]/", "fd00::1", false],
    ["https://10.1.2.3/", "10.0.0.0/99", true],
    ["http://a.example/", "", false],
    ["https://localhost/", "", false],
    ["https://127.0.0.1:6443/", "", false],
  ];
  test.each(cases)("%s with NO_PROXY=%s: %s", (url, except, isThrough) => {
    const proxy = proxyIn({ HTTPS_PROXY: "http://p.example", NO_PROXY: except });
    expect(isProxied(new URL(url), proxy)).toBe(isThrough);
  });
});

describe("a tunnel", () => {
  const token = "kube-s3cret";
  async function open(answer?: "tunnel" | "407" | "silence", authority = own.cert) {
    const server = await serveApi(() => ({ body: "ok" }), own);
    const proxy = await serveProxy(portOf(server.host), answer);
    const env = { HTTPS_PROXY: `http://me:pr0xy@${proxy.host}` };
    const options = { tls: { authority }, timeoutMs: 1_000, proxy: proxyIn(env) };
    const ask = (url: string) =>
      httpClient(options).send({ ...question, url: new URL(url), token });
    return { server, proxy, ask };
  }

  test("shows the proxy a name, and the token to the server alone", async () => {
    const { server, proxy, ask } = await open();
    expect(await ask("https://kube.test/x")).toMatchObject({ status: 200 });
    expect(server.asked[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(server.asked[0]?.headers).not.toHaveProperty("proxy-authorization");
    expect(proxy.tunnels.map(({ to }) => to)).toEqual(["kube.test:443"]);
    expect(JSON.stringify(proxy.tunnels)).not.toContain(token);
    const basic = `Basic ${Buffer.from("me:pr0xy").toString("base64")}`;
    expect(proxy.tunnels[0]?.headers["proxy-authorization"]).toBe(basic);
  });

  test("to somebody else is noticed, and gets no token", async () => {
    const { server, ask } = await open("tunnel", selfSigned("kube.test").cert);
    await expect(ask("https://kube.test/")).rejects.toMatchObject({
      code: "certificate-untrusted",
    });
    await expect(ask("https://other.test/")).rejects.toMatchObject({
      code: "certificate-untrusted",
    });
    expect(server.asked).toEqual([]);
  });

  test("that the proxy refuses is said to be that, without its password", async () => {
    const { ask } = await open("407");
    const failure = await ask("https://kube.test/").catch((error: Error) => error);
    expect(String(failure)).toMatch(/"kube.test" failed: Proxy response \(407\)/);
    expect(String(failure)).not.toContain("pr0xy");
  });

  test("that never opens ends with the limit, and leaves no connection to wait for", async () => {
    const { proxy, ask } = await open("silence");
    await expect(ask("https://kube.test/")).rejects.toMatchObject({ code: "cluster-unreachable" });
    await vi.waitFor(() => expect(proxy.left()).toBe(1), { timeout: 5_000 });
  });

  test("is not asked for to this machine, nor for plain HTTP", async () => {
    const { server, proxy, ask } = await open();
    await ask(server.url);
    expect(server.asked).toHaveLength(1);
    expect([proxy.tunnels, proxy.plain]).toEqual([[], []]);
  });
});

test("a redirect of a registry is not followed through a proxy to a name that is near", async () => {
  const from = new URL("https://registry.test/");
  const near = refuseNear(new URL("https://localhost/"), from, new Set(["public"]));
  await expect(near).rejects.toMatchObject({ code: "registry-lied" });
  const unknown = refuseNear(new URL("https://blobs.invalid/"), from, new Set(["public"]));
  await expect(unknown).resolves.toBeUndefined();
});

test("a registry is asked through the proxy of the environment, which sees no login", async () => {
  const login = Buffer.from("ci:registry-s3cret").toString("base64");
  const missing = { errors: [{ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }] };
  const answer = ({ headers }: Asked): ApiReply =>
    headers.authorization === `Basic ${login}`
      ? { status: 404, body: missing }
      : { status: 401, headers: { "www-authenticate": 'Basic realm="x"' }, body: "" };
  const server = await serveApi(answer, own);
  const proxy = await serveProxy(portOf(server.host));
  const folder = mkdtempSync(join(tmpdir(), "landfall-proxy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "ca.pem"), own.cert);
  const cli = resolve(import.meta.dirname, "../../../../dist/cli.js");
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") },
    ...{ HTTPS_PROXY: `http://${proxy.host}`, LANDFALL_REGISTRY_USERNAME: "ci" },
    LANDFALL_REGISTRY_PASSWORD: "registry-s3cret",
  };
  const words = ["--json", "--path", ".", "--image", "registry.test/acme/web"];
  const argv = [cli, "doctor", ...words, "--repository", "http://127.0.0.1:1/x.git"];
  const run = promisify(execFile)(process.execPath, argv, { cwd: folder, env });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
  const check = checks.find(({ name }) => name === "registry registry.test");
  expect(check?.detail).toBe('"registry.test/acme/web" can be read, logged in');
  expect(new Set(proxy.tunnels.map(({ to }) => to))).toEqual(new Set(["registry.test:443"]));
  expect(JSON.stringify(proxy.tunnels)).not.toContain(login);
});
