/** The action, played as a runner plays it: its script, with the bundle, against a real remote. */

import { execFile } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { version } from "../../../src/version.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { fileAt, root } from "../../support/source-files.ts";

const run = promisify(execFile);
const action = parse(fileAt("action.yml").text);
const [step] = action.runs.steps;
let older: string;
let world: Awaited<ReturnType<typeof openAppWorld>>;
/** Where the action is: as it is at `v0`, and as it is at the tag of one release. */
const places = { released: "", source: "" };

beforeAll(async () => {
  world = await openAppWorld();
  for (const name of ["released", "source"] as const) {
    places[name] = join(world.root, name);
    mkdirSync(places[name]);
    copyFileSync(join(root, "package.json"), join(places[name], "package.json"));
  }
  await run(process.execPath, [
    join(root, "scripts/bundle.mjs"),
    join(places.released, "dist/bin"),
  ]);
});
afterAll(() => world.close());

let steps = 0;

/** Runs the step with inputs, and returns what the runner would read of it. */
async function use(
  inputs: Readonly<Record<string, string>>,
  { from = places.released, path = process.env.PATH ?? "" } = {},
) {
  steps += 1;
  const files = { GITHUB_OUTPUT: `outputs-${steps}`, GITHUB_STEP_SUMMARY: `summary-${steps}` };
  const names = Object.entries(files).map(([name, file]) => [name, join(world.root, file)]);
  const given = (name: string) => inputs[name] ?? action.inputs[name].default;
  const fill = (text: string) =>
    text.replaceAll(/\$\{\{ inputs\.([a-z-]+)(?: \|\| env\.\w+)? \}\}/g, (_, name) => given(name));
  const env = Object.entries<string>(step.env).map(([name, value]) => [name, fill(value)]);
  const variables = {
    ...Object.fromEntries([...names, ...env]),
    ...{ PATH: path, GITHUB_ACTIONS: "true", GITHUB_ACTION_PATH: from, GITHUB_TOKEN: "" },
  };
  for (const [, file = ""] of names) writeFileSync(file, "");
  // As the runner starts `shell: bash`.
  const words = ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.run];
  const at = { cwd: join(world.app, fill(step["working-directory"])), env: variables };
  const ended = await run("/bin/bash", words, at).then(
    ({ stdout, stderr }) => ({ exit: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ exit: code as number, said: stdout + stderr }),
  );
  const [outputs, summary] = names.map(([, file = ""]) => readFileSync(file, "utf8"));
  return { ...ended, outputs: outputsOf(outputs!), summary };
}

function outputsOf(text: string): Record<string, string> {
  const all = [...text.matchAll(/^([a-z-]+)<<(.+)\n([\s\S]*?)\n?\2$/gm)];
  return Object.fromEntries(all.map(([, name, , value]) => [name, value]));
}

test("two pushes at once are both accounted for, in outputs, summary and branch", async () => {
  older = await world.commit("feat: older");
  const newer = await world.commit("feat: newer");
  const both = await Promise.all([older, newer].map((revision) => use({ revision })));
  expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
  expect(both[1]!.outputs).toMatchObject({ outcome: "landed", changed: "true", revision: newer });
  expect(["landed", "superseded"]).toContain(both[0]!.outputs.outcome);
  expect(both[1]!.summary).toContain(`sha-${newer.slice(0, 7)}`);
  const log = await world.truth(
    "log",
    "--format=%(trailers:key=Landfall-Revision,valueonly)",
    "main",
  );
  for (const revision of [older, newer])
    expect(log.match(new RegExp(revision, "g"))).toHaveLength(1);
});

test("words: flags in `command`, one a line in `args`, and an exit status that fails the step", async () => {
  const back = await use({
    ...{ command: "rollback --dry-run", args: `--to=${older}\n--reason=checkout is broken\n` },
    "working-directory": "apps",
  });
  expect(back.exit, back.said).toBe(0);
  expect(back.outputs).toMatchObject({ command: "rollback", exit: "0" });
  expect(back.said).toContain("checkout is broken");
  const wrong = await use({ command: "promote --revison x" });
  expect(wrong.exit).toBe(2);
  expect(wrong.said).toMatch(/^::error.*--revison/m);
});

test("`version`, and a tag without the bundle: npm has the program", async () => {
  const bin = join(world.root, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "npx"), '#!/bin/sh\nprintf "npx %s\\n" "$*"\n');
  chmodSync(join(bin, "npx"), 0o755);
  const path = `${bin}${delimiter}${process.env.PATH}`;
  const asked = await use({ version: "v1.2.3", command: "sync" }, { path });
  expect(asked.said).toBe("npx --yes landfall@1.2.3 sync\n");
  const own = await use({ command: "sync" }, { path, from: places.source });
  expect(own.said).toBe(`npx --yes landfall@${version} sync\n`);
});

test("a runner without Node is told what to do", async () => {
  const bin = join(world.root, "empty");
  mkdirSync(bin);
  const { exit, said } = await use({}, { path: bin });
  expect(exit).toBe(2);
  expect(said).toMatch(/^::error::.*actions\/setup-node/m);
});

test("the file alone, without the demo's files beside it, says so", async () => {
  const file = join(places.released, "dist/bin/landfall.cjs");
  const { code, stderr } = await run(process.execPath, [file, "demo"]).catch((error) => error);
  expect(code).toBe(2);
  expect(stderr).toContain("npx landfall demo");
});
