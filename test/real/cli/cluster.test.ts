/**
 * `verify` and `status` as the shell runs them: real git, a real registry protocol, and
 * servers that speak Argo CD's and Kubernetes' REST. No test waits: the time allowed is one look.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import type { StatusResult } from "../../../src/core/results/status.ts";
import type { VerifyResult } from "../../../src/core/results/verify.ts";
import { type ApiServer, serveApi } from "../../support/api-server.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { appliedCluster } from "../../support/applied-cluster.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import { serveKubernetes } from "../../support/kubernetes-server.ts";
import { type Ran, runCli } from "../../support/run-cli.ts";

const token = "argo-s3cret";
const kubeToken = "kube-s3cret";
const manifests = "infra/k8s/prod";
const shortOf = (revision: string) => revision.slice(0, 7);

let world: Awaited<ReturnType<typeof openAppWorld>>;
let revision: Revision;
/** The commit that landed it. */
let landed: string;
/** Where the branch stands: the source's commits are on it too. */
let tip: string;
let argocd: ApiServer;
let kubernetes: ApiServer;
let page: ApiServer;
let argoState: ArgoState;
let shown: string;

beforeAll(async () => {
  world = await openAppWorld({ origin: "path" });
  revision = await world.commit("feat: deployed");
  landed = await promote(revision);
});
afterAll(() => world.close());

beforeEach(async () => {
  tip = await world.truth("rev-parse", "main");
  argoState = { revision: tip };
  shown = `<footer>Build: sha-${shortOf(revision)}</footer>`;
  argocd = await serveArgoCd({ repository: world.url, state: () => argoState, token });
  kubernetes = await serveKubernetes({ ...(await clusterAt(tip)), token: kubeToken });
  page = await serveApi(() => ({ body: shown }));
  writeSettings({ argocd: argocd.url, page: page.url });
});

async function promote(what: Revision): Promise<string> {
  const { status, out, err } = await runCli(["promote", "--revision", what, "--json"], {
    cwd: world.app,
  });
  expect(status, err).toBe(0);
  return JSON.parse(out).commit;
}

const clusterAt = async (commit: string) => appliedCluster(await world.manifestsAt(commit));

/** Settings beside the app's own, with the servers of this test. */
function writeSettings(servers: { readonly argocd?: string; readonly page?: string }): void {
  const own = world.read("landfall.yaml").replace(/^verify:[\s\S]*/m, "");
  const lines = [
    "verify:",
    "  rollout: { namespace: robson }",
    servers.argocd && `  argocd: { app: robson-prod, server: "${servers.argocd}" }`,
    servers.page && `  smoke: [{ url: "${servers.page}/", contains: "Build: {tag}" }]`,
  ];
  writeFileSync(join(world.root, "verify.yaml"), own + lines.filter(Boolean).join("\n"));
}

/** Writes a kubeconfig and returns where it is. */
function kubeconfig(server = kubernetes.url): string {
  const text = {
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "prod", user: "ci" } }],
    clusters: [{ name: "prod", cluster: { server } }],
    users: [{ name: "ci", user: { token: kubeToken } }],
  };
  const file = join(world.root, "kubeconfig");
  writeFileSync(file, JSON.stringify(text));
  return file;
}

/** What any of the commands prints with `--json`. */
type Json = Pick<VerifyResult, "steps" | "outcome" | "commit"> & Pick<StatusResult, "images">;

/** Runs a command with everything that it needs, in the time of one look. */
async function run(verb: string, ...more: string[]): Promise<Ran & { readonly json: Json }> {
  const settings = ["--config", join(world.root, "verify.yaml"), "--timeout", "1ms"];
  const env = { LANDFALL_ARGOCD_TOKEN: token, KUBECONFIG: kubeconfig(), HOME: world.root };
  const ran = await runCli([verb, ...settings, ...more], { cwd: world.app, env });
  const all = ran.out + ran.err;
  expect(all).not.toContain(token);
  expect(all).not.toContain(kubeToken);
  return { ...ran, json: more.includes("--json") ? JSON.parse(ran.out || "null") : undefined };
}

const states = ({ steps }: Json) => steps.map(({ name, state }) => `${name} ${state}`);

