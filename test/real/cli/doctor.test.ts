/** `doctor` as the shell runs it, against real git, a real registry protocol, and servers' REST. */

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { DoctorResult } from "../../../src/core/results/doctor.ts";
import { startRegistry } from "../../../src/demo/registry-server.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { serveApplied } from "../../support/applied-servers.ts";
import { runCli } from "../../support/run-cli.ts";

let world: Awaited<ReturnType<typeof openAppWorld>>;
beforeAll(async () => {
  world = await openAppWorld();
});
afterAll(() => world.close());

test("finds all that a deploy needs, without writing anything: 0", async () => {
  const env = await serveApplied(world);
  const before = await world.truth("for-each-ref");
  const seen = () => ({ ...world.git.stats.byKind });
  const asked = seen();
  const argv = ["doctor", "--json", "--config", env.LANDFALL_CONFIG];
  const { status, out, err } = await runCli(argv, { cwd: world.app, env });
  expect(status, err).toBe(0);
  const { checks } = JSON.parse(out) as DoctorResult;
  const named = checks.map(({ name, state }) => [name.split(" ")[0], state]);
  expect(Object.fromEntries(named)).toEqual({
    ...{
      config: "ok",
      git: "ok",
      remote: "ok",
      pins: "ok",
      write: "ok",
      signing: "skipped",
      token: "skipped",
    },
    ...{ registry: "warn", argocd: "ok", cluster: "ok", clock: "ok" },
  });
  expect(await world.truth("for-each-ref")).toBe(before);
  const since = (kind: string) => (seen()[kind] ?? 0) - (asked[kind] ?? 0);
  expect(since("git-receive-pack:POST")).toBe(0);
  // The branch is fetched once: two git commands in one repository would meet in its locks.
  // The third is for the contents of the manifests, whose pins say whose Application it is.
  expect(since("git-upload-pack:POST")).toBe(3);
  expect(out + err).not.toContain(env.LANDFALL_ARGOCD_TOKEN);
});

test("names what is missing, each with its remedy: 1", async () => {
  const env = { ...(await serveApplied(world)), LANDFALL_ARGOCD_TOKEN: "another" };
  const argv = ["doctor", "--config", env.LANDFALL_CONFIG, "--kubeconfig", "nowhere"];
  const { status, out } = await runCli(argv, { cwd: world.app, env });
  expect(status).toBe(1);
  expect(out).toMatch(/^fail +argocd .*answered 401: no session information$/m);
  expect(out).toMatch(/^ +The token in LANDFALL_ARGOCD_TOKEN has expired or was revoked/m);
  expect(out).toMatch(/^fail +cluster +Cannot read ".*nowhere"/m);
  expect(out).toContain("2 to fix");
});

test("tries the key that deploy commits are signed with, and pushes nothing", async () => {
  const env = { ...(await serveApplied(world)), LANDFALL_SIGNING_KEY_FILE: "/nonexistent/key" };
  const before = await world.truth("for-each-ref");
  const argv = ["doctor", "--config", env.LANDFALL_CONFIG];
  const { status, out } = await runCli(argv, { cwd: world.app, env });
  expect(status).not.toBe(0);
  expect(out).toMatch(/^fail +signing +Cannot sign the deploy commit: /m);
  expect(await world.truth("for-each-ref")).toBe(before);
});

test("makes wrong settings a finding, not the end: 2", async () => {
  const { status, out } = await runCli(["doctor"], { cwd: world.root });
  expect(status).toBe(2);
  expect(out).toMatch(/^fail +config +Cannot look for manifests/m);
  expect(out).toMatch(/^ok +git +version/m);
});

test("tells a login that was taken from one that was refused, or never asked for", async () => {
  const [username, password] = ["ci", "registry-s3cret"];
  const closed = await startRegistry({ auth: { kind: "basic", users: { [username]: password } } });
  onTestFinished(() => closed.close());
  const ask = async (host: string, secret: string) => {
    const argv = ["doctor", "--path", "infra/k8s/prod", "--image", `${host}/acme/web`];
    const env = { LANDFALL_REGISTRY_USERNAME: username, LANDFALL_REGISTRY_PASSWORD: secret };
    const { out, err } = await runCli(argv, { cwd: world.app, env });
    expect(out + err).not.toContain(secret);
    return out.split("\n").find((line) => line.includes(`registry ${host}`));
  };
  expect(await ask(closed.host, password)).toMatch(/^ok .* can be read, logged in$/);
  expect(await ask(closed.host, "wrong-s3cret")).toMatch(/^fail .* answered 401/);
  const open = await ask(world.registry.host, password);
  expect(open).toMatch(/^ok .*whether the login is good was not asked for$/);
});

test("asks whether it may write, and the server says no", async () => {
  const login = { username: "x-access-token", password: "only-to-read" };
  const closed = await openAppWorld({ login });
  onTestFinished(() => closed.close());
  const { status, out } = await runCli(["doctor"], { cwd: closed.app });
  expect(status).toBe(1);
  expect(out).toMatch(/^fail +remote .*access was denied/m);
  expect(out).toMatch(/^fail +write /m);
  const env = { LANDFALL_GIT_TOKEN: login.password };
  const open = await runCli(["doctor"], { cwd: closed.app, env });
  expect(open.out).toMatch(/^ok +write +the server would take a push$/m);
  expect(open.out + open.err).not.toContain(login.password);
});
