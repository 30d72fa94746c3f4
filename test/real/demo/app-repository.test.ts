/** The sample app's repository as `landfall demo` makes it, by git alone. */

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitEnvironment } from "../../../src/adapters/git/env.ts";
import {
  commitChange,
  createAppRepository,
  repositoryName,
} from "../../../src/demo/app-repository.ts";

const example = resolve(import.meta.dirname, "../../../examples/robson");

test("a developer's change stands on what was pushed meanwhile, and is on the server", async () => {
  const root = mkdtempSync(join(tmpdir(), "landfall-demo-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "server"));
  const env = gitEnvironment({ env: process.env, home: root, url: root }, [
    ["user.name", "Developer"],
    ["user.email", "developer@localhost"],
  ]);
  await createAppRepository({ root, env }, example, "127.0.0.1:5000");
  const bare = join(root, "server", repositoryName);
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: bare, env, encoding: "utf8" }).trim();
  const deploy = git("commit-tree", "main^{tree}", "-p", "main", "-m", "deploy");
  git("update-ref", "refs/heads/main", deploy);
  const change = { path: "apps/frontend/greeting.txt", text: "hello\n", subject: "feat: hello" };
  const revision = await commitChange({ root, env }, change);
  expect(git("rev-parse", "main", "main^")).toBe(`${revision}\n${deploy}`);
  expect(git("show", "main:apps/frontend/greeting.txt")).toBe("hello");
  const pins = git("grep", "-h", "image: .*rbs-", "main", "--", "infra/k8s/prod").split("\n");
  expect(pins.filter((line) => !line.includes("image: 127.0.0.1:5000/ldamasio/rbs-"))).toEqual([]);
});
