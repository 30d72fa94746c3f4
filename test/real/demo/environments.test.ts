/** `landfall demo --environments`, as it is typed: every step is proven on the remote. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { DemoStep, EnvironmentsDemo } from "../../../src/core/results/demo-environments.ts";
import { uncoloured } from "../../../src/report/style.ts";
import { demoEnvironmentsText } from "../../../src/report/text/demo-environments.ts";
import { runCli } from "../../support/run-cli.ts";

test("plays staging, verified, prod, a rollback of prod alone and a freeze, and leaves nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "landfall-folder-"));
  vi.stubEnv("TMPDIR", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const words = ["demo", "--environments", "--json", "--quiet"];
  const { status, out, err } = await runCli(words, { cwd: folder });
  expect({ status, err }).toEqual({ status: 0, err: "" });
  const { steps, log } = JSON.parse(out) as EnvironmentsDemo;
  expect(steps.filter(({ isRight }) => !isRight)).toEqual([]);
  const said = steps.map(({ command, status }) => `${command.split(" ")[1]} ${status}`);
  expect(said).toEqual([
    ...["promote 0", "promote 4", "verify 0", "promote 0"],
    ...["promote 0", "verify 0", "promote 0", "rollback 0", "promote 4"],
    ...["freeze 0", "promote 0", "verify 0", "promote 4", "thaw 0", "promote 0"],
  ]);
  const outOf = (at: number) => (steps.at(at) as DemoStep).out;
  expect(outOf(1)).toContain("nothing shows that it runs in staging");
  expect(outOf(8)).toContain("is held in prod");
  expect(outOf(12)).toContain("prod is frozen: year end");
  const [staging, back] = [steps[7]!.staging, steps[7]!.prod];
  expect(staging).not.toBe(back);
  expect(
    log.filter((line) => /update prod image tags|roll prod image tags/.test(line)),
  ).toHaveLength(4);
  const text = demoEnvironmentsText(JSON.parse(out), uncoloured);
  expect(text).toContain("Prod had only what staging had shown to run");
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);
