/** The parts of `dagger call race-test`, here in one process between servers on loopback. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startGitServer } from "../../../src/demo/git-server.ts";
import { labNames } from "../../../src/demo/lab-repository.ts";
import { makeRepository, publishLabImages } from "../../../src/demo/lab-servers.ts";
import { startRegistry } from "../../../src/demo/registry-server.ts";
import { startLine } from "../../../src/demo/start-line.ts";
import { lineupOf } from "../../../src/simulation/scenarios.ts";
import { type Ran, runCli } from "../../support/run-cli.ts";

const deployers = 3;
const seed = 7;

/** Runs a race to its end, and returns what is needed to judge it. */
async function race() {
  const folder = mkdtempSync(join(tmpdir(), "landfall-lab-test-"));
  const [registry, start] = [await startRegistry(), await startLine(deployers)];
  const server = await startGitServer({ root: folder });
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
  return {
    ...{ ran, bare: join(folder, labNames.repository) },
    /** Judges the race by what the deployers printed, or are told to have printed. */
    judge(told: readonly string[] = ran.map((one) => JSON.stringify(one))) {
      const results = mkdtempSync(join(folder, "results-"));
      for (const [index, text] of told.entries()) {
        writeFileSync(join(results, `${index + 1}.json`), text);
      }
      return lab("judge", "--git", server.url, "--results", results);
    },
    async close() {
      await Promise.all([registry.close(), start.close(), server.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What a deployer would have printed, had it come out otherwise. */
function retold({ status, out, err }: Ran, outcome: string): string {
  return JSON.stringify({ status, out: JSON.stringify({ ...JSON.parse(out), outcome }), err });
}

describe("a race of real deployers", () => {
  let raced: Awaited<ReturnType<typeof race>>;
  beforeAll(async () => {
    raced = await race();
  });
  afterAll(() => raced.close());
  /** What they printed, but for one of them. */
  const but = (at: number, text: string) =>
    raced.ran.map((one, index) => (index === at ? text : JSON.stringify(one)));

  test("comes out right, and the verdict says only what its seed decides", async () => {
    for (const { out } of raced.ran) {
      expect(JSON.parse(out).outcome).toMatch(/^(?:landed|superseded|unchanged)$/);
    }
    const newest = Math.max(...lineupOf(deployers, seed).map(({ revision }) => revision));
    expect(await raced.judge()).toMatchObject({
      status: 0,
      out:
        "race of 3 deployers, seed 7: 3 accounted for, 0 violations\n" +
        `the manifests hold revision ${newest}, the newest that was deployed\n`,
    });
  });

  test("is not passed when somebody cannot be accounted for", async () => {
    const killed = JSON.stringify({ status: 137, out: "", err: "killed" });
    expect(await raced.judge(but(1, killed))).toMatchObject({
      status: 1,
      out: expect.stringContaining("2 accounted for"),
    });
  });

  test("is not passed when somebody says what is not so", async () => {
    const { ran, judge } = raced;
    const at = ran.findIndex(({ out }) => JSON.parse(out).outcome === "landed");
    expect(await judge(but(at, retold(ran[at]!, "failed")))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^ {2}I\d /m),
    });
  });

  test("is not passed when a landing has gone from the branch", async () => {
    const { bare, judge } = raced;
    const main = "refs/heads/main";
    const tip = execFileSync("git", ["rev-parse", main], { cwd: bare, encoding: "utf8" }).trim();
    execFileSync("git", ["update-ref", main, `${main}~1`], { cwd: bare });
    onTestFinished(() => void execFileSync("git", ["update-ref", main, tip], { cwd: bare }));
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
