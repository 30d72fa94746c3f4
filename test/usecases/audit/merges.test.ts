/** Merges as people and forges make them: which production lacks, and which bring nothing. */

import { describe, expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { LedgerWorld, tag, web } from "../../support/ledger-world.ts";

const fates = ({ commits }: AuditResult) =>
  Object.fromEntries(commits.map(({ revision, fate }) => [revision, fate]));

/** Somebody's own work on a commit that others have deployed meanwhile. */
function parted() {
  const world = new LedgerWorld();
  const base = world.code("feat: base", { "app/base.ts": "" });
  const deployed = world.deploy(base);
  world.checkout(base);
  const work = world.code("feat: mine", { "app/mine.ts": "" });
  return { world, base, deployed, work };
}

describe("git pull puts deploys on top of somebody's own work", () => {
  test("what CI builds is the merge, and production lacks it until that is deployed", async () => {
    const { world, base, deployed, work } = parted();
    const merge = world.merge(deployed, {}, base);
    const before = await world.audit();
    expect(fates(before)).toMatchObject({ [merge]: "gap", [work]: "gap", [base]: "deployed" });
    world.checkout(merge);
    world.deploy(merge as never);
    const after = await world.audit();
    expect(fates(after)).toMatchObject({ [merge]: "deployed", [work]: "covered" });
    expect(after.counts).toMatchObject({ gap: 0 });
  });

  test("nobody misses the merge where its code was deployed from the other side", async () => {
    const { world, base, deployed, work } = parted();
    const merge = world.merge(deployed, {}, base);
    world.deploy(work);
    const result = await world.audit();
    expect(fates(result)).toMatchObject({ [work]: "deployed" });
    expect(fates(result)).not.toHaveProperty(merge);
    expect(result.counts).toMatchObject({ gap: 0 });
  });
});

test("a branch of manifests that is merged is no code, nor is the deploy that it meets", async () => {
  const { world, base, deployed } = parted();
  world.checkout(base);
  const sides = [
    world.hand("ops: more memory\n", { "k8s/web.yaml": `# more\n${web(tag(base))}` }),
    deployed,
  ];
  world.checkout(sides[0]!);
  const merge = world.merge(sides[1]!, {}, base);
  const result = await world.audit();
  expect(fates(result)).not.toHaveProperty(merge);
  expect(result.counts).toMatchObject({ gap: 0 });
});

test("code that comes in under an edit of manifests is not missed twice", async () => {
  const { world, base, work } = parted();
  world.deploy(work);
  const theirs = world.code("feat: theirs", { "app/theirs.ts": "" });
  const by = world.deploy(theirs);
  world.checkout(base);
  world.hand("ops: more memory\n", { "k8s/job.yaml": "kind: Job\n" });
  const merge = world.merge(by, {}, base);
  const result = await world.audit();
  expect(fates(result)).not.toHaveProperty(merge);
  expect(fates(result)).toMatchObject({ [theirs]: "deployed" });
  expect(result.counts).toMatchObject({ gap: 0 });
});

test("an octopus is code where one of its sides is", async () => {
  const { world, base, deployed, work } = parted();
  world.checkout(base);
  const manifests = world.hand("ops: job\n", { "k8s/job.yaml": "kind: Job\n" });
  world.checkout(deployed);
  const octopus = world.merge([manifests, work], {}, base);
  expect(fates(await world.audit())).toMatchObject({ [octopus]: "gap" });
  world.checkout(deployed);
  const deploys = world.merge([manifests, deployed], {}, base);
  expect(fates(await world.audit())).not.toHaveProperty(deploys);
});
