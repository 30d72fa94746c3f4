/** The parts of `dagger call race-test`, here in one process between servers on loopback. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startGitServer } from "../../src/demo/git-server.ts";
import { labNames } from "../../src/demo/lab-repository.ts";
import { makeRepository, publishLabImages } from "../../src/demo/lab-servers.ts";
import { startRegistry } from "../../src/demo/registry-server.ts";
import { startLine } from "../../src/demo/start-line.ts";
import { lineupOf } from "../../src/lab/lineup.ts";
import { type Ran, runCli } from "../support/run-cli.ts";

const deployers = 3;
const seed = 7;

/** Runs a race to its end, and returns what is needed to judge it. */
async function race() {
  const folder = mkdtempSync(join(tmpdir(), "landfall-lab-test-"));
  const [registry, start] = [await startRegistry(), await startLine(deployers)];
  const server = await startGitServer({ root: folder });
  onTestFinished(async () => {
    await Promise.all([registry.close(), start.close(), server.close()]);
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { PATH: process.env.PATH };
  const by = { env, signal: new AbortController().signal };
  const { revisions } = await makeRepository(folder, { deployers, registry: registry.host }, by);
  await publishLabImages(registry.host, revisions);
  const about = ["--deployers", `${deployers}`, "--seed", `${seed}`, "--registry", registry.host];
  const at = { cwd: folder };
  const lab = (...words: string[]) => runCli(["lab", ...words, ...about], at);
  const numbers = Array.from({ length: deployers }, (_, index) => `${index + 1}`);
  const ran = await Promise.all(
    numbers.map((number) =>
      lab("deploy", "--deployer", number, "--git", server.url, "--start", start.url),
    ),
  );
  const results = join(folder, "results");
  mkdirSync(results);
  const write = (index: number, text: string) =>
    writeFileSync(join(results, `${index + 1}.json`), text);
  for (const [index, one] of ran.entries()) write(index, JSON.stringify(one));
  return {
    ...{ ran, write, bare: join(folder, labNames.repository) },
    judge: () => lab("judge", "--git", server.url, "--results", "results"),
  };
}

/** What a deployer would have printed, had it come out otherwise. */
function retold({ status, out, err }: Ran, outcome: string): string {
  return JSON.stringify({ status, out: JSON.stringify({ ...JSON.parse(out), outcome }), err });
}

describe("a race of real deployers", () => {
  test("comes out right, and the verdict says only what its seed decides", async () => {
    const { ran, judge } = await race();
    for (const { out } of ran) {
      expect(JSON.parse(out).outcome).toMatch(/^(?:landed|superseded|unchanged)$/);
    }
    const newest = Math.max(...lineupOf(deployers, seed).map(({ revision }) => revision));
    expect(await judge()).toMatchObject({
      status: 0,
      out:
        "race of 3 deployers, seed 7: 3 accounted for, 0 violations\n" +
        `the manifests hold revision ${newest}, the newest that was deployed\n`,
    });
  });

  test("is not passed when somebody cannot be accounted for", async () => {
    const { write, judge } = await race();
    write(1, JSON.stringify({ status: 137, out: "", err: "killed" }));
    expect(await judge()).toMatchObject({
      status: 1,
      out: expect.stringContaining("2 accounted for"),
    });
  });

  test("is not passed when somebody says what is not so", async () => {
    const { ran, write, judge } = await race();
    const at = ran.findIndex(({ out }) => JSON.parse(out).outcome === "landed");
    write(at, retold(ran[at]!, "failed"));
    expect(await judge()).toMatchObject({ status: 1, out: expect.stringMatching(/^ {2}I\d /m) });
  });

  test("is not passed when a landing has gone from the branch", async () => {
    const { bare, judge } = await race();
    execFileSync("git", ["update-ref", "refs/heads/main", "refs/heads/main~1"], { cwd: bare });
    expect(await judge()).toMatchObject({ status: 1, out: expect.stringMatching(/^ {2}I\d /m) });
  });
});

test("the same seed is the same line-up, and another one is another", () => {
  expect(lineupOf(8, 7)).toEqual(lineupOf(8, 7));
  expect(lineupOf(8, 7)).not.toEqual(lineupOf(8, 8));
});

test.each([
  ["git", "--port", "9", "--start-port", "10"],
  ["registry", "--port", "9"],
])("nobody's machine serves a race: `lab %s` is for containers", async (...words) => {
  const about = ["--deployers", "2", "--registry", "localhost:9"];
  const { status, err } = await runCli(["lab", ...words, ...about], { cwd: tmpdir() });
  expect(status).toBe(2);
  expect(err).toMatch(/^landfall: Cannot serve a race here/);
});
