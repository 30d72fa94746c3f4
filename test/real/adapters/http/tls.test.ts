/** Whom we believe to be the API server, and that nobody else gets the token. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  inClusterAccess,
  kubeconfigAccess,
  readAuthority,
} from "../../../../src/adapters/cluster/access.ts";
import { openArgoCd } from "../../../../src/adapters/cluster/argocd.ts";
import { openKubernetes } from "../../../../src/adapters/cluster/kubernetes.ts";
import { serveArgoCd } from "../../../support/argocd-server.ts";
import { deploymentJson, serveKubernetes } from "../../../support/kubernetes-server.ts";
import { sleeplessClock } from "../../../support/registry-client-options.ts";
import { selfSigned } from "../../../support/self-signed.ts";
import { web } from "../../../support/verify-stage.ts";

const surroundings = { env: {}, clock: sleeplessClock() };
const token = "kube-s3cret";
const own = selfSigned();
const other = selfSigned();
const base64 = (text: string) => Buffer.from(text).toString("base64");

function serve(more: object = {}) {
  const workload = () => deploymentJson("web", { image: "x" });
  return serveKubernetes({ workload, token, tls: { ...own, ...more } });
}

function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), "landfall-tls-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

/** Reads the workload `web` by a kubeconfig; the files stand beside it. */
async function read(server: string, given: { cluster?: object; user?: object; files?: object }) {
  const config = JSON.stringify({
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod", user: "ci" } }],
    clusters: [{ name: "prod", cluster: { server, ...given.cluster } }],
    users: [{ name: "ci", user: { token, ...given.user } }],
  });
  const entrance = await kubeconfigAccess(
    [join(folder({ config, ...given.files }), "config")],
    surroundings,
  );
  return openKubernetes({ entrance, clock: sleeplessClock(), timeoutMs: 5_000 }).workload(web);
}

const inside = { "certificate-authority-data": base64(own.cert) };
const trusted = [
  ["its authority inside the kubeconfig", { cluster: inside }],
  [
    "its authority in a file",
    { cluster: { "certificate-authority": "ca.pem" }, files: { "ca.pem": own.cert } },
  ],
  ["no check, because somebody said so", { cluster: { "insecure-skip-tls-verify": true } }],
] as const;
test.each(trusted)("a server is believed by %s", async (_, given) => {
  const server = await serve();
  expect(await read(server.url, given)).toMatchObject({ name: "web" });
});

test("Argo CD is believed by the authority that the settings name, and by no other", async () => {
  const state = () => ({ revision: "a".repeat(40) });
  const server = await serveArgoCd({ repository: "https://git.example/x", state, tls: own });
  const place = folder({ "own.pem": own.cert, "other.pem": other.cert });
  const read = async (file?: string) => {
    const authority = file && (await readAuthority(join(place, file)));
    const options = { token, tokenVariable: "LANDFALL_ARGOCD_TOKEN", authority };
    const argocd = openArgoCd({ ...options, clock: sleeplessClock(), timeoutMs: 5_000 });
    return argocd.application({ server: server.url, app: "robson-prod" }, "as-is");
  };
  expect(await read("own.pem")).toMatchObject({ name: "robson-prod" });
  for (const file of ["other.pem", undefined]) {
    await expect(read(file)).rejects.toMatchObject({
      ...{ code: "certificate-untrusted", hint: expect.stringMatching(/verify\.argocd\.ca/) },
    });
  }
});

const doubted = [
  ["the system's authorities alone", {}],
  ["another authority", { "certificate-authority-data": base64(other.cert) }],
  ["another name than asked for", { ...inside, "tls-server-name": "kube.example" }],
] as const;
test.each(doubted)("a server is not believed by %s, and gets no token", async (_, cluster) => {
  const server = await serve();
  const failure = read(server.url, { cluster });
  await expect(failure).rejects.toMatchObject({
    code: "certificate-untrusted",
    hint: expect.stringMatching(/authority/),
  });
  expect(server.asked).toEqual([]);
});

const broken = [
  ["base64", { "certificate-authority-data": base64("no certificate") }],
  ["base64 at all", { "certificate-authority-data": "%%%" }],
  ["a certificate in its file", { "certificate-authority": "ca.pem" }],
] as const;
test.each(broken)("an authority that is no %s is not replaced by others", async (_, cluster) => {
  const server = await serve();
  const failure = read(server.url, { cluster, files: { "ca.pem": "" } });
  await expect(failure).rejects.toMatchObject({
    code: "config",
    message: expect.stringMatching(/is not PEM/),
  });
  expect(server.asked).toEqual([]);
});

test("a pod believes its own cluster's authority, and none when there is none in it", async () => {
  const server = await serve();
  const [host = "", port = ""] = server.host.split(":");
  const enter = (authority: string) =>
    inClusterAccess({ host, port, directory: folder({ "ca.crt": authority, token }) });
  const entrance = await enter(own.cert);
  const cluster = openKubernetes({ entrance, clock: sleeplessClock(), timeoutMs: 5_000 });
  expect(await cluster.workload(web)).toMatchObject({ name: "web" });
  await expect(enter("")).rejects.toMatchObject({ code: "config" });
});

test("a certificate of ours is shown, with a token or without", async () => {
  const server = await serve({ requestCert: true, ca: other.cert, rejectUnauthorized: false });
  const pair = {
    "client-certificate-data": base64(other.cert),
    "client-key-data": base64(other.key),
  };
  await read(server.url, { cluster: inside });
  await read(server.url, { cluster: inside, user: pair });
  await read(server.url, { cluster: inside, user: { ...pair, token: undefined } }).catch(String);
  const seen = server.asked.map(({ isCertified, headers }) => [isCertified, headers.authorization]);
  const bearer = `Bearer ${token}`;
  expect(seen).toEqual([
    [false, bearer],
    [true, bearer],
    [true, undefined],
  ]);
});
