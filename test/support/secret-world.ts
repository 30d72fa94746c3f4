/**
 * A git server and a registry that both ask who comes, and `landfall promote` as a program of its
 * own in front of them. Everything ends with the test.
 */

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { createPusher } from "../../src/adapters/registry-push.ts";
import { systemClock } from "../../src/adapters/system.ts";
import type { Revision } from "../../src/core/ids.ts";
import { parseImageName } from "../../src/core/image-ref.ts";
import { parseTagFormat, tagOf } from "../../src/core/tag-format.ts";
import type { GitFault, GitRequestSeen } from "../../src/demo/git-server.ts";
import {
  type RegistryFault,
  type RegistryRequestSeen,
  startRegistry,
} from "../../src/demo/registry-server.ts";
import { openSandbox, type SandboxFile } from "./git-sandbox.ts";
import { revisionLabel, sampleImage } from "./sample-image.ts";

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

/** A run of the program. */
export interface ProgramRun {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Makes the world. Its secrets are new each time, so that nothing else can hold them. */
export async function openSecretWorld(options: SecretWorldOptions = {}) {
  const secrets = { git: newSecret("ghp"), registry: newSecret("dckr") };
  let isReady = false;
  const users = { robin: secrets.registry };
  const registry = await startRegistry({
    auth: { kind: "bearer", users, anonymousPull: false },
    fault: (request) => (isReady ? (options.registryFault?.(request) ?? "pass") : "pass"),
  });
  onTestFinished(() => registry.close());
  const image = `${registry.host}/acme/web`;
  const box = await openSandbox({
    login: { username: "x-access-token", password: secrets.git },
    fault: (request) => (isReady ? (options.gitFault?.(request) ?? "pass") : "pass"),
    answered: (request) => isReady && options.answered?.(request),
    files: options.files?.(image) ?? [{ path: "k8s/web.yaml", bytes: `image: ${image}:old\n` }],
  });
  const revision = await writeSource(box);
  await publish(image, revision, { username: "robin", password: secrets.registry });
  const home = join(box.root, "home");
  mkdirSync(home);
  const env = {
    ...{ PATH: process.env.PATH ?? "", HOME: home, TMPDIR: box.temporary },
    ...{ LANDFALL_GIT_TOKEN: secrets.git },
    ...{ LANDFALL_REGISTRY_USERNAME: "robin", LANDFALL_REGISTRY_PASSWORD: secrets.registry },
  };
  isReady = true;

  return {
    ...{ box, registry, image, revision, secrets, home, env },
    tag: tagOf(parseTagFormat("sha-{revision:7}"), revision),
    /** Every spelling in which a secret could be met. */
    spellings: [
      ...spellingsOf("x-access-token", secrets.git),
      ...spellingsOf("robin", secrets.registry),
    ],
    /** Runs `landfall promote` with the secrets in its environment. */
    async promote(more: Record<string, string> = {}, flags: readonly string[] = []) {
      const named = ["--revision", revision, "--image", image, "--path", "k8s"];
      const where = ["--repository", box.url, "--branch", "main", "--source", box.bare];
      return run(["promote", ...named, ...where, ...flags], {
        cwd: box.root,
        env: { ...env, ...more },
      });
    },
  };
}

/** Runs the program to its end. */
export async function run(
  argv: readonly string[],
  at: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<ProgramRun> {
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

async function writeSource(box: Awaited<ReturnType<typeof openSandbox>>): Promise<Revision> {
  const stream = [
    "commit refs/heads/source\nmark :1\ncommitter Dev <dev@localhost> 1700000000 +0000\n",
    "data 5\nwork\nget-mark :1\ndone\n",
  ];
  const out = await box.run(box.bare, ["fast-import", "--quiet", "--done"], stream.join(""));
  return out.toString().trim() as Revision;
}

async function publish(
  image: string,
  revision: Revision,
  user: { readonly username: string; readonly password: string },
): Promise<void> {
  const random = { unit: () => 0 };
  const options = { credentials: () => user, clock: systemClock, random, timeoutMs: 30_000 };
  const packed = sampleImage("web", { [revisionLabel]: revision });
  const tag = tagOf(parseTagFormat("sha-{revision:7}"), revision);
  await createPusher(options).pushImage(parseImageName(image)!, tag, packed);
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

/** Returns every process of this machine, as /proc shows it, without those that end meanwhile. */
export function seeProcesses(): readonly ProcessSeen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => seeProcess(pid) ?? []);
}

/**
 * A child has its parent's name until it becomes the program it was made for. Read across that
 * moment, git's environment would be taken for node's: such a reading is thrown away.
 */
function seeProcess(pid: string): ProcessSeen | undefined {
  const read = (what: string) => readOr(join("/proc", pid, what));
  let name: string;
  let seen: ProcessSeen;
  do {
    name = read("comm");
    seen = {
      pid: Number(pid),
      name: name.trim(),
      line: read("cmdline").replaceAll("\0", " "),
      environment: read("environ").replaceAll("\0", "\n"),
    };
  } while (read("comm") !== name);
  return name === "" ? undefined : seen;
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
