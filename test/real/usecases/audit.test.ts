/** Audit on real repositories, by the command line: in one repository, in two, over smart HTTP. */

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Revision } from "../../../src/core/ids.ts";
import { type RecordedOutcome, writeMessage } from "../../../src/core/landing/commit-message.ts";
import type { AuditResult } from "../../../src/core/results/audit.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { openSandbox } from "../../support/git-sandbox.ts";
import { runCli } from "../../support/run-cli.ts";
import { type WrittenCommit, writeHistory } from "../../support/write-history.ts";

const image = "ghcr.io/acme/web";
const page = (held: string) => `kind: Deployment\nspec:\n  image: ${image}:${held}\n`;
const pins = (held: string) => ({ "k8s/web.yaml": page(held) });
const tagOf = (revision: string) => `sha-${revision.slice(0, 7)}`;
const asOf = ["--since", "2025-01-01", "--as-of", "2026-01-02"];
const code = (message: string): WrittenCommit => ({ message, files: { "app.ts": message } });

function deployOf(revision: string, outcome: RecordedOutcome = "landed"): WrittenCommit {
  const tag = tagOf(revision);
  const words = { deploy: `d-${tag}`, revision: revision as Revision, tags: [tag], moves: [] };
  return { message: writeMessage({ outcome, ...words, skipCi: true }), files: pins(tag) };
}

