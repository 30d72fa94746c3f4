/** Images that are named after releases: the source's git tags tell which is newer, and missed. */

import { expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { parseTagFormat } from "../../../src/core/tag-format.ts";
import { deployHistoryReader } from "../../../src/usecases/rollback/deploy-history.ts";
import { LedgerWorld, web } from "../../support/ledger-world.ts";

const byRelease = { tagFormat: parseTagFormat("{release}") };
const fates = ({ commits }: AuditResult) => commits.map(({ subject, fate }) => [subject, fate]);

/** Lands a release as a script does that records nothing. */
const land = (world: LedgerWorld, name: string) =>
  world.hand(`ops: ${name}\n`, { "k8s/web.yaml": web(name) });

function released() {
  const world = new LedgerWorld();
  const commits = ["v1.1.0", "v1.2.0", "v1.3.0-rc.1", "v1.3.0"].map((name) => {
    world.code(`feat: before ${name}`);
    const commit = world.code(`feat: ${name}`);
    world.release(name, commit);
    return commit;
  });
  world.code("feat: not released yet");
  return { world, commits };
}

test("a release that nobody deployed is a gap; what was not released, or is early, is none", async () => {
  const { world } = released();
  land(world, "v1.1.0");
  land(world, "v1.2.0");
  const result = await world.audit(byRelease);
  expect(fates(result)).toEqual([
    ["feat: v1.3.0", "gap"],
    ["feat: v1.2.0", "covered"],
    ["feat: v1.1.0", "covered"],
  ]);
  expect(result.exit).toBe(3);
});

test.each([
  ["as it is", (name: string) => name],
  ["without its v", (name: string) => name.slice(1)],
])("an older release over a newer one is an inversion, written %s", async (_, spell) => {
  for (const asked of [byRelease, {}]) {
    const { world } = released();
    land(world, spell("v1.2.0"));
    land(world, spell("v1.1.0"));
    const { inversions, warnings } = await world.audit(asked);
    expect(inversions).toMatchObject([{ from: spell("v1.2.0"), to: spell("v1.1.0") }]);
    expect(warnings).toEqual([]);
  }
});

test("a release is as old as its tag: the images of what is tagged late come late", async () => {
  const { world } = released();
  land(world, "v1.3.0");
  const late = world.code("feat: late");
  for (let at = 0; at < 20; at += 1) world.code();
  world.release("v1.4.0", late);
  const { counts } = await world.audit({ ...byRelease, graceMs: 5 * 60_000 });
  expect(counts).toMatchObject({ pending: 1, gap: 0, covered: 3 });
});

test("a tag of a release that the source's line does not have is warned of", async () => {
  const { world } = released();
  land(world, "v0.9.0");
  expect((await world.audit(byRelease)).warnings.join()).toContain('"v0.9.0"');
});

test("the deploys to go back to are those of releases", async () => {
  const { world, commits } = released();
  for (const name of ["v1.1.0", "v1.2.0", "v1.3.0"]) land(world, name);
  const { images, pattern } = world.question;
  const subject = { images, pattern, paths: ["k8s"], ...byRelease };
  const { states, graph } = await deployHistoryReader(subject, world.log)(undefined);
  const held = states.map(({ held: pins }) => pins.find(({ image }) => image === "acme/web"));
  const places = held.flatMap((pin) => pin?.revision ?? []);
  expect(places.map((place) => graph.revisionAt(place))).toEqual([
    commits[0],
    commits[1],
    commits[3],
  ]);
});
