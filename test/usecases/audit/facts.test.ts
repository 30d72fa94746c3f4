/** Audit: what is read of the histories, and what is said where that tells too little. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeHolds } from "../../../src/core/landing/holds-file.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import { api, LedgerWorld, minuteMs, tag, web } from "../../support/ledger-world.ts";

describe("histories that cannot be read", () => {
  const request = {
    ...{ images: [], paths: ["k8s"], tagFormat: parseTagFormat("sha-{revision:7}") },
    ...{ repository: "manifests", branch: "main", source: "source", pattern: /^deploy/ },
    ...{ sinceMs: 1, asOfMs: 2, nowMs: 2, graceMs: 0, behind: 3, strict: false },
  };
  const run = (error: unknown) => {
    const log = { histories: () => Promise.reject(error) } as never;
    return audit(request, { log, progress: { step: () => {}, warn: () => {} } });
  };

  test.each([
    ["remote-unreachable", 1],
    ["throttled", 6],
  ] as const)("are the result, with nothing counted: %s", async (code, exit) => {
    const result = await run(new Failure(code, "Cannot read it", "Later."));
    expect(result).toEqual({
      ...{ version: 1, command: "audit", exit, repository: "manifests", branch: "main" },
      ...{ source: "source", sinceMs: 1, asOfMs: 2, counts: expect.any(Object) },
      ...{ commits: [], deploys: [], inversions: [], leftBehind: [], warnings: [] },
      failure: { code, message: "Cannot read it", hint: "Later." },
    });
    expect(new Set(Object.values(result.counts))).toEqual(new Set([0]));
  });

  test("because of a bug are a bug", async () => {
    const bug = new TypeError("a bug");
    await expect(run(bug)).rejects.toBe(bug);
  });
});

test("manifests that cannot be read are warned of, each with its versions", async () => {
  const world = new LedgerWorld();
  const broken = (mark: string) => `image: acme/web:x\na: [${mark}\n`;
  world.hand("oops\n", {
    "k8s/web.yaml": broken("1"),
    "k8s/api.yaml": "image: acme/api:x\na: [\n",
  });
  world.hand("oops again\n", { "k8s/web.yaml": broken("2") });
  expect((await world.audit()).warnings).toEqual([
    'Cannot tell the pins of 2 versions of "k8s/web.yaml"',
    'Cannot tell the pins of one version of "k8s/api.yaml"',
  ]);
});

test("places that no deploy moves are told, as they stand in the end", async () => {
  const world = new LedgerWorld();
  world.hand("docs: once\n", { "k8s/args.yaml": "args: [acme/api:once]\n" });
  world.hand("docs: and again\n", { "k8s/gone.yaml": "args: [acme/web:gone]\n" });
  world.hand("docs: now\n", {
    "k8s/args.yaml": "\nargs: [acme/api:now]\n",
    "k8s/gone.yaml": undefined,
  });
  const told = { file: "k8s/args.yaml", line: 2, image: "acme/api", kind: "place" };
  expect((await world.audit()).mentions).toMatchObject([told]);
});

test("a deploy by a clock that is ahead is there, and so is what follows it", async () => {
  const world = new LedgerWorld();
  const [first, second] = [world.code(), world.code()];
  world.skewMs = 60 * minuteMs;
  world.deploy(first, { writes: { "k8s/web.yaml": web(tag(first)), "k8s/job.yaml": api("x") } });
  world.skewMs = 0;
  world.deploy(second);
  const { deploys } = await world.audit();
  expect(deploys.map(({ revision }) => revision)).toEqual([second, first]);
});

describe("a hold", () => {
  /** Deploys a first revision, and puts a hold through another one. */
  function worldHeld(through: (held: Revision) => string) {
    const world = new LedgerWorld();
    world.deploy(world.code());
    const held = world.code();
    const words = { reason: "slow", by: "ana", at: "2026-01-01T00:00:00Z" };
    const hold = { images: [parseImageName("acme/web")!], through: through(held) as Revision };
    const text = new TextDecoder().decode(writeHolds([{ ...hold, ...words }]));
    world.hand("ops: hold\n", { ".landfall/holds.yaml": text });
    const fate = async (asked = {}) => {
      const { commits, warnings, exit } = await world.audit(asked);
      return { fate: commits.find(({ revision }) => revision === held)?.fate, warnings, exit };
    };
    return { world, fate };
  }

  test("keeps out what it covers, from when it was put there", async () => {
    const { world, fate } = worldHeld((held) => held);
    expect(await fate()).toMatchObject({ fate: "rolled-back", exit: 0 });
    expect(await fate({ asOfMs: world.nowMs - 1 })).toMatchObject({ fate: "gap", exit: 3 });
  });

  test("counts no more once the file is gone", async () => {
    const { world, fate } = worldHeld((held) => held);
    world.hand("ops: no holds\n", { ".landfall/holds.yaml": undefined });
    expect(await fate()).toEqual({ fate: "gap", warnings: [], exit: 3 });
  });

  test("through a commit that the source does not have keeps nothing out", async () => {
    const { fate } = worldHeld(() => "f".repeat(40));
    expect(await fate()).toEqual({ fate: "gap", warnings: [], exit: 3 });
  });

  test("that cannot be read keeps nothing out, and that is said", async () => {
    const { world, fate } = worldHeld((held) => held);
    world.hand("oops\n", { ".landfall/holds.yaml": "holds: [\n" });
    const { warnings, ...rest } = await fate();
    expect(rest).toEqual({ fate: "gap", exit: 3 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Cannot read the holds .* is counted as a gap$/s);
  });
});
