/** `-v`: what is asked of git and of servers, with times and without secrets. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { runCli } from "../../support/run-cli.ts";

describe("-v", () => {
  let world: Awaited<ReturnType<typeof openAppWorld>>;
  let revision: string;
  beforeAll(async () => {
    world = await openAppWorld();
    revision = await world.commit("feat: one");
  });
  afterAll(() => world.close());

  const dryRun = (args: readonly string[], env: Record<string, string> = {}) =>
    runCli(["promote", "--revision", revision, "--dry-run", ...args], { cwd: world.app, env });

  test("shows every git command and request with its time; the result is the same", async () => {
    const { status, out, err } = await dryRun(["-v"]);
    expect(status, err).toBe(0);
    expect(err).toMatch(/^git fetch .* {2}\d+ ms$/m);
    expect(err).toMatch(/^HEAD http:\/\/127\.0\.0\.1:\d+\/v2\/\S+ {2}200 {2}\d+ ms$/m);
    const plain = await dryRun([]);
    const undated = (text: string) => text.replace(/[\d.]+ m?s\b/g, "");
    expect(undated(plain.out)).toBe(undated(out));
    expect(plain.err).not.toMatch(/^git fetch|^HEAD /m);
  });

  test("blackens what is a secret, wherever it stands", async () => {
    const { err } = await dryRun(["-v"], { SOME_TOKEN: "rbs-frontend-prod" });
    expect(err).toContain("/v2/ldamasio/***/");
    expect(err).not.toContain("rbs-frontend-prod/");
  });

  test("a request that fails says why", async () => {
    const gone = ["--repository", "http://127.0.0.1:9/x.git", "--timeout", "1s"];
    const { err } = await dryRun(["-v", ...gone]);
    expect(err).toMatch(/^git fetch .* {2}git fetch exited with 128 {2}\d+ ms$/m);
  });
});
