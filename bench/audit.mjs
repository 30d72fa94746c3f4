/** The audit of a long history: every second commit is a deploy that moves pins in three files. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli, git, run } from "./server.mjs";

const names = ["frontend", "backend", "nginx"];
const perPart = 2_000;

/** Audits all of it, in one repository, from a clone without a network. */
export async function auditLongHistory({ commits }) {
  const root = mkdtempSync(join(tmpdir(), "landfall-bench-audit-"));
  try {
    const bare = join(root, "app.git");
    git(root, "init", "-q", "--bare", "-b", "main", bare);
    writeLine(bare, commits);
    git(bare, "gc", "-q");
    const where = ["--repository", bare, "--source", bare, "--path", "infra"];
    const images = names.flatMap((name) => ["--image", `ghcr.io/acme/${name}`]);
    const words = ["--since", "2000-01-01", "--as-of", "2040-01-01", "--json"];
    const all = [cli, "audit", ...where, ...images, ...words];
    const { out, ms } = await run(process.execPath, all, { cwd: root });
    const { counts, deploys } = JSON.parse(out);
    const { deployed, covered, gap } = counts;
    return [{ commits, deploys: deploys.length, deployed, covered, gap, "audit s": seconds(ms) }];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Writes code commits and their deploys in turn. The revisions must be known to be deployed. */
function writeLine(bare, commits) {
  let tip = "";
  for (let at = 0; at < commits; at += perPart) {
    const parts = [];
    for (let nth = at; nth < Math.min(commits, at + perPart); nth += 2) {
      parts.push(codeCommit(nth, nth === at ? tip : ""));
    }
    tip = importPart(bare, parts.join(""));
    // Deploys of a whole part stand behind its code: each still names a commit of its own.
    const ids = git(bare, "rev-list", "--reverse", `-${parts.length}`, "main").split("\n");
    tip = importPart(bare, ids.map((id, nth) => deployCommit(at + nth, id, nth === 0)).join(""));
  }
}

function importPart(bare, input) {
  execFileSync("git", ["fast-import", "--quiet", "--force"], { cwd: bare, input });
  return git(bare, "rev-parse", "main");
}

function codeCommit(at, tip) {
  const from = tip === "" ? "" : `from ${tip}\n`;
  return `${head(at, "feat: change")}${from}M 644 inline app/main.txt\n${data(String(at))}\n`;
}

function deployCommit(at, revision, isFirst) {
  const tag = `sha-${revision.slice(0, 12)}`;
  const from = isFirst ? "from refs/heads/main^0\n" : "";
  const files = names.map((name) => `M 644 inline infra/${name}.yml\n${data(manifest(name, tag))}`);
  return `${head(at, `chore(gitops): update image tags to ${tag}`)}${from}${files.join("")}\n`;
}

function head(at, subject) {
  const who = `Bench <bench@localhost> ${1_600_000_000 + at * 60} +0000`;
  return `commit refs/heads/main\ncommitter ${who}\n${data(subject)}`;
}

function data(text) {
  return `data ${text.length}\n${text}\n`;
}

function manifest(name, tag) {
  const ports = Array.from({ length: 40 }, (_, port) => `            - containerPort: ${port}\n`);
  return (
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n` +
    `    spec:\n      containers:\n        - image: ghcr.io/acme/${name}:${tag}\n` +
    `          ports:\n${ports.join("")}`
  );
}

function seconds(ms) {
  return (ms / 1000).toFixed(1);
}
