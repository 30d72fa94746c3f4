/** Several Argo CDs and clusters in one settings file: one table, one verdict, no token astray. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiServer } from "../../support/api-server.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { appliedCluster } from "../../support/applied-cluster.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import { serveKubernetes } from "../../support/kubernetes-server.ts";
import { runCli } from "../../support/run-cli.ts";

const tokens = { us: "argo-us-s3cret", eu: "argo-eu-s3cret", kube: "kube-s3cret" };

let world: Awaited<ReturnType<typeof openAppWorld>>;
beforeAll(async () => {
  world = await openAppWorld({ origin: "path" });
  const revision = await world.commit("feat: deployed");
  await runCli(["promote", "--revision", revision], { cwd: world.app });
});
afterAll(() => world.close());

/** The app runs in two regions, each with an Argo CD and a cluster of its own. */
async function fleet(eu: Partial<ArgoState> = {}) {
  const tip = await world.truth("rev-parse", "main");
  const texts = await world.manifestsAt(tip);
  const here = { repository: world.url };
  const argoUs = await serveArgoCd({ ...here, state: () => ({ revision: tip }), token: tokens.us });
  const inEu: ArgoState = { revision: tip, namespace: "team-eu", ...eu };
  const argoEu = await serveArgoCd({ ...here, state: () => inEu, token: tokens.eu });
  const clusters = [1, 2].map(() =>
    serveKubernetes({ ...appliedCluster(texts), token: tokens.kube }),
  );
  const [kubeUs, kubeEu] = (await Promise.all(clusters)) as [ApiServer, ApiServer];
  const entry = (name: string, server: ApiServer) => ({ name, cluster: { server: server.url } });
  const kubeconfig = {
    "current-context": "us",
    contexts: ["us", "eu"].map((name) => ({ name, context: { cluster: name, user: "ci" } })),
    clusters: [entry("us", kubeUs), entry("eu", kubeEu)],
    users: [{ name: "ci", user: { token: tokens.kube } }],
  };
  writeFileSync(join(world.root, "kubeconfig"), JSON.stringify(kubeconfig));
  return { argoUs, argoEu, kubeUs, kubeEu };
}

async function run(
  verb: string,
  { argoUs, argoEu }: { readonly argoUs: ApiServer; readonly argoEu: ApiServer },
  {
    euToken = ", tokenVariable: LANDFALL_ARGOCD_TOKEN_EU",
    rollout = "{ namespace: robson, context: eu }",
  } = {},
) {
  const settings = [
    world.read("landfall.yaml").replace(/^verify:[\s\S]*/m, "verify:"),
    "  argocd:",
    `    - { server: "${argoUs.url}" }`,
    `    - { server: "${argoEu.url}", app: "robson-*", namespace: team-eu${euToken} }`,
    `  rollout: [{ namespace: robson }, ${rollout}]`,
  ];
  const config = join(world.root, "fleet.yaml");
  writeFileSync(config, settings.join("\n"));
  const env = {
    ...{ LANDFALL_ARGOCD_TOKEN: tokens.us, LANDFALL_ARGOCD_TOKEN_EU: tokens.eu },
    ...{ KUBECONFIG: join(world.root, "kubeconfig"), HOME: world.root },
  };
  // No test waits: the time allowed is one look.
  const time = verb === "verify" ? ["--timeout", "1ms"] : [];
  const argv = [verb, "--config", config, ...time, "--json"];
  const ran = await runCli(argv, { cwd: world.app, env });
  for (const token of Object.values(tokens)) expect(ran.out + ran.err).not.toContain(token);
  return { ...ran, json: JSON.parse(ran.out || "{}") };
}

const shown = ({ asked }: ApiServer) => [
  ...new Set(asked.map(({ headers }) => headers.authorization)),
];

test("verify sees all regions, and shows each server its own token alone", async () => {
  const servers = await fleet();
  const { status, json, err } = await run("verify", servers);
  expect(status, err).toBe(0);
  const names = json.steps.map(({ name, target }: Record<string, string>) => `${name} ${target}`);
  expect(names.slice(0, 3)).toEqual([
    "pins main",
    `argocd robson-prod in argocd`,
    `argocd robson-prod in team-eu`,
  ]);
  expect(names.filter((name: string) => name.startsWith("rollout"))).toHaveLength(12);
  expect(shown(servers.argoUs)).toEqual([`Bearer ${tokens.us}`]);
  expect(shown(servers.argoEu)).toEqual([`Bearer ${tokens.eu}`]);
  expect(servers.kubeEu.asked.length).toBeGreaterThan(6);
});

/** A context that no kubeconfig has. */
const gone = { rollout: "{ namespace: robson, context: mars }" };

test("one region that is late makes the verdict, and one that is away hides no other", async () => {
  const servers = await fleet({ sync: "OutOfSync", automated: null });
  const { status, json } = await run("status", servers, gone);
  expect(status).toBe(3);
  const states = json.applications.map(({ state }: { state: string }) => state);
  expect(states).toEqual(["done", "waiting"]);
  expect(json.argocd.app).toBe("robson-prod in team-eu");
  expect(json.images[0].argocd).toEqual({ state: "differs", text: "OutOfSync, Healthy" });
  const seen = json.workloads.map(({ context = "us", state }: Record<string, string>) => {
    return `${context} ${state}`;
  });
  expect([...new Set(seen)]).toEqual(["us done", "mars unreadable"]);
});

test("verify does not wait for a cluster that it has no way to", async () => {
  const { status, err } = await run("verify", await fleet(), gone);
  expect(status).toBe(2);
  expect(err).toMatch(/no context "mars"/);
});

test("doctor looks at each Application", async () => {
  const { json } = await run("doctor", await fleet({ path: "infra/k8s/stag", images: [] }));
  const argocd = json.checks.filter(({ name }: { name: string }) => name.startsWith("argocd"));
  expect(argocd).toMatchObject([
    { name: "argocd robson-prod", state: "ok" },
    {
      name: "argocd robson-*, namespace team-eu",
      state: "fail",
      detail: expect.stringMatching(/deploys the pins/),
    },
  ]);
});

test("a token that may be for either of two servers is shown to neither", async () => {
  const servers = await fleet();
  const { status, err } = await run("verify", servers, { euToken: "" });
  expect(status).toBe(2);
  expect(err).toMatch(/Cannot tell which Argo CD LANDFALL_ARGOCD_TOKEN is for: http.* or http/);
  expect([...servers.argoUs.asked, ...servers.argoEu.asked]).toEqual([]);
});