describe("verify", () => {
  test("proves a deploy in every place, and says so in text and JSON", async () => {
    const { status, json, err } = await run("verify", "--json", "--commit", landed);
    expect(status, err).toBe(0);
    expect(json).toMatchObject({
      ...{ version: 1, command: "verify", outcome: "verified", exit: 0 },
      ...{ revision, tag: `sha-${shortOf(revision)}`, commit: landed },
    });
    expect(states(json)).toEqual([
      ...["pins done", "argocd done"],
      // Three Deployments and three CronJobs, found by their pins.
      ...Array.from({ length: 6 }, () => "rollout done"),
      "smoke done",
    ]);
    const brief = await run("verify");
    expect(brief.out.trim().split("\n")).toHaveLength(6);
    expect(brief.out).toMatch(/^ {2}and 5 more, with -v$/m);
    const text = await run("verify", "-v");
    expect(text.status).toBe(0);
    expect(text.out).toMatch(/^verified {2}sha-[0-9a-f]{7} {2}commit [0-9a-f]{40}/);
    expect(text.out).toContain("CronJob/rbs-pattern-scan-cronjob");
  });

  test("is not reached while Argo CD stands at the old revision: 1", async () => {
    argoState = { revision: await world.truth("rev-parse", `${landed}^`) };
    const { status, json } = await run("verify", "--json");
    expect(status).toBe(1);
    expect(json.outcome).toBe("timeout");
    expect(states(json).slice(0, 3)).toEqual(["pins done", "argocd waiting", "rollout skipped"]);
    expect(page.asked).toEqual([]);
  });

  test("takes a descendant of the deploy's commit for the deploy", async () => {
    const before = await world.truth("rev-parse", `${landed}^`);
    const { status, json } = await run("verify", "--json", "--commit", before);
    expect(status).toBe(0);
    expect(json.commit).toBe(before);
  });

  test("fails when Argo CD says Degraded, with its text: 1", async () => {
    argoState = { revision: tip, health: "Degraded" };
    const { status, out } = await run("verify");
    expect(status).toBe(1);
    expect(out).toMatch(/^failed {2}/);
    expect(out).toMatch(/argocd {3}robson-prod {2}Synced at .*, Degraded/);
  });

  test("prints what a server says so that no terminal and no runner obeys it", async () => {
    const message = "bad\u001b[31m\n::error::owned\u202e ##[warning]owned";
    const operation = { phase: "Failed", revision: tip, message } as const;
    argoState = { revision: tip, sync: "OutOfSync", operation };
    const { status, out, err } = await run("verify");
    expect(status).toBe(1);
    expect(out).toContain("owned");
    for (const bad of ["\u001b", "\u202e", "##["]) expect(out + err).not.toContain(bad);
    expect(out + err).not.toMatch(/^\s*::/m);
  });

  test("knows nothing when Argo CD cannot be asked: 5", async () => {
    writeSettings({ argocd: "http://127.0.0.1:1" });
    const { status, json } = await run("verify", "--json");
    expect(status).toBe(5);
    expect(states(json)[1]).toBe("argocd unreadable");
  });

  test("that is told to stop while it waits does so at once", async () => {
    const stop = new AbortController();
    argoState = { revision: await world.truth("rev-parse", `${landed}^`) };
    const settings = ["--config", join(world.root, "verify.yaml"), "--timeout", "5m"];
    const env = { LANDFALL_ARGOCD_TOKEN: token, KUBECONFIG: kubeconfig() };
    const running = runCli(["verify", ...settings], { cwd: world.app, env, signal: stop.signal });
    await vi.waitFor(() => expect(argocd.asked).toHaveLength(1), { timeout: 20_000 });
    const stoppedMs = Date.now();
    stop.abort("SIGINT");
    const { status, out, err } = await running;
    expect({ status, out }).toEqual({ status: 130, out: "" });
    expect(err).toMatch(/^landfall: .* interrupted$/m);
    // Without being told, it would look on for minutes.
    expect(Date.now() - stoppedMs).toBeLessThan(10_000);
    expect(page.asked).toEqual([]);
  });

  test("knows nothing when the branch cannot be read: 5", async () => {
    const gone = `${world.git.url}/gone.git`;
    const { status, out, err } = await run("verify", "--repository", gone);
    expect({ status, out }).toEqual({ status: 5, out: "" });
    expect(err).toMatch(/^landfall: Cannot read .*gone.git/m);
    expect(argocd.asked).toEqual([]);
  });

  test("sees that another build is on the page: 1", async () => {
    shown = "Build: sha-0000000";
    const { status, out } = await run("verify");
    expect(status).toBe(1);
    expect(out).toMatch(/smoke .* is not on the page; it shows sha-0000000/);
  });

  test("asks for a sync with --sync alone", async () => {
    argoState = { revision: tip, sync: "OutOfSync" };
    const asked = () => argocd.asked.filter(({ method }) => method === "POST").length;
    await run("verify");
    expect(asked()).toBe(0);
    const { status, out } = await run("verify", "--sync");
    expect(asked()).toBe(1);
    expect(status).toBe(1);
    expect(out).toContain("asked for a sync");
  });

  test("of a revision that was never landed fails at the pins, and asks nobody", async () => {
    const later = await world.commit("feat: not promoted");
    const { status, json } = await run("verify", "--json", "--revision", later);
    expect(status).toBe(1);
    expect(states(json).slice(0, 2)).toEqual(["pins failed", "argocd skipped"]);
    expect(json.steps[0]?.detail).toMatch(/\.yml:\d+:\d+ holds "sha-/);
    expect(argocd.asked).toEqual([]);
  });

  test("of an older revision holds when a newer one runs", async () => {
    const earlier = await world.truth("rev-parse", `${revision}^`);
    shown = `Build: sha-${shortOf(revision)}`;
    const { status, json, out } = await run("verify", "--json", "--revision", earlier);
    expect(status, out).toBe(0);
    expect(json.steps.at(-1)?.detail).toMatch(/which is newer than/);
  });

  test("reads the token from a file, and sends it to Argo CD alone", async () => {
    const file = join(world.root, "token");
    writeFileSync(file, `${token}\n`);
    const env = { LANDFALL_ARGOCD_TOKEN_FILE: file };
    const settings = ["--config", join(world.root, "verify.yaml"), "--timeout", "1ms"];
    const argv = ["verify", ...settings, "--kubeconfig", kubeconfig()];
    const { status, err } = await runCli(argv, { cwd: world.app, env });
    expect(status, err).toBe(0);
    const seen = (server: ApiServer) =>
      new Set(server.asked.map(({ headers }) => headers.authorization));
    expect(seen(argocd)).toEqual(new Set([`Bearer ${token}`]));
    expect(seen(kubernetes)).toEqual(new Set([`Bearer ${kubeToken}`]));
    expect(seen(page)).toEqual(new Set([undefined]));
  });

  const mistakes: readonly (readonly [name: string, argv: readonly string[], said: RegExp])[] = [
    ["a commit that is none", ["--commit", "main"], /Cannot read the commit "main"/],
    ["an unknown revision", ["--revision", "f".repeat(40)], /has no such commit/],
    ["a context that is not there", ["--context", "test"], /no context "test"/],
    ["a kubeconfig that is not there", ["--kubeconfig", "nowhere"], /Cannot read ".*nowhere"/],
    ["a timeout that is none", ["--timeout", "soon"], /Cannot read the duration "soon"/],
  ];
  test.each(mistakes)("refuses %s: 2", async (_, argv, said) => {
    const { status, out, err } = await run("verify", ...argv);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(said);
  });

  test.each([
    ["kubeconfigs that are not there", { KUBECONFIG: "/a:/b" }, /it has no context ""/],
    ["no way into the cluster", {}, /no kubeconfig is given/],
  ])("refuses %s: 2", async (_, env, said) => {
    const argv = ["verify", "--config", join(world.root, "verify.yaml")];
    const { status, err } = await runCli(argv, { cwd: world.app, env });
    expect(status).toBe(2);
    expect(err).toMatch(said);
  });

  test("refuses to verify nothing: 2", async () => {
    const argv = ["verify", "--path", manifests, "--image", world.image("rbs-frontend-prod")];
    writeFileSync(join(world.root, "bare.yaml"), "superseded: skip\n");
    const bare = ["--config", join(world.root, "bare.yaml")];
    const { status, err } = await runCli([...argv, ...bare], { cwd: world.app });
    expect(status).toBe(2);
    expect(err).toMatch(/neither Argo CD, Flux, a rollout nor a page is configured/);
  });
});

describe("status", () => {
  beforeAll(async () => {
    revision = await world.commit("feat: deployed everywhere");
    landed = await promote(revision);
  });

  test("of a deploy that is everywhere is in step: 0", async () => {
    const { status, json, err } = await run("status", "--json");
    expect(status, err).toBe(0);
    expect(json).toMatchObject({ version: 1, command: "status", exit: 0, tip });
    // An image that the commit did not change stays where it is.
    const moved = `sha-${shortOf(revision)}`;
    expect(json.images.map(({ git }) => git.tag)).toContain(moved);
    for (const row of json.images) {
      const { tag } = row.git;
      expect(row).toMatchObject({
        sync: { verdict: "in-sync" },
        registry: { state: "same", text: expect.stringMatching(/^sha256:[0-9a-f]{12}$/) },
        pins: { state: "same", text: tag },
        argocd: { state: "same", text: "Synced, Healthy" },
        cluster: { state: "same", text: tag },
      });
    }
    const { out } = await run("status");
    const [head, ...lines] = out.split("\n");
    expect(head).toMatch(/^ +image +git +registry +pins +argocd +cluster$/);
    expect(lines.filter((line) => line.startsWith("in step"))).toHaveLength(3);
  });

  test("shows where they differ: 3", async () => {
    argoState = { revision: tip, sync: "OutOfSync", health: "Progressing" };
    kubernetes = await serveKubernetes({ ...(await clusterAt(`${landed}^`)), token: kubeToken });
    const { status, out } = await run("status");
    expect(status).toBe(3);
    expect(out.match(/^differs .* OutOfSync, Progressing +sha-\w{7}$/gm), out).toHaveLength(3);
    expect(out).toMatch(/Deployment\/rbs-frontend-prod-deploy {2}its template still names/);
  });

  test("of a revision that was not promoted differs at the pins: 3", async () => {
    const later = await world.commit("feat: not promoted, either", "missing");
    const { status, json } = await run("status", "--json", "--revision", later);
    expect(status).toBe(3);
    expect(json.images[0]?.registry).toEqual({ state: "differs", text: "missing" });
    expect(json.images[0]?.pins).toEqual({ state: "differs", text: `sha-${shortOf(revision)}` });
  });

  test("of a deploy that was lost says so, and what to do: 3", async () => {
    const later = await world.commit("feat: its deploy was lost");
    argoState = { revision: later };
    const fine = await run("status");
    expect(fine.status, fine.out).toBe(0);
    expect(fine.out).toContain(`sha-${shortOf(revision)} (pending)`);
    const file = join(world.root, "verify.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/^sync:.*$/m, "sync: { grace: 1ms }"));
    const { status, json } = await run("status", "--json");
    expect(status).toBe(3);
    expect(json.images[0]).toMatchObject({
      git: { tag: `sha-${shortOf(later)}`, revision: later },
      sync: { verdict: "behind", hint: expect.stringMatching(/landfall sync/) },
      pins: { state: "differs", text: `sha-${shortOf(revision)} (behind)` },
      cluster: { state: "same", text: `sha-${shortOf(revision)}` },
    });
    const { out } = await run("status");
    expect(out).toMatch(/rbs-frontend-prod {2}behind: /);
  });

  test("hides nothing when something cannot be read: 5", async () => {
    writeSettings({ argocd: "http://127.0.0.1:1" });
    const { status, out } = await run("status");
    expect(status).toBe(5);
    expect(out).toMatch(/^unreadable .* unreadable +sha-/m);
    expect(out).toContain('the connection to "127.0.0.1:1" failed');
  });

  test("without a way into the cluster still shows the rest: 5", async () => {
    const argv = ["status", "--config", join(world.root, "verify.yaml")];
    const env = { LANDFALL_ARGOCD_TOKEN: token };
    const { status, out } = await runCli(argv, { cwd: world.app, env });
    expect(status).toBe(5);
    expect(out).toMatch(/^unreadable .* sha-\w{7} +Synced, Healthy +unreadable$/m);
    expect(out).toMatch(/no kubeconfig is given/);
    expect(out).toMatch(/Name a kubeconfig with --kubeconfig/);
  });

  test("without a cluster shows git, registry and pins", async () => {
    const argv = ["status", "--path", manifests, "--image", world.image("rbs-frontend-prod")];
    writeFileSync(join(world.root, "bare.yaml"), "superseded: skip\n");
    const bare = ["--config", join(world.root, "bare.yaml")];
    const { status, out } = await runCli([...argv, ...bare], { cwd: world.app });
    expect(status).toBe(0);
    expect(out).toMatch(/^ +image +git +registry +pins$/m);
  });
});
