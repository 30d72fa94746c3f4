/** Programs that a kubeconfig names: how they are run, and that nothing of theirs is shown. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { kubeconfigAccess } from "../../../../src/adapters/cluster/access.ts";
import { openKubernetes } from "../../../../src/adapters/cluster/kubernetes.ts";
import { deploymentJson, serveKubernetes } from "../../../support/kubernetes-server.ts";
import { sleeplessClock } from "../../../support/registry-client-options.ts";
import { web } from "../../../support/verify-stage.ts";

const secret = "exec-s3cret";
const apiVersion = "client.authentication.k8s.io/v1";
const print = (status: object) =>
  `console.log(JSON.stringify({ apiVersion: "${apiVersion}", kind: "ExecCredential", status: ${JSON.stringify(status)} }));`;

/** A kubeconfig whose user gets a token from a script that runs `body`. */
function kubeconfig(body: string, { server = "https://10.0.0.1", exec = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "landfall-exec-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const runs = join(folder, "runs");
  const head = `#!${process.execPath}\nconst { appendFileSync } = require("node:fs");\n`;
  const note = `appendFileSync(${JSON.stringify(runs)}, JSON.stringify({ env: process.env, args: process.argv.slice(2) }) + "\\n");\n`;
  writeFileSync(join(folder, "plugin"), `${head}${note}${body}\n`);
  chmodSync(join(folder, "plugin"), 0o755);
  const program = { apiVersion, command: "./plugin", args: ["get-token"], ...exec };
  const file = join(folder, "config");
  const config = {
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod", user: "ci" } }],
    clusters: [{ name: "prod", cluster: { server } }],
    users: [{ name: "ci", user: { exec: program } }],
  };
  writeFileSync(file, JSON.stringify(config));
  const ran = () =>
    readFileSync(runs, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { file, ran };
}

const env = { PATH: process.env.PATH, AWS_PROFILE: "prod", LANDFALL_GIT_TOKEN: "git-s3cret" };

async function open(body: string, how: Parameters<typeof kubeconfig>[1] = {}) {
  const clock = sleeplessClock();
  const { file, ran } = kubeconfig(body, how);
  const access = await kubeconfigAccess([file], { env, clock });
  return { access, clock, ran };
}

describe("a program of a kubeconfig", () => {
  test("says who we are at the API server, and is told what kubectl tells it", async () => {
    const workload = () => deploymentJson("web", { image: "x" });
    const server = await serveKubernetes({ workload, token: secret });
    const exec = { env: [{ name: "REGION", value: "x" }], provideClusterInfo: true };
    const { access, ran } = await open(print({ token: secret }), { server: server.url, exec });
    const cluster = openKubernetes({ entrance: access, clock: sleeplessClock(), timeoutMs: 5_000 });
    expect(await cluster.workload(web)).toMatchObject({ name: "web" });
    const [first] = ran();
    expect(first.args).toEqual(["get-token"]);
    expect(first.env).toMatchObject({ REGION: "x", AWS_PROFILE: "prod" });
    expect(first.env.LANDFALL_GIT_TOKEN).toBeUndefined();
    expect(JSON.parse(first.env.KUBERNETES_EXEC_INFO)).toEqual({
      ...{ kind: "ExecCredential", apiVersion },
      spec: { interactive: false, cluster: { server: server.url } },
    });
  });

  test("is run again when its credential is about to expire, and not before", async () => {
    const ends = new Date(sleeplessClock().nowMs() + 600_000).toISOString();
    const body = print({ token: secret, expirationTimestamp: ends });
    const { access, clock, ran } = await open(body);
    await access.token();
    await clock.sleepMs(560_000);
    await access.token();
    expect(ran()).toHaveLength(1);
    await clock.sleepMs(20_000);
    await access.token();
    expect(ran()).toHaveLength(2);
  });

  test("may give a certificate and its key", async () => {
    const pair = { clientCertificateData: "CERT", clientKeyData: "KEY" };
    const { access } = await open(print(pair));
    expect(access.tls).toMatchObject({ certificate: "CERT", key: "KEY" });
    expect(await access.token()).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ["fails", `console.error("${secret}"); process.exit(3);`, /ended with status 3$/],
    ["prints something else", `console.log("${secret}");`, /prints no JSON$/],
    ["prints no credential", print({}), /prints no credential$/],
    ["prints too much", `console.log("${secret}".repeat(200_000));`, /prints too much$/],
  ])("that %s is named, and what it printed is not", async (_, body, message) => {
    const error = await open(body).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "config", message: expect.stringMatching(message) });
    expect(`${error.message} ${error.hint} ${error.cause}`).not.toContain(secret);
  });

  test("that is not installed says where to get it", async () => {
    const exec = { command: "landfall-no-such-plugin", installHint: "Install it by hand." };
    await expect(open("", { exec })).rejects.toMatchObject({
      ...{ code: "config", message: expect.stringMatching(/is not there$/) },
      hint: "Install it by hand.",
    });
  });
});
