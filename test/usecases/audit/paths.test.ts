/** Images with source paths of their own: a commit is missed by what it changed alone. */

import { describe, expect, test } from "vitest";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { api, LedgerWorld, tag, web } from "../../support/ledger-world.ts";

const sourcePaths = new Map([
  ["acme/web", ["app/web"]],
  ["acme/api", ["app/api", "app/lib"]],
]);

const fates = ({ commits }: AuditResult) =>
  Object.fromEntries(commits.map(({ revision, fate }) => [revision, fate]));

function worldWithPaths() {
  const world = new LedgerWorld();
  const change = (path: string) => world.code(`feat: ${path}`, { [path]: String(world.nowMs) });
  const audit = () => world.audit({ sourcePaths, sinceMs: world.nowMs - 1e9 });
  const first = change("app/main.ts");
  world.deploy(first, {
    writes: { "k8s/web.yaml": web(tag(first)), "k8s/api.yaml": api(tag(first)) },
  });
  return { world, change, audit };
}

describe("a commit", () => {
  test("that changed nothing of any image is no gap, and is not listed", async () => {
    const { change, audit } = worldWithPaths();
    const docs = change("docs/index.md");
    const result = await audit();
    expect(fates(result)).not.toHaveProperty(docs);
    expect(result).toMatchObject({ exit: 0, counts: { gap: 0 } });
  });

  test("that changed one image has landed with that image's deploy alone", async () => {
    const { world, change, audit } = worldWithPaths();
    const forApi = change("app/lib/x.ts");
    const forWeb = change("app/web/x.ts");
    world.deploy(forWeb);
    const result = await audit();
    expect(fates(result)).toMatchObject({ [forWeb]: "deployed", [forApi]: "gap" });
    expect(result.exit).toBe(3);
    world.deploy(forApi, { writes: { "k8s/api.yaml": api(tag(forApi)) } });
    expect(fates(await audit())).toMatchObject({ [forWeb]: "deployed", [forApi]: "deployed" });
  });

  test("that changed two is missed as long as one of them lacks it", async () => {
    const { world, audit } = worldWithPaths();
    const both = world.code("feat: both", { "app/web/y.ts": "1", "app/api/y.ts": "1" });
    world.deploy(both);
    expect(fates(await audit())).toMatchObject({ [both]: "gap" });
    world.deploy(both, { writes: { "k8s/api.yaml": api(tag(both)) } });
    expect(fates(await audit())).toMatchObject({ [both]: "deployed" });
  });

  test("that a record says was superseded is missed by none that it did not change", async () => {
    const { world, change, audit } = worldWithPaths();
    const older = change("app/web/x.ts");
    const newer = change("app/web/x.ts");
    world.deploy(newer);
    world.deploy(older, { outcome: "superseded", writes: {} });
    const result = await audit();
    expect(fates(result)).toMatchObject({ [older]: "superseded", [newer]: "deployed" });
    expect(result.commits.map(({ revision }) => revision).slice(0, 2)).toEqual([newer, older]);
  });
});
