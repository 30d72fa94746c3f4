/** A clock that lies keeps no lost deploy from being found. */

import { expect, test } from "vitest";
import { openSyncWorld, tagOf } from "../../support/sync-world.ts";

const daySeconds = 86_400;
const now = () => Math.floor(Date.now() / 1_000);

test.each([
  ["200 days ahead", () => now() + 200 * daySeconds],
  ["in 1970", () => 0],
])(
  "a commit that is dated %s: its lost deploy is landed, and a missing build told",
  async (_, date) => {
    const world = await openSyncWorld();
    const revision = await world.code("app/main.ts", { atSeconds: date() });
    const missing = await world.sync();
    expect(missing).toMatchObject({ verdict: "stalled", exit: 3 });
    expect(missing.warnings).toEqual([expect.stringContaining(revision.slice(0, 7))]);
    await world.publish(revision);
    expect(await world.sync()).toMatchObject({ verdict: "behind", outcome: "landed", exit: 0 });
    expect(new Set(Object.values(await world.held()))).toEqual(new Set([tagOf(revision)]));
  },
);

test("a clock that is hardly ahead leaves a deploy its time", async () => {
  const world = await openSyncWorld();
  const atSeconds = now() + 600;
  await world.code("app/main.ts", { atSeconds });
  expect(await world.sync()).toMatchObject({ verdict: "pending", exit: 0, warnings: [] });
});
