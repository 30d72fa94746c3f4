/** Audit, whatever happened: every code commit has one fate, and it is the true one. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import type { DeployFate } from "../../../src/core/results/audit.ts";
import { api, LedgerWorld, tag, type Writes, web } from "../../support/ledger-world.ts";

const landed: readonly DeployFate[] = ["deployed", "covered", "superseded", "recovered"];

/** What people and tools do in turn. `which` chooses a revision that exists by then. */
const action = fc.record({
  kind: fc.constantFrom(
    ...(["code", "hand", "legacy", "superseded"] as const),
    ...(["landed", "recovered", "rolled-back"] as const),
  ),
  which: fc.nat(50),
  images: fc.constantFrom(["web"], ["api"], ["web", "api"]),
});

/** A world that was played, and what each image's pin must hold by now. */
interface Played {
  readonly world: LedgerWorld;
  /** Oldest first, one line of history. */
  readonly made: readonly Revision[];
  /** Places in `made`. */
  readonly pins: ReadonlyMap<string, number>;
}

const anyPlay = fc
  .tuple(fc.array(action, { maxLength: 25 }), fc.constantFrom("one branch", "apart"))
  .map(([actions, shape]): Played => {
    const world = new LedgerWorld(shape as "one branch" | "apart");
    const made = [world.code()];
    const pins = new Map<string, number>();
    for (const { kind, which, images } of actions) {
      const at = which % made.length;
      const revision = made[at]!;
      const writes = writesOf(images, tag(revision));
      if (kind === "code") made.push(world.code());
      else if (kind === "superseded") world.deploy(revision, { outcome: kind, writes: {} });
      else for (const image of images) pins.set(image, at);
      if (kind === "hand") world.hand("bump\n", writes);
      if (kind === "legacy") world.legacy(revision, writes);
      if (kind === "landed" || kind === "recovered" || kind === "rolled-back") {
        world.deploy(revision, { outcome: kind, writes });
      }
    }
    return { world, made, pins };
  });

function writesOf(images: readonly string[], held: string): Writes {
  const pages = { web: web(held), api: api(held) };
  return Object.fromEntries(
    images.map((image) => [`k8s/${image}.yaml`, pages[image as "web" | "api"]]),
  );
}

test("every code commit has one fate, and the counts add up", async () => {
  await fc.assert(
    fc.asyncProperty(anyPlay, async ({ world, made }) => {
      const { commits, counts, exit, inversions, leftBehind } = await world.audit();
      const own = commits.map(({ revision }) => revision).filter((id) => made.includes(id));
      expect(own).toEqual([...made].reverse());
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      expect(total).toBe(commits.length);
      expect(exit).toBe(counts.gap + inversions.length + leftBehind.length > 0 ? 3 : 0);
    }),
  );
});

test("it has landed exactly where a pin is at it, or past it", async () => {
  await fc.assert(
    fc.asyncProperty(anyPlay, async ({ world, made, pins }) => {
      const { commits } = await world.audit();
      const newest = Math.max(-1, ...pins.values());
      for (const { revision, fate } of commits) {
        const at = made.indexOf(revision);
        if (at >= 0) expect(landed.includes(fate), `${at}: ${fate}`).toBe(at <= newest);
      }
    }),
  );
});

test("no deploy goes back without being named an inversion", async () => {
  await fc.assert(
    fc.asyncProperty(anyPlay, async ({ world, made }) => {
      const { deploys, inversions } = await world.audit();
      const placeOf = (held: string) => made.findIndex((revision) => tag(revision) === held);
      const back = deploys
        .filter(({ kind }) => kind !== "rollback")
        .flatMap(({ commit, moves }) => moves.map((move) => ({ commit, ...move })))
        .filter(({ from, to }) => placeOf(to) >= 0 && placeOf(to) < placeOf(from));
      const told = (rows: readonly { commit: string; image: string }[]) =>
        rows.map(({ commit, image }) => `${commit} ${image}`).sort();
      expect(told(inversions)).toEqual(told(back));
    }),
  );
});
