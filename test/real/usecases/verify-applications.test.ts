/** Several Applications, on several servers: which are found, and one verdict on all of them. */

import { describe, expect, test } from "vitest";
import type { ArgoSelector } from "../../../src/core/cluster/argo-ref.ts";
import { findApplications } from "../../../src/usecases/verify/find-applications.ts";
import { type ArgoState, serveArgoCd } from "../../support/argocd-server.ts";
import { old, ours, pin, portsFor, repository, verifyAt } from "../../support/verify-stage.ts";

const elsewhere: ArgoState = { revision: ours, path: "infra/k8s/stag", resources: [], images: [] };
const worker = { ...pin, file: "infra/k8s/worker/w.yaml", owner: "Deployment/worker" };
const workers: ArgoState = { ...elsewhere, path: "infra/k8s/worker" };
const both = { tip: ours, pins: [pin, worker] };

const others = {
  "robson-stag": elsewhere,
  "robson-worker": { ...workers, namespace: "team-a", labels: { team: "web" } },
  root: {
    ...{ ...elsewhere, path: ".", sourceType: "Kustomize" as const },
    resources: [{ kind: "Application", name: "robson-prod", status: "Synced" }],
  },
  guestbook: { revision: ours, repoURL: "https://git.example.org/x/guestbook", project: "demo" },
};

async function find(selector: Omit<ArgoSelector, "server">, pinned = both) {
  const server = await serveArgoCd({ repository, state: () => ({ revision: ours }), others });
  const { ports, clock } = portsFor({ argocd: server.url });
  const found = await findApplications(
    [{ ...selector, server: server.url }],
    { repository, branch: "main", pinned },
    { ...ports, argocd: ports.argocd!, clock },
  );
  return { found, server };
}

describe("found are", () => {
  test.each<[string, Omit<ArgoSelector, "server">, readonly string[]]>([
    ["those that hold the pins, where nothing else is said", {}, ["robson-prod", "robson-worker"]],
    [
      "of a name pattern, those that hold pins",
      { app: "robson-*" },
      ["robson-prod", "robson-worker"],
    ],
    ["those with a label", { label: "team=web" }, ["robson-worker"]],
    ["those in a namespace", { namespace: "team-a" }, ["robson-worker"]],
    ["one that is named, whatever it deploys", { app: "robson-stag" }, ["robson-stag"]],
  ])("%s", async (_, selector, names) => {
    const { found, server } = await find(selector);
    expect(found.map(({ target }) => target)).toEqual(names);
    expect(
      server.asked.every(({ method, query }) => method === "GET" && !query.has("refresh")),
    ).toBe(true);
  });

  test("none of a project that deploys something else, and it is told what", async () => {
    const { found } = await find({ project: "demo" });
    expect(found).toEqual([
      {
        target: "project demo",
        found: {
          ...{ state: "failed", code: "config", hint: expect.stringContaining("verify.argocd") },
          detail: expect.stringMatching(
            /^none of 1 Applications deploys the pins: no source of "guestbook" is/,
          ),
        },
      },
    ]);
    expect((await find({ project: "none" })).found[0]?.found).toMatchObject({
      detail: "there is no such Application that the token may get",
    });
  });

  test("not to be told while Argo CD is away, after some tries", async () => {
    const server = await serveArgoCd({ repository, state: () => ({ status: 503, body: "" }) });
    const { ports, clock } = portsFor({ argocd: server.url });
    const question = { repository, branch: "main", pinned: both };
    const [app] = await findApplications([{ server: server.url }], question, {
      ...{ ...ports, argocd: ports.argocd!, clock },
    });
    expect(app?.found).toMatchObject({ state: "unreadable", code: "cluster-unreachable" });
    expect(server.asked).toHaveLength(3);
  });
});

describe("verify with several Applications", () => {
  async function verifyAll(state: ArgoState, more: Partial<typeof others> = {}, pinned = both) {
    const server = await serveArgoCd({
      ...{ repository, state: () => state, others: { ...others, ...more } },
    });
    const apps = ["robson-prod", "robson-worker"].map((app) => ({
      target: app,
      found: { server: server.url, app, ...(app === "robson-worker" && { namespace: "team-a" }) },
    }));
    return verifyAt({ argocd: server.url }, { apps, pinned });
  }

  test("has one verdict: done when all are", async () => {
    const { result, steps } = await verifyAll({ revision: ours });
    expect(steps).toEqual(["pins done", "argocd done", "argocd done"]);
    expect(result.outcome).toBe("verified");
    const late = await verifyAll({ revision: old });
    expect(late.result).toMatchObject({ outcome: "timeout", exit: 1 });
    expect(late.steps).toEqual(["pins done", "argocd waiting", "argocd done"]);
  });

  test("names pins that none of them deploys, which is no failure of the deploy", async () => {
    const third = { ...pin, file: "infra/k8s/cron/c.yaml", owner: "CronJob/scan", line: 3 };
    const pinned = { tip: ours, pins: [pin, worker, third] };
    const { result } = await verifyAll({ revision: ours }, {}, pinned);
    expect(result).toMatchObject({ outcome: "failed", exit: 1 });
    expect(result.steps.at(-1)).toMatchObject({
      ...{ name: "argocd", target: "pins", state: "failed", code: "config" },
      detail: expect.stringContaining("deploys infra/k8s/cron/c.yaml:3:9 (ldamasio/"),
    });
  });

  test("shows a search in vain as a step of its own, beside what was found", async () => {
    const server = await serveArgoCd({ repository, state: () => ({ revision: ours }) });
    const found = {
      state: "failed",
      detail: "none of 2",
      hint: "Check it.",
      code: "config",
    } as const;
    const apps = [
      { target: "robson-prod", found: { server: server.url, app: "robson-prod" } },
      { target: "label team=web", found },
    ];
    const { result, steps } = await verifyAt({ argocd: server.url }, { apps });
    expect(steps).toEqual(["pins done", "argocd done", "argocd failed"]);
    expect(result.steps[2]).toMatchObject({ target: "label team=web", detail: "none of 2" });
  });
});
