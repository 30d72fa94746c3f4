/** Running git: only a clean exit is a success, and nothing but our environment gets in. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { GitExit, type GitPlace, runGit } from "../../../src/adapters/git/run.ts";

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "landfall-run-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A place in which `git` is this shell script, whatever it is asked. */
function fakeGit(script: string, more: Partial<GitPlace> = {}): GitPlace {
  const directory = scratch();
  writeFileSync(join(directory, "git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "git"), 0o755);
  const env = { PATH: `${directory}:${process.env.PATH}` };
  return { directory, env, timeoutMs: 10_000, ...more };
}

function realGit(): GitPlace {
  return { directory: scratch(), env: { PATH: process.env.PATH ?? "" }, timeoutMs: 10_000 };
}

/** Returns the error that a run ends with. */
async function exitOf(run: Promise<unknown>): Promise<GitExit> {
  const error = await run.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(GitExit);
  return error as GitExit;
}

describe("the exit status", () => {
  test("1 without a word is an error", async () => {
    const error = await exitOf(runGit(fakeGit("exit 1"), ["merge-base"]));
    expect(error).toMatchObject({ code: 1, stdout: "", stderr: "" });
    expect(error.message).toBe("git merge-base exited with 1");
  });

  test("1 is an answer where it is said to be one", async () => {
    const answered = await runGit(fakeGit("echo no; exit 1"), ["merge-base"], { answers: [1] });
    expect(answered).toMatchObject({ code: 1, stdout: Buffer.from("no\n") });
    const other = runGit(fakeGit("exit 2"), ["merge-base"], { answers: [1] });
    expect((await exitOf(other)).code).toBe(2);
  });

  test("0 with words on stderr is a success", async () => {
    const place = fakeGit("echo fatal: only words >&2");
    expect(await runGit(place, ["fetch"])).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/only words/),
    });
  });

  test("keeps both outputs of a failure", async () => {
    const error = await exitOf(runGit(fakeGit("echo out; echo err >&2; exit 128"), ["push"]));
    expect(error).toMatchObject({ code: 128, stdout: "out\n", stderr: "err\n" });
  });
});

describe("no exit status", () => {
  test.each(["KILL", "TERM", "SEGV"])(
    "is left by a death by SIG%s, however quiet",
    async (name) => {
      const error = await exitOf(runGit(fakeGit(`echo half; kill -${name} $$`), ["push"]));
      expect(error.code).toBeUndefined();
      expect(error.stdout).toBe("half\n");
    },
  );

  test("is left by a program that is not there", async () => {
    const place = { ...realGit(), env: { PATH: scratch() } };
    const error = await exitOf(runGit(place, ["version"]));
    expect(error.code).toBeUndefined();
    expect(error.message).toBe("git version could not be started");
    expect(error.stderr).toContain("ENOENT");
  });

  test("is left by a child that ignores the interrupt, which does not keep us", async () => {
    const place = fakeGit("trap '' INT; sleep 8 & wait; wait; sleep 8", { timeoutMs: 200 });
    const error = await exitOf(runGit(place, ["push"]));
    expect(error.code).toBeUndefined();
    expect(error.message).toBe("git push was still running after 200 ms");
  });

  test("is left by a child that obeys it", async () => {
    const place = fakeGit("exec sleep 20", { timeoutMs: 200 });
    expect((await exitOf(runGit(place, ["fetch"]))).code).toBeUndefined();
  });
});

test("the caller's own signal interrupts, before and during the run", async () => {
  const stop = new AbortController();
  const place = fakeGit("exec sleep 20", { signal: stop.signal });
  setTimeout(() => stop.abort(), 100);
  const interrupted = { name: "Failure", code: "interrupted" };
  await expect(runGit(place, ["fetch"])).rejects.toMatchObject(interrupted);
  await expect(runGit(place, ["fetch"])).rejects.toMatchObject(interrupted);
});

test("what came before the signal is no interruption", async () => {
  const stop = new AbortController();
  const place = fakeGit("exit 3", { signal: stop.signal });
  expect((await exitOf(runGit(place, ["fetch"]))).code).toBe(3);
});

describe("the output", () => {
  test("is complete when a grandchild writes after git has ended", async () => {
    const place = fakeGit("(sleep 0.3; echo late) & echo early");
    expect(String((await runGit(place, ["version"])).stdout)).toBe("early\nlate\n");
  });

  test("may be ten million bytes, none of them changed", async () => {
    const input = Buffer.alloc(10_000_000);
    for (let at = 0; at < input.length; at += 1) input[at] = (at * 7 + (at >> 8)) % 256;
    const { stdout } = await runGit(fakeGit("cat"), ["cat-file"], { input });
    expect(stdout.equals(input)).toBe(true);
  });

  test("a child that does not read its input is no error of ours", async () => {
    const input = Buffer.alloc(1_000_000);
    expect((await runGit(fakeGit("exec true"), ["version"], { input })).code).toBe(0);
  });
});

describe("the environment", () => {
  test("of the child is what it was given, and nothing of the caller's", async () => {
    const foreign = {
      ...{ GIT_TRACE: "1", DEBUG: "*", GIT_DIR: "/elsewhere", LANDFALL_GIT_TOKEN: "s3cret" },
      ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "user.name", GIT_CONFIG_VALUE_0: "Mallory" },
      ...{ GIT_SSH_COMMAND: "touch /tmp/x", EDITOR: "vi", PAGER: "less", HOME: "/root" },
    };
    for (const [name, value] of Object.entries(foreign)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const place = fakeGit("env");
    const env = { ...place.env, GIT_CONFIG_NOSYSTEM: "1", HOME: "/private" };
    const { stdout } = await runGit({ ...place, env }, ["version"]);
    const names = String(stdout)
      .split("\n")
      .map((line) => line.split("=")[0]);
    const own = ["", "PWD", "OLDPWD", "SHLVL", "_", ...Object.keys(env)];
    // simple-git adds this one: options may not be abbreviated, so that none slips past a check.
    own.push("GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS");
    expect(names.filter((name) => !own.includes(name ?? ""))).toEqual([]);
    expect(String(stdout)).toContain("HOME=/private\n");
  });
});
