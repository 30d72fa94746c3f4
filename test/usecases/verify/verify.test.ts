/** Verify as a whole: what ends it for all, and what is not let pass as verified. */

import { expect, test } from "vitest";
import type { Workload } from "../../../src/core/cluster/workload.ts";
import { Failure } from "../../../src/core/failure.ts";
import { asRevision } from "../../../src/core/ids.ts";
import type { Cluster, Probe } from "../../../src/ports.ts";
import {
  type VerifyPorts,
  type VerifyRequest,
  verify,
} from "../../../src/usecases/verify/verify.ts";
import { sleeplessClock } from "../../support/registry-client-options.ts";
import { expected, ours, repository, robsonProd, web } from "../../support/verify-stage.ts";

const policy = { timeoutMs: 60_000, leastMs: 1_000, mostMs: 1_000, standMs: 3_000 };

function run(request: Partial<VerifyRequest>, ports: Partial<VerifyPorts>) {
  const clock = sleeplessClock();
  const nobody = () => Promise.resolve(false);
  return verify(
    {
      ...{ revision: asRevision("1a2b3c4".padEnd(40, "0"))!, tag: expected.tag, commit: ours },
      ...{ repository, branch: "main", pins: { state: "done", detail: "1 pin holds it" } },
      pinned: { tip: ours, pins: [] },
      ...request,
    },
    {
      ...{ clock, random: { unit: () => 0 }, progress: { step: () => {}, warn: () => {} } },
      ancestry: { isManifestAncestor: nobody, isNewerTag: nobody },
      remote: {
        findManifests: async () => [],
        readFile: async () => undefined,
        messagesBefore: async () => [],
      },
      ...ports,
    },
    policy,
  );
}

test("nothing that is configured is nothing to verify", async () => {
  await expect(run({}, {})).rejects.toMatchObject({ code: "config" });
});

test.each<[string, Partial<VerifyRequest>]>([
  ["Argo CD", { apps: [robsonProd] }],
  ["a workload", { workloads: [web] }],
  ["a page", { pages: [{ url: "https://example.org", status: 200 }] }],
])("%s that nobody can look at is a bug, and not verified", async (_, request) => {
  await expect(run(request, {})).rejects.toThrow("is not open");
});

test("settings that turn out wrong end it for all, at once", async () => {
  const wrong = new Failure("config", "Cannot use the kubeconfig", "Mend it.");
  const looks: string[] = [];
  const cluster = {
    async workload({ name }) {
      looks.push(name);
      if (name === "wrong") throw wrong;
      return undefined;
    },
  } as Partial<Cluster> as Cluster;
  const workloads = [web, { ...web, name: "wrong" }];
  await expect(run({ workloads }, { cluster })).rejects.toBe(wrong);
  // The other one, which sleeps in no time, takes the look that it was about to take.
  await new Promise(setImmediate);
  expect(looks).toEqual(["web", "wrong", "web"]);
});

test("a page that is only to answer is verified by its status", async () => {
  const probe: Probe = { read: async () => ({ status: 200, text: "sha-0000000" }) as never };
  const pages = [{ url: "https://example.org/", status: 200 }];
  const asked = () => Promise.reject(new Error("which tag is on it says nothing"));
  const ancestry = { isManifestAncestor: asked, isNewerTag: asked };
  const { steps, outcome } = await run({ pages }, { probe, ancestry });
  expect(outcome).toBe("verified");
  expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual(["pins done", "smoke done"]);
});

test("a workload that cannot be read does not end the watch of another", async () => {
  const late = {
    ...web,
    ...{ containers: [{ name: "web", image: "ldamasio/rbs-frontend-prod:sha-0000000" }] },
  } as Partial<Workload> as Workload;
  const cluster: Cluster = {
    workload: async ({ name }) => {
      if (name === "denied") throw new Failure("cluster-denied", "Cannot ask", "Log in.");
      return late;
    },
    podsOf: async () => [],
    workloadsIn: async () => [],
    hasNamespace: async () => true,
  };
  const workloads = [web, { ...web, name: "denied" }];
  const { outcome, steps, tookMs } = await run({ workloads }, { cluster });
  expect(outcome).toBe("timeout");
  expect(steps.map(({ state }) => state)).toEqual(["done", "waiting", "unreadable"]);
  expect(tookMs).toBe(policy.timeoutMs);
});
