/** A bare repository of our own, under everything that reads git. git runs in no other place. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Failure } from "../../core/failure.ts";
import { authoritiesIn } from "../http/authorities.ts";
import { gitEnvironment } from "./env.ts";
import { commitsAmong, createBare } from "./objects.ts";
import type { GitPlace } from "./run.ts";
import { Server, type Upstream } from "./server.ts";
import type { LocalSource } from "./source.ts";
import { readyCredentials } from "./ssh-agent.ts";

/** Where a repository of our own is made, and how git runs in it. */
export interface CloneOptions {
  /** The caller's environment, of which only a few names reach git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the private repository is made and removed again. */
  readonly temporary: string;
  /** Wall time of one git command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** A file with authorities to trust besides the usual ones, PEM. */
  readonly ca?: string | undefined;
}

/** A private repository, empty at first, and removed by `close`. */
export class Clone {
  readonly directory: string;
  /** For commands that must not reach the network: an object that is missing is to be said so. */
  readonly inside: GitPlace;
  readonly #options: CloneOptions;
  readonly #ends: (() => unknown)[] = [];
  readonly #kept = new Map<string, string>();

  private constructor(directory: string, options: CloneOptions) {
    const { env, timeoutMs, signal } = options;
    this.directory = directory;
    this.#options = options;
    this.inside = { directory, env: gitEnvironment({ env, home: directory }), timeoutMs, signal };
  }

  static async open(options: CloneOptions): Promise<Clone> {
    try {
      const directory = await mkdtemp(resolve(options.temporary, "landfall-"));
      createBare(directory);
      const env = await withAuthorities(options, directory);
      return new Clone(directory, { ...options, env });
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw noFolder(options.temporary, error);
    }
  }

  /** Lends it the objects of a repository on this machine, and where that one's history ends. */
  async borrow({ objects, shallow }: LocalSource): Promise<void> {
    await writeFile(join(this.directory, "objects", "info", "alternates"), `${objects}\n`);
    if (shallow !== "") await writeFile(join(this.directory, "shallow"), shallow);
  }

  /**
   * Keeps refs of another repository under a name of ours, as far as their commits are here
   * (gitrepository-layout: packed-refs).
   */
  async keepRefs(under: string, refs: ReadonlyMap<string, string>): Promise<void> {
    const plain = [...refs].filter(([name]) => isPlainRef.test(name));
    const ids = plain.map(([, id]) => id);
    const commits = await commitsAmong(this.inside, ids);
    for (const [at, [name]] of plain.entries()) {
      const commit = commits[at];
      if (commit !== undefined) this.#kept.set(name.replace(/^refs/, under), commit);
    }
    const lines = [...this.#kept].map(([name, id]) => `${id} ${name}\n`);
    await writeFile(join(this.directory, "packed-refs"), lines.join(""));
  }

  /**
   * Opens the way to a server. An SSH key is in an agent's hands from now on.
   *
   * @throws Failure `usage` when the URL is none that git may be given, or the key is none.
   */
  async server({ url, credentials }: Upstream): Promise<Server> {
    const { env, timeoutMs, signal } = this.#options;
    const home = this.directory;
    const name = `agent-${this.#ends.length}`;
    const ready = await readyCredentials(credentials, { url, env, home, name });
    this.#ends.push(ready.close);
    const at = { url, credentials: ready.credentials };
    const server = new Server(at, { directory: home, env, timeoutMs, signal });
    this.#ends.push(() => server.close());
    return server;
  }

  async close(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
    // What is left of a folder changes nothing of what was done.
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }
}

/** A name that git takes, from any author. */
const isPlainRef = /^refs(?:\/(?!\.|\/)(?:(?!\.\.|@\{|\.lock(?:\/|$))[^\s\p{Cc}~^:?*[\\/])+)+$/u;

/**
 * Returns an environment in which git trusts whom Node does: git itself knows none of the names
 * that other programs go by, and takes what it is given for all there is.
 */
async function withAuthorities(
  { env, ca }: CloneOptions,
  directory: string,
): Promise<CloneOptions["env"]> {
  const authorities = env.GIT_SSL_CAINFO ? undefined : authoritiesIn(env, ca);
  if (authorities === undefined) return env;
  const file = join(directory, "authorities.pem");
  await writeFile(file, authorities);
  return { ...env, GIT_SSL_CAINFO: file };
}

function noFolder(temporary: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  return new Failure(
    "machine",
    `Cannot make a folder for git's objects in "${temporary}": ${why}`,
    "Set TMPDIR to a folder that exists, has room and may be written.",
    { cause: error },
  );
}
