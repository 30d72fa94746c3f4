/** A real Dagger engine, where this machine has one, and the module as a fresh clone of it. */

import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "./source-files.ts";

const run = promisify(execFile);

/**
 * The registry that the engine reaches as `registry:5000` in plain HTTP (its own settings say so),
 * and what has to be in it: an image with Node and git, and a small one to build on.
 */
export const registryHost = "127.0.0.1:5000";
const toolImage = "localhost:5000/landfall/tool:node24";
export const baseImage = "localhost:5000/base/tiny:1";

/** How a call of Dagger ended. */
export interface Called {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly tookMs: number;
}

/** Returns why there is nothing to test on, or undefined where there is. Starts nothing. */
export async function whyNoEngine(): Promise<string | undefined> {
  for (const image of [toolImage, baseImage]) {
    const [, name = "", tag = ""] = /^[^/]+\/(.*):(.*)$/.exec(image) ?? [];
    const url = `http://${registryHost}/v2/${name}/manifests/${tag}`;
    try {
      const limit = { signal: AbortSignal.timeout(2_000) };
      const answer = await fetch(url, { headers: { accept: manifestTypes.join(", ") }, ...limit });
      if (!answer.ok) return `${url} answers ${answer.status}`;
    } catch (error) {
      return `${url} does not answer: ${error}`;
    }
  }
  try {
    await run("dagger", ["--silent", "core", "version"], { timeout: 30_000 });
    return undefined;
  } catch (error) {
    return `dagger core version fails: ${error}`;
  }
}

/** The kinds of image that are read here. Without them some registries answer 404. */
export const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Copies what git would put into a clone of this work tree, and makes it a repository. */
export function cloneModule(folder: string): string {
  const words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const listed = execFileSync("git", words, { cwd: root, encoding: "utf8" }).split("\0");
  for (const path of listed.filter((name) => name !== "")) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { force: true });
  }
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  return folder;
}

/**
 * Calls a function of a module: `dagger -m MODULE call FUNCTION ...words`, in a directory. Never
 * throws for what the call came to.
 */
export async function callDagger(
  words: readonly string[],
  at: { readonly module: string; readonly cwd: string; readonly env: Record<string, string> },
): Promise<Called> {
  const all = ["--progress=plain", "-m", at.module, "call", `--tool-image=${toolImage}`, ...words];
  return runDagger(all, at);
}

/** Runs `dagger` with these words. */
export function runDagger(
  words: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<Called> {
  const began = performance.now();
  const child = spawn("dagger", words, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A call that hangs ends before its test does, and so leaves nothing behind.
    timeout: 240_000,
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      resolve({ status, out, err, tookMs: Math.round(performance.now() - began) });
    });
  });
}
