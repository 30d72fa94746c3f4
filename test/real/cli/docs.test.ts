/** Every command of README.md and of the pages under docs is run, in the order of the pages. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { serveApplied } from "../../support/applied-servers.ts";
import { type Block, blocks } from "../../support/docs.ts";
import { runCli } from "../../support/run-cli.ts";

const root = resolve(import.meta.dirname, "../../..");
/** Pages that have tests of their own: help.test.ts, test/dagger, docs-environments.test.ts. */
const others = new Set(["docs/cli.md", "docs/dagger.md", "docs/environments.md"]);
const scripts = blocks.filter(({ page, language }) => language === "sh" && !others.has(page));
const isOurs = ({ text }: Block) => text.startsWith("landfall ");
/** Those that are run, each once. */
const ours = scripts
  .filter((block) => isOurs(block) && !block.isParsed)
  .filter(({ text }, at, all) => all.findIndex((one) => one.text === text) === at);

/** What the output of a command begins a line with, where the page promises something. */
const promised: Readonly<Record<string, RegExp>> = {
  promote: /^(?:landed|would-land|unchanged) /m,
  sync: /^All In Sync/m,
  rollback: /^would-land {2}back to sha-/m,
  release: /^unchanged /m,
  verify: /^verified /m,
  status: /^in step /m,
  audit: /^ {2}\d+ code commits: /m,
  doctor: /^ok +argocd /m,
  plan: /^(?:build|retag|keep|none) /m,
};

describe("the pages", () => {
  let world: Awaited<ReturnType<typeof openAppWorld>>;
  let revision = "";

  beforeAll(async () => {
    world = await openAppWorld({ origin: "path" });
    const before = await world.commit("feat: what the reader goes back to");
    await runCli(["promote", "--revision", before], { cwd: world.app });
    revision = await world.commit("feat: for the reader");
    const install = scripts.find(({ text }) => text.startsWith("npm install"))!.text;
    const env = { ...process.env, npm_config_prefix: world.root, npm_config_offline: "true" };
    await promisify(execFile)("bash", ["-euc", install], { cwd: root, env });
  });
  afterAll(() => world.close());

  test("have commands, few of which are only parsed", () => {
    expect(ours.length).toBeGreaterThan(15);
    expect(scripts.filter(({ isParsed }) => isParsed).length).toBeLessThan(ours.length / 2);
  });

  test("have npm commands that CI runs in a fresh clone, and one that is run here", () => {
    const ci = readFileSync(join(root, ".ci/run"), "utf8");
    const lines = scripts
      .filter(({ page, text }) => page === "README.md" && text.startsWith("npm "))
      .flatMap(({ text }) => text.trim().split("\n"));
    expect(lines).toEqual(["npm ci", "npm run demo", "npm install --global ."]);
    for (const line of lines.slice(0, 2)) expect(ci).toContain(line);
  });

  test("have no blocks of other programs", () => {
    const strange = scripts.filter(
      ({ text, isParsed }) => !isParsed && !/^(?:landfall|npm|dagger) /.test(text),
    );
    expect(strange).toEqual([]);
  });

  test.each(ours.map((block) => [`${block.page}: ${block.text.split("\n")[0]}`, block] as const))(
    "%s",
    async (_first, { text }) => {
      // The reader's registry is Docker Hub; the test's is on loopback, so names are spelled out.
      const script = text.replaceAll("ldamasio/rbs-", world.image("rbs-"));
      const looksAtCluster = /^landfall (?:verify|status|doctor|init)/m.test(text);
      const env = {
        ...process.env,
        PATH: `${join(world.root, "bin")}:${process.env.PATH}`,
        CI_COMMIT_SHA: revision,
        ...(looksAtCluster && (await serveApplied(world))),
      };
      const run = promisify(execFile)("bash", ["-euc", script], { cwd: world.app, env });
      const { stdout } = await run;
      const verbs = [...text.matchAll(/^landfall (\w+)/gm)].map(([, verb = ""]) => verb);
      for (const verb of verbs) expect(stdout).toMatch(promised[verb] ?? /^/);
    },
  );
});
