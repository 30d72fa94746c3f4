/** A real git server with one bare repository, for one test. Everything ends with the test. */

import { execFile } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { gitEnvironment } from "../../src/adapters/git/env.ts";
import { createBare } from "../../src/adapters/git/objects.ts";
import { openRemote, type RemoteOptions } from "../../src/adapters/git/remote.ts";
import { asCommitId, type CommitId } from "../../src/core/ids.ts";
import { type GitServerOptions, startGitServer } from "../../src/demo/git-server.ts";
import { looseRef } from "./git-files.ts";

/** A file of a commit. No bytes: it goes away. */
export interface SandboxFile {
  readonly path: string;
  /** The file's bytes, a symlink's target, or a submodule's commit. */
  readonly bytes?: string | Uint8Array;
  readonly mode?: "100644" | "100755" | "120000" | "160000";
}

/** How the server differs from a forge that works. */
export interface SandboxOptions extends Omit<GitServerOptions, "root"> {
  readonly files?: readonly SandboxFile[];
  /** Other branches, as git-fast-import reads them. */
  readonly branches?: string;
  /** A bare repository that this one begins as a copy of, instead of all that. */
  readonly copyOf?: string;
  /** Settings of the bare repository beside a forge's. */
  readonly settings?: Readonly<Record<string, string>>;
}

export type Sandbox = Awaited<ReturnType<typeof openSandbox>>;

/** What a forge has switched on, and a bare repository has not. */
const forge = {
  "http.receivepack": "true",
  "uploadpack.allowFilter": "true",
  "uploadpack.allowAnySHA1InWant": "true",
  // A forge tidies up when nobody waits for it.
  "receive.autogc": "false",
};

/** The file that tests move a tag in. */
export const manifest: SandboxFile = {
  path: "k8s/app.yaml",
  bytes: "kind: Pod\nspec:\n  containers: [{ image: example/app:sha-0000001 }]\n",
};

/** Starts a server with `main` at one commit of the given files. */
export async function openSandbox(options: SandboxOptions = {}) {
  const root = mkdtempSync(join(tmpdir(), "landfall-sandbox-"));
  const bare = join(root, "server", "app.git");
  const temporary = join(root, "tmp");
  mkdirSync(temporary, { recursive: true });
  if (options.copyOf === undefined) createBare(bare);
  else cpSync(options.copyOf, bare, { recursive: true });
  const env = gitEnvironment({ env: process.env, home: root, url: root }, [
    ["user.name", "Somebody else"],
    ["user.email", "else@localhost"],
  ]);
  const server = await startGitServer({ ...options, root: join(root, "server") });
  onTestFinished(async () => {
    await server.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });

  /** Runs git in a directory, past the server. */
  async function run(
    directory: string,
    args: readonly string[],
    input: string | Uint8Array = "",
  ): Promise<Buffer> {
    const options = { cwd: directory, env, encoding: "buffer", maxBuffer: 64 * 2 ** 20 } as const;
    const running = promisify(execFile)("git", args, options);
    running.child.stdin?.on("error", () => {}).end(input);
    return (await running).stdout;
  }

  const git = async (directory: string, ...args: string[]): Promise<string> =>
    (await run(directory, args)).toString("utf8").trim();

  /** Adds a commit to a branch past the server, as somebody else's push would. */
  async function addCommit(files: readonly SandboxFile[], branch = "main"): Promise<CommitId> {
    await importCommit(files, branch);
    return tip(branch);
  }

  async function importCommit(
    files: readonly SandboxFile[],
    branch: string,
    before = "",
  ): Promise<void> {
    const stream = commitStream(files, { branch, parent: looseRef(bare, branch) ?? "" });
    const input = Buffer.concat([Buffer.from(before), stream]);
    await run(bare, ["fast-import", "--quiet", "--done"], input);
  }

  async function tip(branch = "main"): Promise<CommitId> {
    const ref = `refs/heads/${branch}`;
    const id = asCommitId(looseRef(bare, branch) ?? (await git(bare, "rev-parse", ref)));
    if (id === undefined) throw new Error(`no branch ${branch}`);
    return id;
  }

  if (options.copyOf === undefined) {
    const settings = Object.entries({ ...forge, ...options.settings });
    appendFileSync(join(bare, "config"), settings.map(settingLines).join(""));
    await importCommit(options.files ?? [manifest], "main", options.branches);
  }
  const url = `${server.url}/app.git`;

  return {
    ...{ root, bare, url, temporary, env, stats: server.stats, run, git, addCommit, tip },
    /** The bytes of a file on the server, or its listing. */
    async fileAt(path: string, commit = "refs/heads/main"): Promise<Buffer> {
      return run(bare, ["cat-file", "blob", `${commit}:${path}`]);
    },
    /** Puts a hook into the server's repository. */
    addHook(name: string, script: string): void {
      mkdirSync(join(bare, "hooks"), { recursive: true });
      writeFileSync(join(bare, "hooks", name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bare, "hooks", name), 0o755);
    },
    /** Holds the lock of a branch on the server, as a process that crashed there would. */
    lockRef: (branch: string) =>
      // Never over a lock that git holds: what is in it becomes the branch.
      writeFileSync(join(bare, "refs", "heads", `${branch}.lock`), "", { flag: "wx" }),
    unlockRef: (branch: string) =>
      rmSync(join(bare, "refs", "heads", `${branch}.lock`), { force: true }),
    /** Opens `main` as Landfall does. */
    async open(more: Partial<RemoteOptions> = {}) {
      const remote = await openRemote({
        ...{ url, branch: "main", credentials: {}, temporary, timeoutMs: 30_000 },
        ...{ identity: { name: "Landfall", email: "landfall@localhost" }, env: process.env },
        ...more,
      });
      onTestFinished(() => remote.close());
      return remote;
    },
  };
}

/** A setting as git-config's file has it. */
function settingLines([key, value]: readonly [string, string]): string {
  const [section, ...name] = key.split(".");
  return `[${section}]\n\t${name.join(".")} = ${value}\n`;
}

/** A commit as git-fast-import reads it. */
function commitStream(
  files: readonly SandboxFile[],
  { branch, parent }: { readonly branch: string; readonly parent: string },
): Buffer {
  const parts: (string | Uint8Array)[] = [
    `commit refs/heads/${branch}\ncommitter Else <else@localhost> 1700000000 +0000\n`,
    `data 6\nchange\n${parent === "" ? "" : `from ${parent}\n`}`,
  ];
  for (const { path, bytes, mode = "100644" } of files) {
    const name = JSON.stringify(path);
    if (bytes === undefined) parts.push(`D ${name}\n`);
    else if (mode === "160000") parts.push(`M 160000 ${bytes} ${name}\n`);
    else {
      const content = Buffer.from(bytes as Uint8Array);
      parts.push(`M ${mode} inline ${name}\ndata ${content.length}\n`, content, "\n");
    }
  }
  return Buffer.concat([...parts, "\ndone\n"].map((part) => Buffer.from(part as Uint8Array)));
}
