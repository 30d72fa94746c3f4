/**
 * A git server and a registry that both ask who comes, and `landfall promote` as a program of its
 * own in front of them. Everything ends with the test.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onTestFinished, vi } from "vitest";
import { parseTagFormat, tagOf } from "../../src/core/tag-format.ts";
import type { GitFault, GitRequestSeen } from "../../src/demo/git-server.ts";
import {
  type RegistryFault,
  type RegistryRequestSeen,
  startRegistry,
} from "../../src/demo/registry-server.ts";
import { openSandbox, type SandboxFile } from "./git-sandbox.ts";
import { type Ran, runCli } from "./run-cli.ts";
import { revisionLabel, sampleImage } from "./sample-image.ts";
import { sourceBranch } from "./source-branch.ts";
import { stocked } from "./stock-registry.ts";

const cli = resolve(import.meta.dirname, "../../dist/cli.js");

/** How the world differs from one that works. */
export interface SecretWorldOptions {
  readonly gitFault?: (request: GitRequestSeen) => GitFault | Promise<GitFault>;
  readonly registryFault?: (request: RegistryRequestSeen) => RegistryFault;
  /** Called for every answer of the git server, also to those whom it does not let in. */
  readonly answered?: (request: GitRequestSeen) => void;
  /** Files of the manifests branch, by what the image is called there. */
  readonly files?: (image: string) => readonly SandboxFile[];
}

/** Makes the world. Its secrets are new each time, so that nothing else can hold them. */
export async function openSecretWorld(options: SecretWorldOptions = {}) {
  const secrets = { git: newSecret("ghp"), registry: newSecret("dckr") };
  const { stream, revisions } = sourceBranch(1);
  const revision = revisions[0]!;
  const tag = tagOf(parseTagFormat("sha-{revision:7}"), revision);
  const packed = sampleImage("web", { [revisionLabel]: revision });
  const registry = await startRegistry({
    auth: { kind: "bearer", users: { robin: secrets.registry }, anonymousPull: false },
    store: stocked([{ repository: "acme/web", tag, image: packed }]),
    fault: (request) => options.registryFault?.(request) ?? "pass",
  });
  onTestFinished(() => registry.close());
  const image = `${registry.host}/acme/web`;
  const box = await openSandbox({
    login: { username: "x-access-token", password: secrets.git },
    fault: (request) => options.gitFault?.(request) ?? "pass",
    answered: (request) => options.answered?.(request),
    branches: stream,
    files: options.files?.(image) ?? [{ path: "k8s/web.yaml", bytes: `image: ${image}:old\n` }],
  });
  const home = join(box.root, "home");
  mkdirSync(home);
  const env = {
    ...{ PATH: process.env.PATH ?? "", HOME: home, TMPDIR: box.temporary },
    ...{ LANDFALL_GIT_TOKEN: secrets.git },
    ...{ LANDFALL_REGISTRY_USERNAME: "robin", LANDFALL_REGISTRY_PASSWORD: secrets.registry },
  };
  const named = ["--revision", revision, "--image", image, "--path", "k8s"];
  const where = ["--repository", box.url, "--branch", "main", "--source", box.bare];
  const argv = ["promote", ...named, ...where];

  return {
    ...{ box, registry, image, revision, tag, secrets, home, env },
    /** Every spelling in which a secret could be met. */
    spellings: [
      ...spellingsOf("x-access-token", secrets.git),
      ...spellingsOf("robin", secrets.registry),
    ],
    /** Runs `landfall promote` with the secrets in its environment. */
    promote: (more: Record<string, string> = {}, flags: readonly string[] = []) =>
      run([...argv, ...flags], { cwd: box.root, env: { ...env, ...more } }),
    /** The same in this process, where a process of its own is not what is looked at. */
    promoteHere: (more: Record<string, string> = {}, flags: readonly string[] = []) =>
      runHere([...argv, ...flags], { cwd: box.root, env: { ...env, ...more } }),
  };
}

/** Runs the program to its end. */
export async function run(
  argv: readonly string[],
  at: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<Ran> {
  const child = spawn(process.execPath, [cli, ...argv], {
    // Shorter than a test may take, so that a program that hangs is seen to, and ends.
    ...{ ...at, timeout: 25_000, killSignal: "SIGKILL" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const [status] = await once(child, "close");
  return { status, out, err };
}

/** Runs the program in this process. What is written past its own way out is its output too. */
export async function runHere(...[argv, at]: Parameters<typeof run>): Promise<Ran> {
  let past = "";
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      past += chunk;
      return true;
    }),
  );
  try {
    const { status, out, err } = await runCli(argv, at);
    return { status, out, err: err + past };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Returns a text with what separates URLs, base64 and shells in it, that nobody can guess. */
function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(15).toString("hex")}/+=x`;
}

function spellingsOf(user: string, secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const pair = Buffer.from(`${user}:${secret}`).toString("base64");
  // Padding and the neighbours' bits change the ends of base64, never its middle.
  const inside = [0, 1, 2].map((shift) =>
    bytes.subarray(shift, -4).toString("base64").slice(2, 30),
  );
  const hex = bytes.toString("hex");
  return [secret, encodeURIComponent(secret), pair, ...inside, hex, hex.replace(/..(?=.)/g, "$& ")];
}

/** A process that can be seen. */
export interface ProcessSeen {
  readonly pid: number;
  readonly name: string;
  /** The command line, its words apart by spaces. */
  readonly line: string;
  /** The environment, where it may be read. */
  readonly environment: string;
}

/**
 * Returns the processes of this machine, as /proc shows them, but for those that end meanwhile and
 * those that are not to be looked at.
 */
export function seeProcesses(but: ReadonlySet<string> = new Set()): readonly ProcessSeen[] {
  return processIds()
    .filter((pid) => !but.has(pid))
    .flatMap((pid) => seeProcess(pid) ?? []);
}

/** The ids of all processes of this machine. */
export function processIds(): readonly string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

/**
 * A child has its parent's name until it becomes the program it was made for, and then for a moment
 * no command line. Read across such a moment, git's environment would be taken for somebody else's:
 * a reading in which either changed is thrown away.
 */
function seeProcess(pid: string): ProcessSeen | undefined {
  const read = (what: string) => readOr(join("/proc", pid, what));
  const who = () => ({ name: read("comm").trim(), line: read("cmdline").replaceAll("\0", " ") });
  let before = who();
  for (;;) {
    const environment = read("environ").replaceAll("\0", "\n");
    const after = who();
    if (after.name === "") return;
    if (after.name === before.name && after.line === before.line) {
      return { pid: Number(pid), ...after, environment };
    }
    before = after;
  }
}

/** Returns the files below a directory, each with its path, in one text. */
export function readTree(directory: string): string {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => `${path}\n${readOr(path)}`).join("\n");
}

/** What has gone meanwhile, or is not for us, reads as nothing. */
function readOr(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
