/** What an audit lists: commits in order, deploys with what they moved, and inversions. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { api, LedgerWorld, minuteMs, tag, web } from "../../support/ledger-world.ts";

const fateOf = (result: AuditResult, revision: Revision) =>
  result.commits.find((commit) => commit.revision === revision);
const both = (held: string) => ({ "k8s/web.yaml": web(held), "k8s/api.yaml": api(held) });

describe("commits", () => {
  test("stand newest first, however each was deployed", async () => {
    const world = new LedgerWorld();
    const [covered, own, late, gap] = [world.code(), world.code(), world.code(), world.code()];
    world.deploy(own);
    world.deploy(late, { outcome: "superseded", writes: {} });
    const listed = (await world.audit()).commits.map(({ revision }) => revision);
    expect(listed.slice(0, 4)).toEqual([gap, late, own, covered]);
  });

  test("are judged by what was there at the time asked about", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const asOfMs = world.nowMs;
    const by = world.deploy(revision);
    expect(fateOf(await world.audit({ asOfMs }), revision)).toMatchObject({ fate: "gap" });
    const then = await world.audit({ asOfMs: asOfMs + minuteMs });
    expect(fateOf(then, revision)).toMatchObject({ fate: "deployed", by });
  });

  test("count from the very moment that the time asked about begins", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const sinceMs = world.nowMs;
    const by = world.deploy(revision);
    const result = await world.audit({ sinceMs });
    expect(result.commits.map((commit) => commit.revision)).toEqual([revision]);
    expect(result.counts).toMatchObject({ deployed: 1, gap: 0 });
    const later = await world.audit({ sinceMs: world.nowMs });
    expect(later.deploys.map(({ commit }) => commit)).toEqual([by]);
    expect(later.commits).toEqual([]);
  });

  test("are deployed by the first deploy of their own, whatever came after it", async () => {
    const world = new LedgerWorld();
    const old = world.code();
    world.deploy(old);
    const revision = world.code();
    const by = world.deploy(revision);
    world.deploy(old, { outcome: "rolled-back" });
    world.deploy(revision);
    world.deploy(revision, {
      outcome: "recovered",
      writes: { "k8s/api.yaml": api(tag(revision)) },
    });
    expect(fateOf(await world.audit(), revision)).toMatchObject({
      ...{ fate: "deployed", by, lagMs: minuteMs },
    });
  });

  test("are not deployed by a deploy that only pushed their pin down, or removed it", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const by = world.hand("bump\n", both(tag(revision)));
    const next = world.code();
    world.deploy(next, {
      writes: { "k8s/web.yaml": `# note\n${web(tag(revision))}`, "k8s/api.yaml": api(tag(next)) },
    });
    expect(fateOf(await world.audit(), revision)).toMatchObject({ fate: "covered", by });
  });

  test("that landed before they were made by the clock took no time", async () => {
    const world = new LedgerWorld();
    const [first, second] = [world.code(), world.code()];
    world.deploy(second);
    const found = await world.audit();
    expect(fateOf(found, first)?.lagMs).toBe(2 * minuteMs);
    expect(fateOf(found, second)?.lagMs).toBe(minuteMs);
  });

  test("have nothing behind them, and no lag, where nothing landed them", async () => {
    const world = new LedgerWorld();
    const lost = world.code("feat: lost");
    expect(fateOf(await world.audit(), lost)).toEqual({
      ...{ revision: lost, subject: "feat: lost", author: "ana", atMs: world.nowMs },
      ...{ fate: "gap", by: undefined },
    });
  });
});

describe("deploys", () => {
  test("name what they moved, and what they brought: not what stands elsewhere or is gone", async () => {
    const world = new LedgerWorld();
    const old = world.code();
    world.hand("feat: jobs\n", { "k8s/job.yaml": web("x"), "k8s/gone.yaml": web("x") });
    world.deploy(old, { writes: both(tag(old)) });
    const revision = world.code();
    const by = world.deploy(revision, {
      writes: {
        "k8s/web.yaml": web(tag(revision)),
        "k8s/api.yaml": `# note\n${api(tag(old))}`,
        "k8s/new.yaml": web(tag(revision)),
        "k8s/fixed.yaml": web("sha-0000000"),
        "k8s/gone.yaml": undefined,
      },
    });
    const [newest] = (await world.audit()).deploys;
    expect(newest).toMatchObject({ commit: by, kind: "deploy", revision });
    expect(newest?.moves).toEqual([
      { file: "k8s/web.yaml", image: "acme/web", from: tag(old), to: tag(revision) },
      { file: "k8s/new.yaml", image: "acme/web", from: "", to: tag(revision) },
    ]);
  });

  test("are told where they moved nothing, when they say something of it", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    for (const outcome of ["rolled-back", "released", "superseded", "landed"] as const) {
      world.deploy(revision, { outcome, writes: {} });
    }
    const { deploys } = await world.audit();
    expect(deploys.map(({ kind, moves }) => [kind, moves])).toEqual([
      ...[
        ["superseded", []],
        ["release", []],
        ["rollback", []],
      ],
    ]);
  });

  test("are not what removed a pin, or only pushed one down", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const by = world.deploy(revision);
    world.hand("chore: note\n", { "k8s/web.yaml": `# note\n${web(tag(revision))}` });
    world.hand("chore: no api\n", { "k8s/api.yaml": undefined });
    expect((await world.audit()).deploys.map(({ commit }) => commit)).toEqual([by]);
  });
});

describe("inversions", () => {
  test("are told once an image, however many of its pins went back", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    const job = (held: string) => ({ ...both(held), "k8s/job.yaml": web(held) });
    world.deploy(young, { writes: job(tag(young)) });
    const commit = world.hand("back\n", job(tag(old)));
    const moved = { commit, atMs: world.nowMs, from: tag(young), to: tag(old) };
    const { inversions } = await world.audit();
    expect(inversions).toHaveLength(2);
    for (const image of ["acme/web", "acme/api"]) {
      expect(inversions).toContainEqual({ ...moved, image });
    }
  });

  test("stand newest first", async () => {
    const world = new LedgerWorld();
    const [oldest, old, young] = [world.code(), world.code(), world.code()];
    world.deploy(young);
    const [first, second] = [old, oldest].map((revision) => world.legacy(revision));
    const { inversions } = await world.audit();
    expect(inversions.map(({ commit }) => commit)).toEqual([second, first]);
  });

  test("are not rollbacks, nor the same revision spelled otherwise, nor what names none", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    world.deploy(young);
    world.deploy(old, { outcome: "rolled-back" });
    for (const held of [`sha-${old.slice(0, 9)}`, tag(old), "hotfix", "hotfix-2", tag(young)]) {
      world.hand("bump\n", { "k8s/web.yaml": web(held) });
    }
    expect((await world.audit()).inversions).toEqual([]);
  });
});
