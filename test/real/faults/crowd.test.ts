/** Many deployers at once on one branch, while everything fails at random under a seed. */

import { expect, test } from "vitest";
import { keySeal } from "../../../src/adapters/git/waiting.ts";
import { systemClock } from "../../../src/adapters/system.ts";
import type { ImageName } from "../../../src/core/image-ref.ts";
import { holdsPath, writeHolds } from "../../../src/core/landing/holds-file.ts";
import type { GitFault, GitRequestSeen } from "../../../src/demo/git-server.ts";
import type { RegistryFault } from "../../../src/demo/registry-server.ts";
import { type Chance, seeded } from "../../../src/simulation/random.ts";
import { lineupOf } from "../../../src/simulation/scenarios.ts";
import { allOr } from "../../support/all-or-some.ts";
import { asks, type FaultWorld, openFaultWorld } from "../../support/fault-world.ts";
import type { Sandbox } from "../../support/git-sandbox.ts";
import { sourceBranch } from "../../support/source-branch.ts";

/** What may strike a request. Nothing here stands in anybody's way for good. */
const faults: readonly (readonly [string, GitFault])[] = [
  ["drop-before", "drop-before"],
  ["drop-after", "drop-after"],
  ["reset-after", "reset-after"],
  ["cut-short", "cut-short"],
  ["empty page", { after: { status: 200 } }],
  ["delay", { delayMs: 60 }],
  ["hold", { holdMs: 60 }],
  ["408", { status: 408 }],
  ["429", { status: 429 }],
  ["500 before", { status: 500 }],
  ["502 after", { after: { status: 502 } }],
  ["504 after", { after: { status: 504 } }],
];

const registryFaults: readonly RegistryFault[] = ["drop", "cut-short", { status: 503 }];

/** Few deployers ask little, so more of it is struck. */
const faultProbability = allOr(0.08, 0.2);

/** Decides which request is struck, by each fault in turn, and does what others do meanwhile. */
function tormentor(chance: Chance, injected: Map<string, number>) {
  let foreign = 0;
  let struck = 0;
  const count = (kind: string) => injected.set(kind, (injected.get(kind) ?? 0) + 1);
  return async ({ box }: FaultWorld, { kind }: GitRequestSeen): Promise<GitFault> => {
    if (kind === asks.push && chance.happens(0.06)) {
      count("foreign commit");
      foreign += 1;
      await box.addCommit([{ path: "docs/notes.md", bytes: `${foreign}\n` }]);
    }
    if (kind === asks.push && chance.happens(0.06) && lockForAWhile(box)) {
      count("lock");
      return "pass";
    }
    if (!chance.happens(faultProbability)) return "pass";
    const [name, fault] = faults[struck % faults.length]!;
    struck += 1;
    count(name);
    return fault;
  };
}

/** Holds the branch's lock, unless somebody does. Returns whether it could. */
function lockForAWhile(box: Sandbox): boolean {
  try {
    box.lockRef("main");
  } catch {
    return false;
  }
  setTimeout(() => box.unlockRef("main"), 150);
  return true;
}

/** Faults are dense here, and the machine may be slow. */
const patient = {
  ...{ timeoutMs: 120_000, fetchesMax: 10, readsMax: 12 },
  ...{ rounds: { firstMs: 50, maxMs: 1_000 }, reads: { firstMs: 50, maxMs: 500 } },
};

/** Every other one lands together with its like, and the rest each by itself. */
const together = { seal: keySeal("0123456789abcdef") };

const deployers = allOr(32, 8);

test("a crowd, with every fault at random, all comes out well, and no law is broken", async () => {
  const seed = Number(process.env.SEED ?? 7);
  const chance = seeded(seed);
  const injected = new Map<string, number>();
  const torment = tormentor(chance, injected);
  let world: FaultWorld | undefined;
  world = await openFaultWorld({
    revisions: deployers,
    gitFault: (request) => (world === undefined ? "pass" : torment(world, request)),
    registryFault: () => (chance.happens(0.03) ? chance.pick(registryFaults) : "pass"),
  });
  const { deploy, operations } = world;
  const starters = lineupOf(deployers, seed);
  const results = await Promise.all(
    starters.map(({ deploy: id, revision }, at) => {
      const remote = at % 2 === 0 ? together : {};
      return deploy({ deploy: id, revision, policy: patient, clock: systemClock, remote });
    }),
  );
  const told = `SEED=${seed}, injected ${JSON.stringify([...injected])}`;
  const odd = results.filter(({ outcome }) => !/^(?:landed|superseded|unchanged)$/.test(outcome));
  expect(odd, told).toEqual([]);
  expect(operations.length).toBe(deployers);
  expect(await world.violations(), told).toEqual([]);
  const newest = Math.max(...starters.map(({ revision }) => revision));
  expect(await world.holds(newest), told).toBe(true);
  expect([...injected.keys()], told).toEqual(expect.arrayContaining(faults.map(([name]) => name)));
}, 170_000);

/** How many deploy to each of the two environments, and up to which revision one is held. */
const each = allOr(8, 4);
const heldThrough = each / 2 - 1;

test(`${2 * each} deployers of staging and prod on one branch, with faults: neither touches the other`, async () => {
  const seed = Number(process.env.SEED ?? 11);
  const chance = seeded(seed);
  const injected = new Map<string, number>();
  const torment = tormentor(chance, injected);
  const through = sourceBranch(each + 1).revisions[heldThrough]!;
  const words = { reason: "it is slow", by: "ana", at: "2026-11-26T10:00:00Z" };
  let world: FaultWorld | undefined;
  const beside = (images: readonly ImageName[]) => {
    const hold = { ...words, images, through, environment: "prod", paths: ["deploy/prod"] };
    return [{ path: holdsPath, bytes: Buffer.from(writeHolds([hold])) }];
  };
  world = await openFaultWorld({
    revisions: each,
    environments: ["staging", "prod"],
    beside,
    gitFault: (request) => (world === undefined ? "pass" : torment(world, request)),
  });
  const { deploy, operations } = world;
  const starters = ["staging", "prod"].flatMap((environment) =>
    lineupOf(each, seed).map(({ deploy: id, revision }) => {
      return { environment, revision, deploy: `${id}-${environment}` };
    }),
  );
  const results = await Promise.all(
    starters.map((starter) => deploy({ ...starter, policy: patient, clock: systemClock })),
  );
  const told = `SEED=${seed}, injected ${JSON.stringify([...injected])}`;
  const odd = results.filter(({ outcome, environment, revision }, at) => {
    const isHeld = environment === "prod" && starters[at]!.revision <= heldThrough;
    const well = isHeld ? /^(?:held|superseded)$/ : /^(?:landed|superseded|unchanged)$/;
    return !well.test(outcome) || revision === undefined;
  });
  expect(odd, told).toEqual([]);
  expect(operations.length).toBe(2 * each);
  expect(await world.violations(), told).toEqual([]);
  const newest = Math.max(...starters.map(({ revision }) => revision));
  expect(await world.holds(newest), told).toBe(true);
}, 170_000);
