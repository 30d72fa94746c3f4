/** A repository made to hurt, as the source that is read and as the manifests that are written. */

import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSandbox, type Sandbox } from "../../support/git-sandbox.ts";
import { openSecretWorld, run, runHere } from "../../support/secret-world.ts";

/** A clone in whose directory git does as many strangers' bidding as it can be made to. */
async function openTrap(box: Sandbox) {
  const clone = join(box.root, "clone");
  const mark = join(box.root, "ran");
  await box.git(box.root, "clone", "--quiet", box.bare, clone);
  await box.git(clone, "checkout", "--quiet", "-B", "main", "origin/main");
  const evil = join(box.root, "evil");
  writeFileSync(evil, `#!/bin/sh\ntouch ${mark}\ncat\n`);
  chmodSync(evil, 0o755);
  const core = ["fsmonitor", "sshCommand", "gitProxy", "pager", "editor", "alternateRefsCommand"];
  const lines = [
    ...[
      "[core]",
      `\thooksPath = ${join(clone, "hooks")}`,
      ...core.map((key) => `\t${key} = ${evil}`),
    ],
    ...['[filter "evil"]', `\tclean = ${evil}`, `\tsmudge = ${evil}`, "\trequired = true"],
    ...[`[filter "evil"]\n\tprocess = ${evil}`, `[diff "evil"]\n\tcommand = ${evil}`],
    ...["[include]", "\tpath = more", "[gpg]", `\tprogram = ${evil}`, "[commit]\n\tgpgSign = true"],
    ...["[credential]", `\thelper = !${evil}`, "[uploadpack]", `\tpackObjectsHook = ${evil}`],
    ...[`[url "ext::${evil} #"]`, `\tinsteadOf = ${box.url}`, "[protocol]\n\tallow = always"],
    ...["[alias]", `\tpush = !${evil}`, `\tfetch = !${evil}`, "[submodule]\n\trecurse = true"],
  ];
  writeFileSync(
    join(clone, ".git", "config"),
    `${lines.join("\n")}\n[remote "origin"]\n\turl = ${box.url}\n\tuploadpack = ${evil}\n`,
  );
  writeFileSync(join(clone, ".git", "more"), `[core]\n\tfsmonitor = ${evil}\n`);
  for (const folder of [join(clone, "hooks"), join(clone, ".git", "hooks")]) {
    mkdirSync(folder, { recursive: true });
    for (const name of ["pre-push", "reference-transaction", "post-checkout", "pre-commit"]) {
      writeFileSync(join(folder, name), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    }
  }
  appendFileSync(join(clone, ".git", "info", "attributes"), "* filter=evil diff=evil\n");
  return { clone, wasRun: () => existsSync(mark) };
}

test("a promotion from inside a clone full of traps, to a branch full of traps, springs none", async () => {
  const traps =
    "* text eol=crlf ident filter=evil diff=evil export-subst working-tree-encoding=x\n";
  const world = await openSecretWorld({
    files: (image) => [
      { path: "k8s/web.yaml", bytes: `image: ${image}:old # $Id$\r\n` },
      { path: "k8s/out.yaml", bytes: "../../../../etc/hostname", mode: "120000" },
      { path: "k8s/base", bytes: "/etc", mode: "120000" },
      { path: "k8s/module.yaml", bytes: "b".repeat(40), mode: "160000" },
      { path: ".gitattributes", bytes: traps },
      { path: "k8s/.gitattributes", bytes: traps },
      {
        path: ".gitmodules",
        bytes: '[submodule "x"]\n\tpath = k8s/module.yaml\n\turl = ext::id\n',
      },
      { path: ".lfsconfig", bytes: "[lfs]\n\turl = http://127.0.0.1:1/\n" },
    ],
  });
  const { box, env, revision, image, tag } = world;
  for (const name of ["--upload-pack=id", "-x", "$(id)", "a;id"]) {
    // No client can push these; a server that is not ours may hold them.
    writeFileSync(join(box.bare, "refs", "heads", name), `${await box.tip()}\n`);
  }
  const trap = await openTrap(box);
  const argv = ["promote", "--revision", revision, "--image", image, "--path", "k8s"];
  const ran = await run(argv, { cwd: trap.clone, env });
  expect(ran, ran.err + ran.out).toMatchObject({ status: 0 });
  expect(trap.wasRun()).toBe(false);
  expect((await box.fileAt("k8s/web.yaml")).toString()).toBe(`image: ${image}:${tag} # $Id$\r\n`);
  expect(await box.git(box.bare, "diff", "--name-only", "main~1", "main")).toBe("k8s/web.yaml");
  // Proof that the traps work: git itself springs them.
  const bare = { PATH: process.env.PATH ?? "", HOME: box.root };
  try {
    execFileSync("git", ["status"], { cwd: trap.clone, env: bare, stdio: "ignore" });
  } catch {
    // What a trap says of itself does not matter.
  }
  expect(trap.wasRun()).toBe(true);
});

test.each([
  ...["-x", "--mirror", "--upload-pack=id", "main:other", "refs/heads/../../config"],
  ...[
    "../main",
    "a\nb",
    "main\n::error::x",
    "refs/tags/v1",
    "a..b",
    "@{-1}",
    "$(id).lock",
    "main.lock",
  ],
])("the branch %j is refused, and no server is asked", async (branch) => {
  const box = await openSandbox();
  const ran = await runHere(
    [
      ...["promote", "--repository", box.url, `--branch=${branch}`, "--path", "k8s"],
      ...["--revision", await box.tip(), "--image", "example/app", "--source", box.bare],
    ],
    { cwd: box.root, env: { PATH: process.env.PATH ?? "", TMPDIR: box.temporary } },
  );
  expect(ran, ran.err).toMatchObject({ status: 2 });
  expect(ran.err).toMatch(/^landfall: Cannot use the branch "/);
  expect(ran.err.split("\n")).toHaveLength(3);
  expect(box.stats.requests).toBe(0);
});

describe("a file of the branch", () => {
  const image = "example/app";
  const text = `image: ${image}:old\n`;

  test("may have any name: exactly its own bytes are replaced", async () => {
    const names = ["a\nb", "-rf", '"q"', "ü", "a\\b", ":(glob)*", "a\tb", "a'b", "$(id)", "a b "];
    const paths = names.map((name) => `k8s/${name}.yaml`);
    const box = await openSandbox({ files: paths.map((path) => ({ path, bytes: text })) });
    const remote = await box.open();
    const tip = await remote.fetchTip();
    const found = await remote.findManifests(tip, ["k8s"], [image]);
    expect(found.map(({ path }) => path).sort()).toEqual([...paths].sort());
    const bytes = Buffer.from("image: example/app:new\n");
    const changes = paths.map((path) => ({ path, bytes }));
    const commit = await remote.commit({ parent: tip, changes, message: "x\n", atSeconds: 1 });
    expect((await remote.push(commit)).kind).toBe("accepted");
    const listed = await box.run(box.bare, ["ls-tree", "-r", "-z", "--name-only", "main"]);
    expect(listed.toString().split("\0").filter(Boolean).sort()).toEqual([...paths].sort());
    for (const path of paths) expect(await box.fileAt(path)).toEqual(bytes);
  });

  test("whose name is not UTF-8 is refused: as text it would be another file", async () => {
    const box = await openSandbox({ files: [{ path: "k8s/other.yaml", bytes: "a: 1\n" }] });
    const stream = `commit refs/heads/main\ncommitter E <e> 1 +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100644 inline "k8s/caf\\351.yaml"\ndata ${text.length}\n${text}\ndone\n`;
    await box.run(box.bare, ["fast-import", "--quiet", "--done"], stream);
    const remote = await box.open();
    const tip = await remote.fetchTip();
    await expect(remote.findManifests(tip, ["k8s"], [image])).rejects.toMatchObject({
      code: "bad-manifest",
      message: expect.stringMatching(/its name is not UTF-8/),
    });
    // One that mentions none of our images is nobody's business.
    expect(await remote.findManifests(tip, ["k8s"], ["example/other"])).toEqual([]);
  });
});

test("an identity cannot write commands into the commit", async () => {
  const box = await openSandbox();
  const evil = "x\nM 100644 inline evil.yaml\ndata 2\nx\n\ncommitter <a> 1 +0000";
  const remote = await box.open({
    identity: { name: `Bot ${evil}`, email: `a@b> 1 +0000\n${evil}` },
  });
  const parent = await remote.fetchTip();
  const commit = await remote.commit({ parent, changes: [], message: "x\n", atSeconds: 1 });
  expect((await remote.push(commit)).kind).toBe("accepted");
  expect(await box.git(box.bare, "diff", "--name-only", "main~1", "main")).toBe("");
  expect(await box.git(box.bare, "log", "-1", "--format=%an", "main")).toMatch(/^Bot x M 100644/);
});

test("a repository by its path does not show the token to its hooks", async () => {
  const box = await openSandbox();
  const seen = join(box.root, "seen");
  box.addHook("pre-receive", `env > ${seen}`);
  const remote = await box.open({ url: box.bare, credentials: { token: "t0ken" } });
  const parent = await remote.fetchTip();
  const commit = await remote.commit({ parent, changes: [], message: "x\n", atSeconds: 1 });
  expect((await remote.push(commit)).kind).toBe("accepted");
  const environment = execFileSync("cat", [seen]).toString();
  expect(environment).toMatch(/^GIT_/m);
  for (const spelling of ["t0ken", Buffer.from("x-access-token:t0ken").toString("base64")]) {
    expect(environment).not.toContain(spelling);
  }
});
