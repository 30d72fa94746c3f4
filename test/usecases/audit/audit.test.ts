/** Audit: the fate of every code commit, what was deployed, and what stayed behind. */

import { describe, expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeHolds } from "../../../src/core/landing/holds-file.ts";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { api, LedgerWorld, minuteMs, tag, web } from "../../support/ledger-world.ts";

const fateOf = (result: AuditResult, revision: Revision) =>
  result.commits.find((commit) => commit.revision === revision);
const kinds = ({ deploys }: AuditResult) => deploys.map(({ kind }) => kind);
const both = (held: string) => ({ "k8s/web.yaml": web(held), "k8s/api.yaml": api(held) });

describe("a commit is", () => {
  test("deployed by a deploy of its own, with the time that took", async () => {
    const world = new LedgerWorld();
    const revision = world.code("feat: a");
    world.code("feat: b");
    const by = world.deploy(revision);
    const found = fateOf(await world.audit(), revision);
    expect(found).toMatchObject({ fate: "deployed", by, lagMs: 2 * minuteMs, subject: "feat: a" });
  });

  test("covered by the deploy of a descendant", async () => {
    const world = new LedgerWorld();
    const first = world.code();
    const by = world.deploy(world.code());
    expect(fateOf(await world.audit(), first)).toMatchObject({ fate: "covered", by });
  });

  test("covered by the first deploy that brought it, not by later ones", async () => {
    const world = new LedgerWorld();
    const first = world.code();
    const by = world.deploy(world.code());
    world.deploy(world.code());
    expect(fateOf(await world.audit(), first)).toMatchObject({ fate: "covered", by });
  });

  test("superseded where its own deploy says so", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    const by = world.deploy(young);
    world.deploy(old, { outcome: "superseded", writes: {} });
    const result = await world.audit();
    expect(fateOf(result, old)).toMatchObject({ fate: "superseded", by });
    expect(kinds(result)).toEqual(["superseded", "deploy"]);
  });

  test("recovered where the checker landed it, or what covers it", async () => {
    const world = new LedgerWorld();
    const [first, second] = [world.code(), world.code()];
    const by = world.deploy(second, { outcome: "recovered" });
    const result = await world.audit();
    for (const revision of [first, second]) {
      expect(fateOf(result, revision)).toMatchObject({ fate: "recovered", by });
    }
  });

  test("rolled back where a rollback took it out, until something lands it again", async () => {
    const world = new LedgerWorld();
    const good = world.code();
    world.deploy(good);
    const bad = world.code();
    world.deploy(bad);
    const by = world.deploy(good, { outcome: "rolled-back" });
    const result = await world.audit();
    expect(fateOf(result, bad)).toMatchObject({ fate: "rolled-back", by });
    expect(fateOf(result, bad)).not.toHaveProperty("lagMs");
    expect(fateOf(result, good)).toMatchObject({ fate: "deployed" });
    expect(result).toMatchObject({ exit: 0, inversions: [] });
    world.deploy(world.code());
    expect(fateOf(await world.audit(), bad)).toMatchObject({ fate: "deployed" });
  });

  test("rolled back where a hold keeps it out that it never got past", async () => {
    const world = new LedgerWorld();
    const good = world.code();
    world.deploy(good);
    const [held, free] = [world.code(), world.code()];
    const words = { reason: "slow", by: "ana", at: "2026-01-01T00:00:00Z" };
    const hold = { images: [parseImageName("acme/web")!], through: held, ...words };
    const text = new TextDecoder().decode(writeHolds([hold]));
    const by = world.deploy(held, {
      outcome: "rolled-back",
      writes: { ".landfall/holds.yaml": text },
    });
    const result = await world.audit();
    expect(fateOf(result, held)).toMatchObject({ fate: "rolled-back", by });
    expect(fateOf(result, free)).toMatchObject({ fate: "gap" });
  });

  test("pending while it is young, a gap afterwards: exit 3", async () => {
    const world = new LedgerWorld();
    world.deploy(world.code());
    const lost = world.code();
    const asked = { graceMs: 10 * minuteMs };
    const early = await world.audit({ ...asked, asOfMs: world.nowMs + 9 * minuteMs });
    const late = await world.audit({ ...asked, asOfMs: world.nowMs + 10 * minuteMs });
    expect(fateOf(early, lost)?.fate).toBe("pending");
    expect(fateOf(late, lost)?.fate).toBe("gap");
    expect([early.exit, late.exit]).toEqual([0, 3]);
  });

  test("a gap again where a deploy, not a rollback, put its image back: an inversion", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    world.legacy(young);
    const by = world.legacy(old);
    const result = await world.audit();
    expect(fateOf(result, young)).toMatchObject({ fate: "gap", by });
    const change = { image: "acme/web", from: tag(young), to: tag(old) };
    expect(result.inversions).toEqual([{ commit: by, atMs: world.nowMs, ...change }]);
    expect(result.exit).toBe(3);
  });

  test("rolled back where somebody put it back by hand: an inversion too, but no gap", async () => {
    const world = new LedgerWorld();
    const old = world.code();
    world.deploy(old);
    const young = world.code();
    world.deploy(young);
    const by = world.hand("Revert the deploy\n", { "k8s/web.yaml": web(tag(old)) });
    const result = await world.audit();
    expect(fateOf(result, young)).toMatchObject({ fate: "rolled-back", by });
    expect(result.inversions).toHaveLength(1);
    expect(kinds(result)).toEqual(["by-hand", "deploy", "deploy"]);
  });

  test("still there where only one of its images went back", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    world.deploy(young, { writes: both(tag(young)) });
    world.hand("Revert the api\n", { "k8s/api.yaml": api(tag(old)) });
    const result = await world.audit();
    expect(fateOf(result, young)).toMatchObject({ fate: "deployed" });
    expect(result.inversions).toMatchObject([{ image: "acme/api" }]);
  });
});

