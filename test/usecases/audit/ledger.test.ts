/** Corners of the ledger, told as an audit tells them; and what an audit says when it cannot. */

import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/core/failure.ts";
import type { Revision } from "../../../src/core/ids.ts";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { writeHolds } from "../../../src/core/landing/holds-file.ts";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import type { DeployLog } from "../../../src/ports.ts";
import { audit } from "../../../src/usecases/audit/audit.ts";
import { api, LedgerWorld, tag, web } from "../../support/ledger-world.ts";

const fateOf = (result: AuditResult, revision: Revision) =>
  result.commits.find((commit) => commit.revision === revision);

describe("a tag that names no commit", () => {
  test("hides what is there: the pin counts as it was, until it names another", async () => {
    const world = new LedgerWorld();
    const [old, young] = [world.code(), world.code()];
    const by = world.deploy(young);
    for (const held of ["hotfix-1", "hotfix-2"]) {
      world.hand("fix\n", { "k8s/web.yaml": web(held) });
      world.hand("Revert the api\n", { "k8s/api.yaml": api(tag(old)) });
      expect(fateOf(await world.audit(), young)).toMatchObject({ fate: "deployed", by });
      world.hand("api\n", { "k8s/api.yaml": api(tag(young)) });
      world.hand("no api\n", { "k8s/api.yaml": undefined });
    }
    const back = world.hand("Revert\n", { "k8s/web.yaml": web(tag(old)) });
    const found = fateOf(await world.audit(), young);
    expect(found).toMatchObject({ fate: "rolled-back", by: back });
    expect(fateOf(await world.audit(), old)).toMatchObject({ fate: "covered", by });
  });

  test("in a tool's commit deploys nothing, and is warned of", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    const by = world.legacy(revision, { "k8s/web.yaml": web("sha-0000000") });
    const result = await world.audit();
    expect(fateOf(result, revision)).toMatchObject({ fate: "gap" });
    expect(result.deploys).toMatchObject([{ commit: by, kind: "deploy", revision: undefined }]);
    expect(result.warnings).toEqual([
      'The source\'s history has no commit, or several, for "sha-0000000"',
    ]);
  });

  test("stands among three that are named, and more are counted", async () => {
    const world = new LedgerWorld();
    const strange = ["1", "2", "3", "4", "5"].map((digit) => `sha-${digit.repeat(7)}`);
    for (const held of strange.slice(0, 3)) world.hand("x\n", { "k8s/web.yaml": web(held) });
    const said = 'for "sha-1111111", "sha-2222222", "sha-3333333"';
    expect((await world.audit()).warnings[0]).toMatch(new RegExp(`${said}$`));
    for (const held of strange.slice(3)) world.hand("x\n", { "k8s/web.yaml": web(held) });
    expect((await world.audit()).warnings[0]).toMatch(new RegExp(`${said} and 2 more$`));
  });
});

test("two holds keep out what both cover, and what the farther one covers alone", async () => {
  const world = new LedgerWorld();
  world.deploy(world.code());
  const [near, far, free] = [world.code(), world.code(), world.code()];
  const words = { reason: "slow", by: "ana", at: "2026-01-01T00:00:00Z" };
  const holds = [near, far].map((through) => {
    return { images: [parseImageName("acme/web")!], through, ...words };
  });
  const text = new TextDecoder().decode(writeHolds(holds));
  const by = world.hand("hold\n", { ".landfall/holds.yaml": text });
  const result = await world.audit();
  expect(fateOf(result, near)).toMatchObject({ fate: "rolled-back", by });
  expect(fateOf(result, far)).toMatchObject({ fate: "rolled-back", by });
  expect(fateOf(result, free)).toMatchObject({ fate: "gap" });
});

test("of pins left behind, that which most deploys passed comes first, then by file", async () => {
  const world = new LedgerWorld();
  const job = (name: string) => ({ [`k8s/${name}.yaml`]: web("sha-0000000") });
  world.hand("feat: jobs\n", { ...job("b-late"), ...job("c-late"), ...job("a-late") });
  world.deploy(world.code());
  world.hand("feat: job\n", job("a-job"));
  for (let at = 0; at < 3; at += 1) world.deploy(world.code());
  const { leftBehind } = await world.audit();
  expect(leftBehind.map(({ file, deploys }) => `${file} ${deploys}`)).toEqual([
    ...["k8s/a-late.yaml 4", "k8s/b-late.yaml 4", "k8s/c-late.yaml 4"],
    "k8s/a-job.yaml 3",
  ]);
});

test("a recovery from before Landfall is one by its subject", async () => {
  const world = new LedgerWorld();
  const revision = world.code();
  const subject = `chore(gitops): recover missing manifest update to ${tag(revision)}\n`;
  const by = world.hand(subject, {
    "k8s/web.yaml": web(tag(revision)),
    "k8s/api.yaml": api(tag(revision)),
  });
  expect(fateOf(await world.audit(), revision)).toMatchObject({ fate: "recovered", by });
});

describe("an audit that cannot read", () => {
  const auditWith = (error: Error) => {
    const histories = async () => {
      throw error;
    };
    const request = {
      ...{ images: [], paths: [], pattern: /^x/, tagFormat: parseTagFormat("{revision}") },
      ...{ repository: "manifests", branch: "main", source: "source" },
      ...{ sinceMs: 1, asOfMs: 2, nowMs: 2, graceMs: 0, behind: 3, strict: false },
    };
    const progress = { step: () => {}, warn: () => {} };
    return audit(request, { log: { histories } as unknown as DeployLog, progress });
  };

  test("says why, and counts nothing", async () => {
    const away = new Failure("remote-unreachable", "Cannot read: no route to host", "Later.");
    expect(await auditWith(away)).toMatchObject({
      ...{ version: 1, command: "audit", exit: 1, sinceMs: 1, asOfMs: 2 },
      ...{ repository: "manifests", branch: "main", source: "source" },
      ...{ commits: [], deploys: [], inversions: [], leftBehind: [], warnings: [] },
      counts: { deployed: 0, covered: 0, gap: 0, pending: 0 },
      failure: { code: "remote-unreachable", message: "Cannot read: no route to host" },
    });
  });

  test("because of a bug passes it on", async () => {
    await expect(auditWith(new TypeError("ours"))).rejects.toThrow(TypeError);
  });
});
