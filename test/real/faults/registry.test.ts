/** A registry in trouble: what cannot be checked is not deployed, and not called missing either. */

import { describe, expect, test } from "vitest";
import type { RegistryFault, RegistryRequestSeen } from "../../../src/demo/registry-server.ts";
import { asks, type Deploy, openFaultWorld } from "../../support/fault-world.ts";
import { ociError } from "../../support/faulty-http.ts";

const isManifest = ({ path }: RegistryRequestSeen) => path.includes("/manifests/");
const json = (status: number, code: string, message: string) =>
  ociError(status, code, message) as RegistryFault;

/** Promotes with a fault of the registry's manifests. Nothing may be pushed unless it lands. */
async function promoteUnder(
  fault: (request: RegistryRequestSeen, count: number) => RegistryFault,
  more: Deploy = {},
) {
  let count = 0;
  const world = await openFaultWorld({
    revisions: 1,
    registryFault(request) {
      if (!isManifest(request)) return "pass";
      count += 1;
      return fault(request, count);
    },
  });
  const result = await world.deploy(more);
  expect(await world.violations()).toEqual([]);
  expect(count).toBeGreaterThan(0);
  const isLanded = result.outcome === "landed";
  expect(await world.deploysInBranch()).toEqual(isLanded ? [result.deploy] : []);
  expect(await world.holds(isLanded ? 1 : 0)).toBe(true);
  if (!isLanded) expect(world.box.stats.byKind[asks.writerList]).toBeUndefined();
  return { result, count };
}

describe("a registry that always", () => {
  const quota = "You have reached your unauthenticated pull rate limit.";
  const hidden = "OCI manifest found, but accept header does not support OCI manifests";
  test.each<[string, RegistryFault, string, number]>([
    ["answers 429", json(429, "TOOMANYREQUESTS", "allowed: 44000/minute"), "throttled", 6],
    ["answers 429 for hours", json(429, "TOOMANYREQUESTS", quota), "throttled", 6],
    ["answers 500", { status: 500 }, "registry-unreachable", 1],
    ["answers 503", { status: 503 }, "registry-unreachable", 1],
    [
      "hides the image from its Accept",
      json(404, "MANIFEST_UNKNOWN", hidden),
      "registry-unreachable",
      1,
    ],
    [
      "answers 404 for a proxy",
      { status: 404, body: "404 page not found\n" },
      "registry-unreachable",
      1,
    ],
    ["answers 200 for a proxy", { status: 200, body: "<html>log in</html>" }, "registry-lied", 1],
    ["answers 403", json(403, "DENIED", "requested access is denied"), "registry-denied", 1],
    ["answers 404", json(404, "MANIFEST_UNKNOWN", "manifest unknown"), "image-missing", 1],
    ["drops the connection", "drop", "registry-unreachable", 1],
    ["sends without end", "endless", "registry-lied", 1],
  ])("%s stops the deploy before anything is pushed, and says what it was", async (...row) => {
    const [, fault, code, exit] = row;
    const { result } = await promoteUnder(() => fault);
    expect(result).toMatchObject({ outcome: "failed", exit, failure: { code } });
  });

  test("never answers stops the deploy when the time is up", async () => {
    const { result } = await promoteUnder(() => "hang", { registryTimeoutMs: 900 });
    expect(result).toMatchObject({ outcome: "failed", failure: { code: "registry-unreachable" } });
  });

  test("cuts its answers short stops the deploy", async () => {
    // HEAD alone has no words that could be cut.
    const { result } = await promoteUnder(({ method }) =>
      method === "HEAD" ? { status: 404 } : "cut-short",
    );
    expect(result).toMatchObject({ outcome: "failed", failure: { code: "registry-unreachable" } });
  });
});

describe("a registry that once", () => {
  test.each<[string, RegistryFault]>([
    ["answers 429", { status: 429, headers: { "retry-after": "1" } }],
    ["answers 500", { status: 500 }],
    ["drops the connection", "drop"],
    ["hangs", "hang"],
  ])("%s is asked again, and the deploy lands", async (_, fault) => {
    const more = { registryTimeoutMs: 3_000 };
    const { result, count } = await promoteUnder(
      (_request, at) => (at === 1 ? fault : "pass"),
      more,
    );
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
    // The tag, again, and then its label: what is asked once more is the one that failed.
    expect(count).toBe(5);
  });

  test("answers 404 to HEAD, for a type that it hides there, is asked by GET, and the deploy lands", async () => {
    const { result } = await promoteUnder(({ method }) =>
      method === "HEAD" ? { status: 404 } : "pass",
    );
    expect(result).toMatchObject({ outcome: "landed", exit: 0 });
  });
});

test("one image of two that is missing stops both", async () => {
  const { result } = await promoteUnder(({ path }) =>
    path.includes("/web/") ? "pass" : json(404, "MANIFEST_UNKNOWN", "manifest unknown"),
  );
  expect(result).toMatchObject({ outcome: "failed", failure: { code: "image-missing" } });
  expect(result.failure?.message).toContain("/acme/api");
});
