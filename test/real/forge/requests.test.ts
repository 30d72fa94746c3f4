/** Landing through a protected branch: real git over HTTP, and the REST of each forge. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ForgeKind } from "../../../src/core/forge/forge.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { startForge } from "../../support/forge-server.ts";
import { runCli } from "../../support/run-cli.ts";

const token = "forge-token-0123456789";
type World = Awaited<ReturnType<typeof openAppWorld>>;
type Server = Awaited<ReturnType<typeof startForge>>;

let world: World;
let server: Server;

/** Nobody pushes to main: the words are GitHub's. */
const protection = `#!/bin/sh
case "$1" in refs/heads/main) echo "error: GH006: Protected branch update failed for refs/heads/main. Changes must be made through a pull request." >&2; exit 1;; esac
`;

beforeEach(async () => {
  world = await openAppWorld();
  mkdirSync(join(world.bare, "hooks"), { recursive: true });
  writeFileSync(join(world.bare, "hooks", "update"), protection);
  chmodSync(join(world.bare, "hooks", "update"), 0o755);
});
afterEach(async () => {
  await Promise.all([server.close(), world.close()]);
});

/** Sets the scene for a forge. The settings are not committed: each run reads them as they are. */
async function on(kind: ForgeKind, land = "") {
  server = await startForge({ kind, git: world.truth, token });
  const forge = `forge: { kind: ${kind}, api: ${server.url} }`;
  const settings = `images: [{ name: ${world.image("rbs-frontend-prod")} }]
manifests: { branch: main, paths: [infra/k8s/prod] }
land: { by: pull-request${land} }
${forge}
`;
  writeFileSync(join(world.app, "prod.yaml"), settings);
  return server.forge;
}

async function promote(revision: string, ...more: string[]) {
  const argv = ["promote", "--config", "prod.yaml", "--revision", revision, "--json", "--quiet"];
  const env = { LANDFALL_GIT_TOKEN: token };
  const ran = await runCli([...argv, "--timeout", "30s", ...more], { cwd: world.app, env });
  expect(ran.out, ran.err).not.toBe("");
  expect(ran.out + ran.err).not.toContain(token);
  return { ...JSON.parse(ran.out), status: ran.status };
}

const pinned = async () =>
  /rbs-frontend-prod:(\S+)/.exec((await world.manifestsAt("main")).join())?.[1];

test("Forgejo: opened, taken over by a newer revision, merged by hand, landed", async () => {
  const forge = await on("forgejo");
  const [one, two] = [await world.commit("feat: one"), await world.commit("feat: two")];
  expect(await promote(one, "--no-wait")).toMatchObject({
    ...{ outcome: "proposed", status: 0, exit: 0, branch: "main" },
    request: { number: 1, url: "https://forge.test/o/r/pull/1" },
  });
  expect(await pinned()).not.toBe(`sha-${one.slice(0, 7)}`);
  const waiting = promote(two);
  const [request] = forge.requests;
  await expect.poll(() => request?.comments.length, { timeout: 20_000 }).toBe(1);
  expect(request).toMatchObject({ title: expect.stringContaining(`sha-${two.slice(0, 7)}`) });
  expect(await promote(one, "--no-wait")).toMatchObject({ outcome: "proposed", status: 0 });
  expect(request?.title).toContain(`sha-${two.slice(0, 7)}`);
  await forge.merge(1, "merge");
  expect(await waiting).toMatchObject({ outcome: "landed", status: 0, request: { number: 1 } });
  expect(await pinned()).toBe(`sha-${two.slice(0, 7)}`);
  expect(await promote(one)).toMatchObject({ outcome: "superseded", status: 0 });
  expect(await forge.tip("landfall/deploy")).toBeUndefined();
  expect(forge.sent.join()).not.toContain(token);
});

test("GitHub: the forge squashes it once its checks are green", async () => {
  const forge = await on("github", ", merge: auto, method: squash");
  forge.checks = "pending";
  const one = await world.commit("feat: one");
  const waiting = promote(one);
  await expect.poll(() => forge.requests[0]?.auto, { timeout: 20_000 }).toBe("squash");
  forge.checks = "green";
  const landed = await waiting;
  expect(landed).toMatchObject({ outcome: "landed", status: 0 });
  expect(await world.truth("rev-parse", "main")).toBe(landed.commit);
  expect(await world.truth("log", "-1", "--format=%s%n%b", "main")).toContain("Landfall-Deploy: ");
  expect(await promote(one)).toMatchObject({ outcome: "unchanged", status: 0 });
});

test("GitLab: what people close or edit is left alone, and said so; the next one is opened", async () => {
  const forge = await on("gitlab", ", merge: off");
  const [one, two] = [await world.commit("feat: one"), await world.commit("feat: two")];
  expect(await promote(one)).toMatchObject({ outcome: "proposed", status: 0 });
  forge.close(1);
  const closed = await promote(one);
  expect(closed).toMatchObject({ outcome: "refused", status: 4 });
  expect(closed.failure.message).toContain("was closed by hand");
  expect(await promote(two)).toMatchObject({ outcome: "proposed", request: { number: 2 } });

  const tree = await world.truth("rev-parse", "landfall/deploy^{tree}");
  const more = await world.truth("commit-tree", tree, "-p", "landfall/deploy", "-m", "by hand");
  await world.truth("update-ref", "refs/heads/landfall/deploy", more);
  const three = await world.commit("feat: three");
  const edited = await promote(three);
  expect(edited).toMatchObject({ outcome: "refused", status: 4 });
  expect(edited.failure.message).toContain(`edited by hand: ${more}`);
  expect(await forge.tip("landfall/deploy")).toBe(more);

  await world.truth("update-ref", "refs/heads/landfall/deploy", `${more}^`);
  const [before] = await world.manifestsAt("main");
  expect(before).toBeDefined();
  await forge.merge(2, "rebase");
  expect(await promote(two)).toMatchObject({ outcome: "unchanged", status: 0 });
});

test("what keeps a request from being opened is said before anything is sent", async () => {
  await on("gitea");
  const one = await world.commit("feat: one");
  const argv = ["promote", "--config", "prod.yaml", "--revision", one];
  const without = await runCli(argv, { cwd: world.app });
  expect(without.status).toBe(2);
  expect(without.err).toContain("LANDFALL_FORGE_TOKEN");
  const nameless = await runCli(
    [...argv.slice(0, 1), "--land", "pull-request", "--revision", one],
    {
      cwd: world.app,
      env: { LANDFALL_GIT_TOKEN: token },
    },
  );
  expect(nameless.err).toContain("nothing tells which forge");
  expect(server.forge.asked).toEqual([]);
});
