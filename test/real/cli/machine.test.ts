/** What goes wrong on this machine is said to be that, and changes nothing that is true. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { GitFault, GitRequestSeen } from "../../../src/demo/git-server.ts";
import { openSandbox } from "../../support/git-sandbox.ts";

const cli = resolve(import.meta.dirname, "../../../dist/cli.js");
const files = [{ path: "k8s/web.yaml", bytes: "image: example/web:old\n" }];

async function open(
  fault: (request: GitRequestSeen) => GitFault | Promise<GitFault> = () => "pass",
) {
  const box = await openSandbox({ files, fault });
  const what = ["--image", "example/web", "--path", "k8s", "--no-image-check"];
  const where = ["--repository", box.url, "--source", box.bare, "--json"];
  const argv = ["promote", "--revision", await box.tip(), ...what, ...where];
  return {
    box,
    run: (env: Record<string, string> = {}, out?: number) => runAt(box, argv, env, out),
  };
}

/** Runs the program as a process of its own, its stdout a pipe or an open file. */
async function runAt(
  box: Awaited<ReturnType<typeof openSandbox>>,
  argv: readonly string[],
  env: Record<string, string>,
  out?: number,
) {
  const child = spawn(process.execPath, [cli, ...argv], {
    ...{ cwd: box.root, timeout: 25_000, killSignal: "SIGKILL" },
    env: { PATH: process.env.PATH, TMPDIR: box.temporary, ...env },
    stdio: ["ignore", out ?? "pipe", "pipe"],
  });
  const printed = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    printed.out += chunk;
  });
  child.stderr!.on("data", (chunk) => {
    printed.err += chunk;
  });
  if (env.READER === "none") child.stdout?.destroy();
  const [status] = await once(child, "close");
  return { status, ...printed, all: printed.out + printed.err };
}

/** A `git` of our own in front of the real one, that does something first. */
function gitThat(root: string, script: string): { readonly PATH: string } {
  const bin = join(root, "bin");
  mkdirSync(bin);
  const path = process.env.PATH ?? "";
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${script}\nPATH='${path}' exec git "$@"\n`);
  chmodSync(join(bin, "git"), 0o755);
  return { PATH: `${bin}:${path}` };
}

describe("before anything is done", () => {
  test("without a git, that is what is said", async () => {
    const { run, box } = await open();
    const ran = await run({ PATH: box.temporary });
    expect(ran).toMatchObject({ status: 2, all: expect.stringContaining("Install git") });
    expect(ran.all).not.toContain("bug");
  });

  test("without a folder for temporary files, that is what is said", async () => {
    const { run } = await open();
    const ran = await run({ TMPDIR: "/no/such/folder" });
    expect(ran).toMatchObject({ status: 1, all: expect.stringContaining("TMPDIR") });
    expect(ran.all).not.toContain("bug");
  });

  test.each([
    [
      "the disk is full",
      "echo 'fatal: write error: No space left on device' >&2; exit 128",
      "TMPDIR",
    ],
    [
      "the machine has no more memory",
      "echo 'fatal: Out of memory, malloc failed' >&2; exit 128",
      "memory",
    ],
    ["a child is killed", 'kill -9 "$$"', "Run it again"],
  ])("%s: said, asked once, and nothing has landed", async (_, script, word) => {
    const { run, box } = await open();
    const ran = await run(gitThat(box.root, `case "$*" in *fast-import*) ${script} ;; esac`));
    expect(ran).toMatchObject({ status: 1, all: expect.stringContaining(word) });
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: "failed", failure: { code: "machine" } });
    expect(await box.git(box.bare, "rev-list", "--count", "main")).toBe("1");
  });
});

describe("once a push is out", () => {
  test("a git that is killed while it looks for it leaves it unknown", async () => {
    let isOut = false;
    const { run, box } = await open(async ({ kind }) => {
      if (kind === "git-receive-pack:POST" && !isOut) {
        isOut = true;
        return "drop-after";
      }
      // Somebody on top, so that only the ancestry can tell.
      if (isOut) await box.addCommit([{ path: "x", bytes: String(Math.random()) }]);
      return "pass";
    });
    const ran = await run(gitThat(box.root, `case "$*" in *merge-base*) kill -9 "$$" ;; esac`));
    expect(ran.status, ran.all).toBe(5);
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: "unknown" });
    expect(ran.all).not.toContain("bug");
  });

  test("a full disk under stdout changes nothing of what is true, and is told", async () => {
    const { run, box } = await open();
    const ran = await run({}, openSync("/dev/full", "w"));
    expect(ran).toMatchObject({ status: 0, err: expect.stringContaining("ENOSPC") });
    expect(await box.git(box.bare, "rev-list", "--count", "main")).toBe("2");
    expect(readdirSync(box.temporary)).toEqual([]);
  });

  test("a reader that went away changes nothing, and leaves nothing behind", async () => {
    const { run, box } = await open();
    const ran = await run({ READER: "none" });
    expect(ran, ran.err).toMatchObject({ status: 0 });
    expect(ran.err).not.toContain("EPIPE");
    expect(await box.git(box.bare, "rev-list", "--count", "main")).toBe("2");
    expect(readdirSync(box.temporary)).toEqual([]);
  });
});
