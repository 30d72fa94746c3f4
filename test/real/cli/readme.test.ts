/** Every command in README.md is run, as it stands there. */

import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAppWorld } from "../../support/app-world.ts";
import { serveApplied } from "../../support/applied-servers.ts";
import { runCli } from "../../support/run-cli.ts";

const root = resolve(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? "");
/** The block with environments needs a world of its own: readme-environments.test.ts. */
const isOurs = (block: string) => block.startsWith("landfall ") && !block.includes("--env ");

describe("README", () => {
  let world: Awaited<ReturnType<typeof openAppWorld>>;

  beforeAll(async () => {
    world = await openAppWorld({ origin: "path" });
    const before = await world.commit("feat: what the reader goes back to");
    await runCli(["promote", "--revision", before], { cwd: world.app });
    await world.commit("feat: for the reader");
    const install = blocks.find((block) => block.startsWith("npm install"))!;
    const env = { ...process.env, npm_config_prefix: world.root, npm_config_offline: "true" };
    await promisify(execFile)("bash", ["-euc", install], { cwd: root, env });
  });
  afterAll(() => world.close());

  test("has commands", () => {
    expect(blocks.filter(isOurs).length).toBeGreaterThan(4);
  });

  test("the npm commands are the ones that CI runs in a fresh clone, and the one that is run here", () => {
    const ci = readFileSync(join(root, ".ci/run"), "utf8");
    const words = blocks
      .filter((block) => block.startsWith("npm "))
      .flatMap((block) => block.trim().split("\n"));
    expect(words).toEqual(["npm ci", "npm run demo", "npm install --global ."]);
    for (const line of words.slice(0, 2)) expect(ci).toContain(line);
  });

  test("every block is one of these three kinds", () => {
    expect(blocks.filter((block) => !/^(?:landfall|npm|dagger) /.test(block))).toEqual([]);
  });

  test.each(blocks.filter(isOurs).map((block) => [block.trim().split("\n")[0], block]))(
    "%s",
    async (_first, block) => {
      // The reader's registry is Docker Hub; the test's is on loopback, so names are spelled out.
      const script = block.replaceAll("ldamasio/rbs-", world.image("rbs-"));
      const looksAtCluster = /^landfall (?:verify|status|doctor)/m.test(block);
      const env = {
        ...process.env,
        PATH: `${join(world.root, "bin")}:${process.env.PATH}`,
        ...(looksAtCluster && (await serveApplied(world))),
      };
      const run = promisify(execFile)("bash", ["-euc", script], { cwd: world.app, env });
      const { stdout } = await run;
      expect(stdout + script).not.toBe("");
      if (block.includes("landfall promote"))
        expect(stdout).toMatch(/^(landed|would-land|unchanged)/);
      if (block.includes("landfall sync")) expect(stdout).toMatch(/^All In Sync/);
      if (block.includes("landfall rollback"))
        expect(stdout).toMatch(/^would-land {2}back to sha-/m);
      if (block.includes("landfall release")) expect(stdout).toMatch(/^unchanged /m);
      if (block.includes("landfall verify")) expect(stdout).toMatch(/^verified /);
      if (block.includes("landfall status")) expect(stdout).toMatch(/^in step /m);
      if (block.includes("landfall audit")) expect(stdout).toMatch(/^ {2}\d+ code commits: /m);
      if (block.includes("landfall doctor")) expect(stdout).toMatch(/^ok +argocd /m);
    },
  );
});
