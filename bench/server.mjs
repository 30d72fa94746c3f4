/** What the parts of the bench share: a git server with a delay, processes, medians. */

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startGitServer } from "../dist/demo/git-server.js";

/** The command line that is measured. */
export const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

const identity = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"];

/** Runs git in a directory and returns what it printed. Blocks: only while no server is asked. */
export function git(directory, ...args) {
  const out = execFileSync("git", [...identity, ...args], { cwd: directory, maxBuffer: 2 ** 28 });
  return out.toString().trim();
}

/**
 * Makes a bare repository from files, behind a server that adds a delay to each request.
 *
 * @param {{ files: Record<string, string | Buffer>, delayMs: number }} options
 */
export async function openServer({ files, delayMs }) {
  const root = mkdtempSync(join(tmpdir(), "landfall-bench-"));
  const work = join(root, "work");
  mkdirSync(work);
  git(work, "init", "-q", "-b", "main");
  git(work, "commit", "-q", "--allow-empty", "-m", "feat: deployed already");
  const deployed = `sha-${git(work, "rev-parse", "HEAD").slice(0, 7)}`;
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    // As after an earlier deploy: the pins name a commit of the source.
    const isText = typeof text === "string";
    writeFileSync(join(work, path), isText ? text.replaceAll("sha-0000000", deployed) : text);
  }
  git(work, "add", "-A");
  git(work, "commit", "-qm", "chore: manifests");
  const server = await startGitServer({ root, delayMs, path: process.env.PATH });
  return {
    root,
    work,
    server,
    url: `${server.url}/remote.git`,
    bare: join(root, "remote.git"),
    /** Makes an empty commit of the source and returns its id. */
    commit(subject) {
      git(work, "commit", "-q", "--allow-empty", "-m", subject);
      return git(work, "rev-parse", "HEAD");
    },
    /** Publishes what the work tree holds as the bare repository. */
    publish() {
      git(root, "clone", "-q", "--bare", "work", "remote.git");
      for (const [key, value] of forge) git(join(root, "remote.git"), "config", key, value);
    },
    async close() {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const forge = [
  ["http.receivepack", "true"],
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowAnySHA1InWant", "true"],
  ["receive.autogc", "false"],
];

/** Runs a process and returns its exit status, its output, and its wall time in milliseconds. */
export function run(command, args, { cwd, env = {} }) {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const options = { cwd, env: { ...process.env, GIT_TERMINAL_PROMPT: "0", ...env } };
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.on("close", (code) => {
      resolve({ code: code ?? 137, out, err, ms: performance.now() - startedMs });
    });
  });
}

/** Returns the middle of some numbers. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** Prints rows as a Markdown table. */
export function table(rows) {
  const keys = Object.keys(rows[0] ?? {});
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const body = rows.map((row) => line(keys.map((key) => String(row[key]))));
  return [line(keys), line(keys.map(() => "---")), ...body].join("\n");
}