/** Makes an empty bare repository that goes away with the test. */
function bareRepository(): string {
  const root = mkdtempSync(join(tmpdir(), "landfall-audit-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  const bare = join(root, "app.git");
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
  return bare;
}

/** Starts a git server whose default branch is `main`. */
async function openServer() {
  const sandbox = await openSandbox();
  await sandbox.git(sandbox.bare, "symbolic-ref", "HEAD", "refs/heads/main");
  return sandbox;
}

/** Runs git while this process serves. */
const git = (args: readonly string[]) => promisify(execFile)("git", args);

/** Writes a history whose later commits name earlier ones. */
function grow(
  bare: string,
  steps: readonly (WrittenCommit | ((ids: readonly string[]) => WrittenCommit))[],
): readonly string[] {
  const commits: WrittenCommit[] = [];
  let ids: readonly string[] = [];
  for (const step of steps) {
    commits.push(typeof step === "function" ? step(ids) : step);
    // The same commits have the same ids, however often they are written.
    ids = writeHistory(bare, commits);
  }
  return ids;
}

async function landfall(where: readonly string[], cwd = tmpdir()) {
  const what = ["--image", image, "--path", "k8s", "--quiet", ...asOf];
  const ran = await runCli(["audit", ...where, ...what], { cwd });
  return ran;
}

async function audited(where: readonly string[], cwd?: string): Promise<AuditResult> {
  const { out, err } = await landfall([...where, "--json"], cwd);
  expect(err).toBe("");
  return JSON.parse(out);
}

const story = [
  { message: "feat: begin", files: { ...pins("latest"), "app.ts": "" } },
  code("feat: a"),
  code("feat: b"),
  (ids: readonly string[]) => deployOf(ids[2]!),
  { message: "chore: replicas", files: { "k8s/more.yaml": "replicas: 3\n" } },
  code("feat: lost"),
];
const fates = ({ commits }: AuditResult) => commits.map(({ subject, fate }) => [subject, fate]);
const told = [
  ["feat: lost", "gap"],
  ["feat: b", "deployed"],
  ["feat: a", "covered"],
  ["feat: begin", "covered"],
];

describe("in one repository", () => {
  test("read from a path, where it is its own source", async () => {
    const bare = bareRepository();
    grow(bare, story);
    const result = await audited(["--repository", bare, "--source", bare]);
    expect(fates(result)).toEqual(told);
    expect(result).toMatchObject({ exit: 3, repository: bare, branch: "main", warnings: [] });
  });

  test("read over HTTP, without a clone: only commits, trees and manifests come", async () => {
    const sandbox = await openServer();
    const big = { message: "feat: big", files: { "data.bin": "x".repeat(4e6) } };
    grow(sandbox.bare, [...story.slice(0, 1), big, ...story.slice(2)]);
    const result = await audited(["--repository", sandbox.url, "--source", sandbox.url]);
    expect(fates(result).map(([, fate]) => fate)).toEqual(told.map(([, fate]) => fate));
    expect(sandbox.stats.bytesOut).toBeLessThan(50_000);
  });

  test("from inside a clone that is behind: what the server has counts", async () => {
    const sandbox = await openServer();
    grow(sandbox.bare, story.slice(0, 3));
    const clone = join(sandbox.root, "clone");
    await git(["clone", "--quiet", sandbox.url, clone]);
    grow(sandbox.bare, story);
    expect(fates(await audited([], clone))).toEqual(told);
  });

  test("from inside a shallow clone: its origin has the rest", async () => {
    const sandbox = await openServer();
    grow(sandbox.bare, story);
    const clone = join(sandbox.root, "clone");
    await git(["clone", "--quiet", "--depth=1", sandbox.url, clone]);
    expect(fates(await audited([], clone))).toEqual(told);
  });

  test("deploys of another tool, by the pattern and the grace of landfall.yaml", async () => {
    const bare = bareRepository();
    grow(bare, [
      { message: "feat: begin", files: { ...pins("latest"), "app.ts": "" } },
      code("feat: a"),
      (known) => ({ message: "deploy: web\n", files: pins(tagOf(known[1]!)) }),
      code("feat: young"),
    ]);
    const where = ["--repository", bare, "--source", bare];
    const kinds = ({ deploys }: AuditResult) => deploys.map(({ kind }) => kind);
    const unknown = await audited(where, bare);
    expect([kinds(unknown), unknown.counts.gap]).toEqual([["by-hand"], 1]);
    const settings = "audit: { pattern: '^deploy: ' }\nsync: { grace: 520w }\n";
    writeFileSync(join(bare, "landfall.yaml"), settings);
    const known = await audited(where, bare);
    expect([kinds(known), known.counts.gap, known.counts.pending]).toEqual([["deploy"], 0, 1]);
    expect(known.commits[1]).toMatchObject({ subject: "feat: a", fate: "deployed" });
  });

  test("merged lines: one entry for a merge, and its deploys on the side are found", async () => {
    const bare = bareRepository();
    const ids = grow(bare, [
      { message: "feat: begin", files: { ...pins("latest"), "app.ts": "" } },
      code("feat: theirs"),
      (known) => deployOf(known[1]!),
      { ...code("feat: mine"), parents: [0] },
      (known) => ({
        ...{ message: "Merge branch 'main'", parents: [3, 2] },
        files: { ...pins(tagOf(known[1]!)), "app.ts": "both" },
      }),
      (known) => deployOf(known[4]!),
    ]);
    const result = await audited(["--repository", bare, "--source", bare]);
    expect(result.deploys.map(({ kind, commit }) => [kind, commit])).toEqual([
      ["deploy", ids[5]],
      ["deploy", ids[2]],
    ]);
    expect(result.counts).toMatchObject({ deployed: 2, covered: 2, gap: 0 });
  });
});

describe("in two repositories", () => {
  const split = (deploys: (ids: readonly string[]) => readonly WrittenCommit[]) => {
    const source = bareRepository();
    const revisions = grow(source, [code("feat: a"), code("feat: b"), code("feat: c")]);
    const manifests = bareRepository();
    const begin = { message: "chore: begin", files: pins("latest") };
    const ids = grow(manifests, [begin, ...deploys(revisions)]);
    return { source, manifests, revisions, ids };
  };

  test("each commit of the source, by the deploys of the other", async () => {
    const { source, manifests, ids } = split((known) => [deployOf(known[1]!)]);
    const result = await audited(["--repository", manifests, "--source", source]);
    expect(fates(result)).toEqual([
      ["feat: c", "gap"],
      ["feat: b", "deployed"],
      ["feat: a", "covered"],
    ]);
    expect(result.commits[1]).toMatchObject({ by: ids[1], lagMs: 0 });
  });

  test("rolled back, recovered and put back by hand", async () => {
    const { source, manifests, revisions } = split((known) => [
      deployOf(known[1]!, "recovered"),
      deployOf(known[2]!),
      deployOf(known[1]!, "rolled-back"),
      { message: "Back to the first\n", files: pins(tagOf(known[0]!)) },
    ]);
    const result = await audited(["--repository", manifests, "--source", source]);
    expect(fates(result)).toEqual([
      ["feat: c", "rolled-back"],
      ["feat: b", "rolled-back"],
      ["feat: a", "recovered"],
    ]);
    expect(result.exit).toBe(3);
    const [from, to] = [tagOf(revisions[1]!), tagOf(revisions[0]!)];
    expect(result.inversions).toMatchObject([{ image, from, to }]);
    const kinds = result.deploys.map(({ kind }) => kind);
    expect(kinds).toEqual(["by-hand", "rollback", "deploy", "recovery"]);
  });

  test("over HTTP, the source by URL: no file of it comes along", async () => {
    const { manifests, source } = split((known) => [deployOf(known[1]!)]);
    const sandbox = await openServer();
    execFileSync("git", ["push", "--quiet", "--force", sandbox.bare, "main"], { cwd: source });
    const result = await audited(["--repository", manifests, "--source", sandbox.url]);
    expect(result.counts).toMatchObject({ deployed: 1, covered: 1, gap: 1 });
  });
});

test("what promote, rollback and release leave in the branch is understood", async () => {
  const world = await openAppWorld({ origin: "path" });
  onTestFinished(() => world.close());
  const run = (...words: string[]) => runCli([...words, "--json", "--quiet"], { cwd: world.app });
  const outcome = async (...words: string[]) => JSON.parse((await run(...words)).out).outcome;
  const first = await world.commit("feat: first");
  expect(await outcome("promote", "--revision", first)).toBe("landed");
  const second = await world.commit("feat: second");
  expect(await outcome("promote", "--revision", second)).toBe("landed");
  const back = ["--to", first, "--reason", "it leaks", "--by", "Ana"];
  expect(await outcome("rollback", ...back)).toBe("landed");
  const result = JSON.parse((await run("audit", "--since", "2000-01-01")).out) as AuditResult;
  expect(result.commits.slice(0, 2)).toMatchObject([
    { subject: "feat: second", fate: "rolled-back" },
    { subject: "feat: first", fate: "deployed" },
  ]);
  expect(result.inversions).toEqual([]);
  expect(await outcome("release")).toBe("landed");
  const kinds = async () => {
    const audit = JSON.parse((await run("audit", "--since", "2000-01-01")).out) as AuditResult;
    return audit.deploys.map(({ kind }) => kind);
  };
  expect((await kinds()).slice(0, 4)).toEqual(["release", "rollback", "deploy", "deploy"]);
}, 60_000);

test("hostile subjects, names and paths stay text on a line of their own", async () => {
  const bare = bareRepository();
  const evil = "::error::x\u001b[31m\u202e<script>alert(1)</script>";
  const file = "k8s/a\u001b[2Jb.yaml";
  grow(bare, [
    { message: "feat: begin", files: { "app.ts": "", [file]: page("sha-0000001") } },
    { ...code(`${evil}\n\nbody`), author: "Eve \u001b[1m" },
    { message: `${evil} by hand`, files: { [file]: page("sha-0000002") } },
  ]);
  const where = ["--repository", bare, "--source", bare];
  const html = join(bare, "audit.html");
  const { out, status } = await landfall([...where, "--html", html]);
  expect(status).toBe(3);
  expect(out).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
  expect(out.split("\n").filter((line) => /^\s*::/.test(line))).toEqual([]);
  expect(out).toContain("alert(1)");
  expect(readFileSync(html, "utf8")).not.toContain("<script>alert");
  const [lost] = (await audited(where)).commits;
  expect(lost).toMatchObject({ fate: "gap", subject: evil, author: "Eve \u001b[1m" });
});

test("text, JSON and HTML say the same figures", async () => {
  const bare = bareRepository();
  grow(bare, story);
  const where = ["--repository", bare, "--source", bare];
  const html = join(bare, "audit.html");
  const { out } = await landfall([...where, "--html", html]);
  const { counts, commits, deploys } = await audited(where);
  expect([commits.length, counts.deployed, counts.covered, counts.gap]).toEqual([4, 1, 2, 1]);
  expect(out).toContain("4 code commits: 1 deployed, 2 covered, 1 gap\n");
  expect(out).toContain(`${deploys.length} deploy commit: 0 by hand, 0 inversions`);
  const shown = readFileSync(html, "utf8");
  expect(shown).toContain('data-figure="commits">4<');
  expect(shown).toContain('data-figure="gap">1<');
  expect(shown).toContain('data-figure="landed">3<');
});

describe("said plainly", () => {
  test.each([
    [["--as-of", "yesterday"], 'the date "yesterday" of --as-of'],
    [["--as-of", "2026-03-29T12:00"], "with its zone"],
    [["--since", "2026-13-01"], 'the date "2026-13-01" of --since'],
    [["--grace", "soon"], 'the duration "soon"'],
    [["--html", "/nowhere/at/all.html"], "Cannot write the report"],
  ])("%j is wrong usage", async (flags, words) => {
    const bare = bareRepository();
    grow(bare, story.slice(0, 1));
    const where = ["--repository", bare, "--source", bare, "--image", image, "--path", "k8s"];
    const { status, err } = await runCli(["audit", ...where, ...flags, "--quiet"], { cwd: bare });
    expect(status).toBe(2);
    expect(err).toContain(words);
  });

  test("a branch that is not there: a failure in the result", async () => {
    const bare = bareRepository();
    grow(bare, story.slice(0, 1));
    const where = ["--repository", bare, "--source", bare, "--branch", "none"];
    const result = await audited(where);
    expect(result).toMatchObject({ exit: 1, failure: { code: "remote-not-found" }, commits: [] });
    const { out } = await landfall(where);
    expect(out).toContain("The audit could not be finished");
  });

  test("a path under which nothing ever was: wrong usage, and no list of gaps", async () => {
    const bare = bareRepository();
    mkdirSync(join(bare, "x"));
    grow(bare, [code("feat: a")]);
    const result = await audited(["--repository", bare, "--source", bare]);
    expect(result).toMatchObject({ exit: 2, commits: [], failure: { code: "usage" } });
  });
});
