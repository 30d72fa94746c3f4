/** Two environments on one branch: what is recorded of one says nothing of the other. */

import { expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { LedgerWorld, tag, web } from "../../support/ledger-world.ts";

const manifestPaths = ["k8s/staging", "k8s/prod"];
const fateOf = ({ commits }: AuditResult, one: string) =>
  commits.find(({ revision }) => revision === one)?.fate;

/** Returns a branch with both, and how each is audited. */
function worldOfBoth() {
  const world = new LedgerWorld();
  const begin = web("latest");
  world.hand("chore: two", { "k8s/staging/web.yaml": begin, "k8s/prod/web.yaml": begin });
  const images = world.question.images.slice(0, 1);
  const to = (environment: string, revision: ReturnType<typeof world.code>) =>
    world.deploy(revision, {
      environment,
      writes: { [`k8s/${environment}/web.yaml`]: web(tag(revision)) },
    });
  const audit = (environment: string) =>
    world.audit({ images, environment, paths: [`k8s/${environment}`], manifestPaths });
  return { world, to, audit };
}

test("a deploy of one is none of the other's, and touches no code", async () => {
  const { world, to, audit } = worldOfBoth();
  const one = world.code();
  const two = world.code();
  to("prod", one);
  to("staging", one);
  to("staging", two);
  const [staging, prod] = [await audit("staging"), await audit("prod")];
  expect([fateOf(staging, one), fateOf(staging, two)]).toEqual(["deployed", "deployed"]);
  expect([fateOf(prod, one), fateOf(prod, two)]).toEqual(["deployed", "gap"]);
  expect([staging, prod].map(({ deploys }) => deploys.length)).toEqual([2, 1]);
  expect(prod.commits).toHaveLength(staging.commits.length);
});

test("what was superseded, held or released in staging is still missing in prod", async () => {
  const { world, to, audit } = worldOfBoth();
  const one = world.code();
  to("staging", one);
  to("prod", one);
  const late = world.code();
  to("staging", world.code());
  for (const outcome of ["superseded", "rolled-back", "released"] as const) {
    world.deploy(late, { outcome, environment: "staging", writes: {} });
  }
  const [staging, prod] = [await audit("staging"), await audit("prod")];
  expect(fateOf(staging, late)).toBe("superseded");
  expect(fateOf(prod, late)).toBe("gap");
  const kinds = (result: AuditResult) => result.deploys.map(({ kind }) => kind);
  expect(kinds(staging)).toEqual(expect.arrayContaining(["superseded", "rollback", "release"]));
  expect(kinds(prod)).toEqual(["deploy"]);
});

test("what was recorded before there were environments counts in each", async () => {
  const { world, to, audit } = worldOfBoth();
  const late = world.code();
  to("prod", world.code());
  world.deploy(late, { outcome: "superseded", writes: {} });
  expect(fateOf(await audit("prod"), late)).toBe("superseded");
});