describe("a deploy by hand", () => {
  test("covers what it brings, and is named", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const by = world.hand("bump\n", { "k8s/web.yaml": web(tag(revision)) });
    const result = await world.audit();
    expect(fateOf(result, revision)).toMatchObject({ fate: "covered", by });
    expect(result.deploys).toMatchObject([
      { commit: by, kind: "by-hand", revision, moves: [{ from: "latest", to: tag(revision) }] },
    ]);
  });

  test("is also a new manifest that brings what nobody had deployed", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const by = world.hand("feat: job\n", { "k8s/job.yaml": web(tag(revision)) });
    world.hand("feat: another job\n", { "k8s/job2.yaml": web(tag(revision)) });
    const result = await world.audit();
    expect(fateOf(result, revision)).toMatchObject({ fate: "covered", by });
    expect(result.deploys.map(({ commit }) => commit)).toEqual([by]);
  });
});

describe("what is no code commit", () => {
  test("a deploy, and a change of manifests alone", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    world.deploy(revision);
    world.hand("chore: replicas\n", { "k8s/web.yaml": `${web(tag(revision))}# 3\n` });
    const result = await world.audit();
    expect(result.commits.map(({ subject }) => subject)).not.toContain("chore: replicas");
    expect(result).toMatchObject({ exit: 0, counts: { deployed: 1, gap: 0 } });
  });

  test("but a change of manifests that was deployed by name is one", async () => {
    const world = new LedgerWorld();
    const revision = world.hand("chore: env\n", { "k8s/env.yaml": "a: b\n" }) as string as Revision;
    world.deploy(revision);
    expect(fateOf(await world.audit(), revision)).toMatchObject({ fate: "deployed" });
  });

  test("a subject that says deploy hides no code", async () => {
    const world = new LedgerWorld();
    const words = "chore(gitops): update image tags to sha-1234567";
    const sly = world.code(words, { "app/main.ts": "evil" });
    expect(fateOf(await world.audit(), sly)).toMatchObject({ fate: "gap", subject: words });
  });

  test("old deploys in the source, where the manifests have moved to another repository", async () => {
    const world = new LedgerWorld("apart");
    world.code("chore(gitops): update image tags to sha-1234567", {});
    const revision = world.code();
    world.deploy(revision);
    const result = await world.audit();
    expect(result.commits.map((commit) => commit.revision)).toEqual([revision]);
  });
});

