/** What an audit must not be green about, and what cannot be asked. */

import { describe, expect, test } from "vitest";
import { parseImageName } from "../../../src/core/image-ref.ts";
import { auditHeadline } from "../../../src/report/html/audit-figures.ts";
import { api, LedgerWorld, tag, web } from "../../support/ledger-world.ts";

describe("an audit exits with 3 and says so in its heading", () => {
  test("of a pin that deploys went past, with its file; also when it is gone by now", async () => {
    const world = new LedgerWorld();
    world.hand("feat: job\n", { "k8s/job.yaml": web("sha-0000000") });
    for (let at = 0; at < 3; at += 1) world.deploy(world.code());
    const found = await world.audit();
    expect(found).toMatchObject({ exit: 3, counts: { gap: 0 } });
    expect(auditHeadline(found)).toBe("1 pin left behind: k8s/job.yaml");
    world.hand("chore: no job\n", { "k8s/job.yaml": undefined });
    expect((await world.audit()).exit).toBe(3);
  });

  test("names two files of many", async () => {
    const world = new LedgerWorld();
    const jobs = ["a", "b", "c"].map((name) => [`k8s/${name}.yaml`, web("sha-0000000")] as const);
    world.hand("feat: jobs\n", Object.fromEntries(jobs));
    for (let at = 0; at < 3; at += 1) world.deploy(world.code());
    const words = auditHeadline(await world.audit());
    expect(words).toBe("3 pins left behind: k8s/a.yaml, k8s/b.yaml and 1 more file");
  });

  test("of a deploy that went back, beside a gap", async () => {
    const world = new LedgerWorld();
    const [older, newer] = [world.code(), world.code()];
    world.deploy(newer);
    world.legacy(older);
    world.code();
    const found = await world.audit();
    expect(found.exit).toBe(3);
    expect(auditHeadline(found)).toBe("2 code commits never reached production; 1 inversion");
  });

  test("of deploys by hand where it is asked to be strict", async () => {
    const world = new LedgerWorld();
    const revision = world.code();
    world.hand("hotfix\n", { "k8s/web.yaml": web(tag(revision)) });
    expect(await world.audit()).toMatchObject({ exit: 0 });
    const strict = await world.audit({ strict: true });
    expect(strict).toMatchObject({ exit: 3, strict: true });
    // The first one is that of the world's beginning.
    expect(auditHeadline(strict)).toMatch(/^\d deploys? by hand$/);
  });
});

test.each<[string, object, string]>([
  [
    "a path under which no commit ever had a file",
    { paths: ["k8s", "k8s/prod"] },
    'Cannot audit "k8s/prod": no commit of main ever had a file there',
  ],
  [
    "an image that never occurs",
    { images: [parseImageName("acme/web")!, parseImageName("acme/wbe")!] },
    'Cannot audit "acme/wbe": no manifest of main under k8s ever pinned it',
  ],
])("%s is wrong usage, and not all of it a gap", async (_, asked, message) => {
  const world = new LedgerWorld();
  world.code();
  const result = await world.audit(asked);
  expect(result).toMatchObject({ exit: 2, commits: [], failure: { code: "usage", message } });
});

test("what is not there any more was there, and what cannot be read may pin it", async () => {
  const world = new LedgerWorld();
  world.hand("chore: gone\n", { "k8s/api.yaml": undefined });
  world.hand("oops\n", { "k8s/web.yaml": "acme/web: [\n" });
  expect(await world.audit()).not.toHaveProperty("failure");
  world.hand("chore: api elsewhere\n", { "old/api.yaml": api("x") });
  expect(await world.audit({ paths: ["old"] })).toMatchObject({ exit: 2 });
});
