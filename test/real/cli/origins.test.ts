/** Repositories as they are written and as they are: what others put into a clone's origin. */

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSandbox } from "../../support/git-sandbox.ts";
import { runCli } from "../../support/run-cli.ts";

const files = [{ path: "k8s/web.yaml", bytes: "image: example/web:old\n" }];

/** A server that asks for a login, and a clone of it two commits deep, as CI makes it. */
async function openClone(origin: (url: string) => string) {
  const login = { username: "x-access-token", password: "right" };
  const box = await openSandbox({ files, login });
  for (const text of ["1", "2"]) await box.addCommit([{ path: "app", bytes: text }]);
  const clone = join(box.root, "clone");
  await box.git(
    box.root,
    "clone",
    "--quiet",
    "--depth=2",
    "-b",
    "main",
    `file://${box.bare}`,
    clone,
  );
  await box.git(clone, "remote", "set-url", "origin", origin(box.url));
  const env = { LANDFALL_GIT_TOKEN: "right" };
  const what = ["--image", "example/web", "--path", "k8s", "--no-image-check", "--json"];
  return {
    box,
    clone,
    run: (...argv: string[]) => runCli([...argv, ...what], { cwd: clone, env }),
  };
}

describe.each([
  ["GitLab CI", "gitlab-ci-token:glcbt-secret@"],
  ["Azure Pipelines", "org@"],
  ["a token in the user's place", "ghs_secret:x-oauth-basic@"],
])("an origin of %s", (_, login) => {
  test("is used without who one is there, which nobody gets to see", async () => {
    const { box, clone, run } = await openClone((url) => url.replace("//", `//${login}`));
    const revision = await box.tip();
    const landed = await run("promote");
    expect(landed.err).toContain(`HEAD of the source is ${revision}`);
    expect(landed, landed.err).toMatchObject({ status: 0 });
    expect(JSON.parse(landed.out)).toMatchObject({
      outcome: "landed",
      repository: box.url,
      revision,
    });
    const given = await box.git(clone, "remote", "get-url", "origin");
    const named = await run("promote", "--revision", "HEAD", "--repository", given);
    expect(JSON.parse(named.out)).toMatchObject({ outcome: "unchanged", repository: box.url });
    expect(landed.out + landed.err + named.out + named.err).not.toMatch(/secret|org@/);
  });
});

test("without a token of ours, the words say where to put it", async () => {
  const { clone, box } = await openClone((url) => url.replace("//", "//gitlab-ci-token:secret@"));
  const what = ["promote", "--image", "example/web", "--path", "k8s", "--revision", "HEAD"];
  const ran = await runCli([...what, "--no-image-check"], { cwd: clone });
  expect(ran.status).toBe(1);
  expect(ran.out).toContain(`Cannot read "${box.url}": access was denied`);
  expect(ran.out).toContain("LANDFALL_GIT_TOKEN");
  expect(ran.out + ran.err).not.toContain("secret");
});

test("an origin that is a relative path is seen from the clone", async () => {
  const box = await openSandbox({ files });
  const clone = join(box.root, "clone");
  await box.git(box.root, "clone", "--quiet", "-b", "main", box.bare, clone);
  await box.git(clone, "remote", "set-url", "origin", "../server/app.git");
  const what = ["promote", "--image", "example/web", "--path", "k8s", "--revision", "main"];
  const ran = await runCli([...what, "--no-image-check", "--json"], { cwd: join(clone, "k8s") });
  expect(ran, ran.err).toMatchObject({ status: 0 });
  expect(await box.git(box.bare, "log", "-1", "--format=%s", "main")).toContain("chore(gitops)");
});

test("a repository with SHA-256 names is said to be one", async () => {
  const box = await openSandbox({ files });
  const other = join(box.root, "server", "other.git");
  await box.git(box.root, "init", "--quiet", "--bare", "--object-format=sha256", other);
  const tree = await box.git(other, "hash-object", "-t", "tree", "-w", "/dev/null");
  const commit = await box.git(other, "commit-tree", "-m", "x", tree);
  await box.git(other, "update-ref", "refs/heads/main", commit);
  const url = box.url.replace("app.git", "other.git");
  const what = ["pins", "--image", "example/web", "--path", "k8s", "--repository", url];
  const ran = await runCli(what, { cwd: box.bare });
  expect(ran).toMatchObject({ status: 2, err: expect.stringContaining("SHA-256") });
  expect(ran.err).not.toContain("asking again");
});

test("a history that fsck dislikes lands, from a clone and by URL", async () => {
  const box = await openSandbox({ files });
  await box.git(box.bare, "symbolic-ref", "HEAD", "refs/heads/main");
  const write = async (type: string, bytes: string | Uint8Array) => {
    const args = ["hash-object", "-t", type, "-w", "--literally", "--stdin"];
    return String(await box.run(box.bare, args, bytes)).trim();
  };
  const blob = await write("blob", "x\n");
  const entry = (mode: string, name: string, id: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  const inner = await write("tree", entry("100644", "f", blob));
  const k8s = await box.git(box.bare, "rev-parse", "main:k8s");
  const padded = [entry("40000", "k8s", k8s), entry("040000", "old", inner)];
  const tree = await write("tree", Buffer.concat(padded));
  const who = "Old Dev <old@example.org> 1200000000 +051800";
  const lines = [`tree ${tree}`, `parent ${await box.tip()}`, `author ${who}`, `committer ${who}`];
  const commit = await write("commit", `${lines.join("\n")}\n\nimported\n`);
  await box.git(box.bare, "update-ref", "refs/heads/main", commit);
  const what = ["--image", "example/web", "--path", "k8s", "--repository", box.url, "--json"];
  for (const source of [box.bare, box.url]) {
    const argv = ["promote", "--revision", commit, "--no-image-check", "--source", source];
    const ran = await runCli([...argv, ...what], { cwd: box.root });
    expect(ran, ran.err + ran.out).toMatchObject({ status: 0 });
    const audit = await runCli(["audit", ...what, "--source", source], { cwd: box.root });
    expect(audit.status, audit.err + audit.out).not.toBe(1);
  }
});
