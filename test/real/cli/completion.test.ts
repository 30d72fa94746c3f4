/** The completion scripts: bash's is run, and all of them know every command. */

import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../../src/cli/program.ts";
import { runCli } from "../../support/run-cli.ts";
import { root } from "../../support/source-files.ts";

const run = promisify(execFile);
const shown = Object.entries(commands).flatMap(([name, [group]]) => (group === "" ? [] : [name]));

test.each(["bash", "zsh", "fish", "powershell"])("%s knows every command", async (shell) => {
  const { status, out } = await runCli(["completion", shell], { cwd: "/" });
  expect(status).toBe(0);
  for (const name of shown) expect(out).toMatch(new RegExp(`\\b${name}\\b`));
  expect(out).toContain(shell === "fish" ? "-l dry-run" : "--dry-run");
});

test("PowerShell has the words of a flag, too: fixed ones, and those of the repository", async () => {
  const { out } = await runCli(["completion", "powershell"], { cwd: "/" });
  expect(out).toContain("'promote --superseded' = { 'record', 'skip' }");
  expect(out).toContain("'promote --image' = { landfall completion --list images 2>$null }");
  expect(out).toMatch(/'rollback --to' = \{ git log .* 2>\$null \}/);
});

test.each([[[]], [["tcsh"]], [["bash", "zsh"]]])(
  "of %j: exit 2, and which there are",
  async (words) => {
    const { status, err } = await runCli(["completion", ...words], { cwd: "/" });
    expect(status).toBe(2);
    expect(err).toContain("bash, zsh, fish, powershell");
  },
);

describe("bash", () => {
  let place: string;
  let script: string;
  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), "landfall-complete-"));
    mkdirSync(join(place, ".git"));
    writeFileSync(join(place, "landfall.yaml"), "images: [{ name: acme/web }]\n");
    const program = `#!/bin/sh\nexec ${process.execPath} ${root}dist/cli.js "$@"\n`;
    writeFileSync(join(place, "landfall"), program);
    chmodSync(join(place, "landfall"), 0o755);
    script = (await runCli(["completion", "bash"], { cwd: "/" })).out;
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  async function complete(...words: string[]): Promise<string[]> {
    const list = words.map((word) => `'${word}'`).join(" ");
    const typed = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}\n_landfall\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${place}:${process.env.PATH}` };
    const { stdout } = await run("bash", ["-uc", typed], { cwd: place, env });
    return stdout.trim().split("\n").sort();
  }

  test("commands, flags, words of a flag, and what landfall.yaml has", async () => {
    expect(await complete("landfall", "pro")).toEqual(["promote"]);
    expect(await complete("landfall", "promote", "--dry")).toEqual(["--dry-run"]);
    expect(await complete("landfall", "promote", "--superseded", "")).toEqual(["record", "skip"]);
    expect(await complete("landfall", "promote", "--image", "")).toEqual(["acme/web"]);
    expect(await complete("landfall", "promote", "--config", "landf")).toContain("landfall.yaml");
  });
});