test("merged the wrong way round: deploys on the side count, and the merge is none", async () => {
  const world = new LedgerWorld();
  const base = world.code();
  const theirs = world.code("feat: theirs");
  const by = world.deploy(theirs);
  world.checkout(base);
  world.code("feat: mine");
  const deployed = { "k8s/web.yaml": web(tag(theirs)) };
  world.checkout(world.merge(by, deployed));
  const last = world.code();
  world.deploy(last);
  const result = await world.audit();
  expect(kinds(result)).toEqual(["deploy", "deploy"]);
  expect(fateOf(result, theirs)).toMatchObject({ fate: "deployed", by });
  expect(result.counts).toMatchObject({ gap: 0 });
});

describe("pins left behind", () => {
  test("after N deploys that went past, with the time since when", async () => {
    const world = new LedgerWorld();
    world.hand("feat: job\n", { "k8s/job.yaml": `# a job\n${web("sha-0000000")}` });
    const sinceMs = world.nowMs;
    for (let at = 0; at < 2; at += 1) world.deploy(world.code());
    expect((await world.audit()).leftBehind).toEqual([]);
    world.deploy(world.code());
    const place = { file: "k8s/job.yaml", line: 4, image: "acme/web", tag: "sha-0000000" };
    expect((await world.audit()).leftBehind).toEqual([
      { ...place, deploys: 3, sinceMs, fromTheStart: true },
    ]);
  });

  test("a pin that moves has caught up; one that went away was behind until then", async () => {
    const world = new LedgerWorld();
    const job = (held: string) => ({ "k8s/job.yaml": web(held) });
    world.hand("feat: job\n", job("sha-0000000"));
    for (let at = 0; at < 3; at += 1) world.deploy(world.code());
    const revision = world.code();
    const writes = { "k8s/web.yaml": web(tag(revision)), ...job(tag(revision)) };
    world.deploy(revision, { writes });
    expect((await world.audit()).leftBehind).toEqual([]);
    for (let at = 0; at < 4; at += 1) world.deploy(world.code());
    world.hand("chore: no job\n", { "k8s/job.yaml": undefined });
    const found = { deploys: 4, fromTheStart: false, goneMs: world.nowMs };
    expect((await world.audit()).leftBehind).toMatchObject([found]);
    expect((await world.audit({ sinceMs: world.nowMs + 1 })).leftBehind).toEqual([]);
  });

  test("another image's deploys do not count", async () => {
    const world = new LedgerWorld();
    for (let at = 0; at < 5; at += 1) world.deploy(world.code());
    expect((await world.audit()).leftBehind).toEqual([]);
  });
});

test("only what is within the time asked about is listed and counted", async () => {
  const world = new LedgerWorld();
  world.deploy(world.code());
  const sinceMs = world.nowMs + 1;
  const revision = world.code();
  const by = world.deploy(revision);
  const asOfMs = world.nowMs;
  world.deploy(world.code());
  const result = await world.audit({ sinceMs, asOfMs });
  expect(result.commits.map((commit) => commit.revision)).toEqual([revision]);
  expect(result.deploys.map(({ commit }) => commit)).toEqual([by]);
});

test("a manifest that cannot be read is warned of, and stops nothing", async () => {
  const world = new LedgerWorld();
  world.hand("oops\n", { "k8s/web.yaml": "image: acme/web:x\na: [\n" });
  const revision = world.code();
  world.deploy(revision, { writes: { "k8s/api.yaml": api(tag(revision)) } });
  const result = await world.audit();
  expect(fateOf(result, revision)?.fate).toBe("deployed");
  expect(result.warnings).toEqual(['Cannot tell the pins of one version of "k8s/web.yaml"']);
});

test("tags that name no commit of the source are warned of", async () => {
  const world = new LedgerWorld();
  world.hand("bump\n", { "k8s/web.yaml": web("sha-1234567") });
  const [warning] = (await world.audit()).warnings;
  expect(warning).toContain('"sha-1234567"');
});
