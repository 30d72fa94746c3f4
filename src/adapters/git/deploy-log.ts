/** The manifests branch and the source behind it, whole, in one bare repository of our own. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { FileChange, LoggedCommit, SourceTag } from "../../core/history/commits.ts";
import { asCommitId } from "../../core/ids.ts";
import type { ManifestRules } from "../../core/pins/index.ts";
import { sameRepository } from "../../core/repository-url.ts";
import type { DeployLog } from "../../ports.ts";
import { Clone, type CloneOptions } from "./clone.ts";
import { readChanges, readInPortions, readLog, readSizes, readTags } from "./log.ts";
import { fullRef } from "./names.ts";
import { listTree } from "./objects.ts";
import { type LocalLine, localRefs } from "./refs.ts";
import type { Server, Upstream } from "./server.ts";
import type { LocalSource } from "./source.ts";

/** Where the two histories come from. */
export interface DeployLogOptions extends CloneOptions {
  readonly manifests: Upstream & { readonly branch: string };
  readonly source: LoggedSource;
  readonly rules?: ManifestRules;
}

/**
 * The source: a server, and perhaps a clone of it. Whatever that has checked out, the line that is
 * deployed is a branch of the server.
 */
export interface LoggedSource {
  /** Not given where it is shallow: what it lacks cannot be told from what never was. */
  readonly clone?: { readonly local: LocalSource; readonly line: LocalLine } | undefined;
  readonly upstream: Upstream | undefined;
  /** The branch that is deployed. Absent: the default one. */
  readonly branch?: string | undefined;
  /** Whether it will be asked what its commits changed. */
  readonly trees?: boolean | undefined;
}

/** Manifests that people write have a few KiB. What is bigger is none, and is not read. */
const bytesMax = 1024 * 1024;

const refs = {
  manifests: "refs/landfall/tip",
  source: "refs/landfall/source",
  all: "refs/landfall/all",
} as const;

/** Opens the log. Nothing is read before it is asked for. It is to be closed. */
export async function openDeployLog(
  options: DeployLogOptions,
): Promise<DeployLog & { close(): Promise<void> }> {
  const ref = fullRef(options.manifests.branch);
  const own = await Clone.open(options);
  const { clone } = options.source;
  if (clone !== undefined) {
    await own.borrow(clone.local);
    await offer(own.directory, clone.line);
  }
  return new GitDeployLog(own, ref, options);
}

/** Tells a server what a clone has, by a ref on its commit, so that it sends only the rest. */
async function offer(home: string, { head }: LocalLine): Promise<void> {
  if (head === undefined) return;
  await mkdir(join(home, "refs", "landfall"), { recursive: true });
  await writeFile(join(home, "refs", "landfall", "have"), `${head}\n`);
}

class GitDeployLog implements DeployLog {
  readonly #clone: Clone;
  readonly #ref: string;
  readonly #options: DeployLogOptions;
  readonly #servers = new Map<Upstream, Promise<Server>>();

  readonly rules: ManifestRules;

  constructor(clone: Clone, ref: string, options: DeployLogOptions) {
    this.rules = options.rules ?? {};
    this.#clone = clone;
    this.#ref = ref;
    this.#options = options;
  }

  async histories() {
    const { manifests: at, source } = this.#options;
    const { upstream, branch } = source;
    const isSame = upstream !== undefined && sameRepository(upstream.url, at.url);
    const from = branch === undefined ? "HEAD" : fullRef(branch);
    const own = [`+${this.#ref}:${refs.manifests}`];
    const both = [...own, `+${from}:${refs.source}`];
    const isOwn = isSame && from === this.#ref;
    // A server whose default branch does not exist has but the one that is asked for.
    const hasBoth = isSame && !isOwn && (await this.#fetched(at, both, "blob:none"));
    if (!hasBoth) await this.#fetch(at, own, "blob:none");
    const manifests = await readLog(this.#clone.inside, await this.#read(refs.manifests));
    if (isOwn || (isSame && !hasBoth && branch === undefined)) {
      return { manifests, source: manifests };
    }
    const tip = hasBoth ? await this.#read(refs.source) : await this.#sourceTip(from);
    const isWithin = manifests.some(({ id }) => id === tip);
    return { manifests, source: isWithin ? manifests : await readLog(this.#clone.inside, tip) };
  }

  async tags(): Promise<readonly SourceTag[]> {
    const { upstream, clone } = this.#options.source;
    try {
      if (upstream === undefined) throw noTip();
      await this.#fetch(upstream, [`+refs/tags/*:${refs.all}/tags/*`], "tree:0");
    } catch (error) {
      if (clone === undefined || !(error instanceof Failure)) throw error;
      await this.#clone.keepRefs(refs.all, await localRefs(clone.local));
    }
    return readTags(this.#clone.inside, `${refs.all}/tags/`);
  }

  changes(
    commits: readonly LoggedCommit[],
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, readonly FileChange[]>> {
    return readChanges(this.#clone.inside, commits, paths.includes(".") ? [] : paths);
  }

  async filesAt(commit: string): Promise<readonly string[]> {
    const id = asCommitId(commit);
    const entries = id === undefined ? [] : await listTree(this.#clone.inside, id, []);
    return entries.map(({ path }) => path);
  }

  async read(ids: readonly string[], take: (id: string, bytes: Uint8Array) => void): Promise<void> {
    let sizes = await readSizes(this.#clone.inside, ids);
    const missing = ids.filter((id) => !sizes.has(id));
    if (missing.length > 0) {
      await (await this.#server(this.#options.manifests)).fetchObjects(missing);
      sizes = await readSizes(this.#clone.inside, ids);
    }
    const known = ids.map((id) => [id, sizes.get(id) ?? bytesMax + 1] as const);
    const small = known.filter(([, size]) => size <= bytesMax);
    await readInPortions(this.#clone.inside, small, take);
  }

  async close(): Promise<void> {
    await this.#clone.close();
  }

  /** Asks the source's server, or where that cannot be asked, what the clone knows of it. */
  async #sourceTip(from: string): Promise<string> {
    const { upstream, clone, trees } = this.#options.source;
    if (upstream === undefined) throw noTip();
    try {
      await this.#fetch(upstream, [`+${from}:${refs.source}`], trees ? "blob:none" : "tree:0");
      return await this.#read(refs.source);
    } catch (error) {
      if (clone === undefined || !(error instanceof Failure)) throw error;
      if (clone.line.tip !== undefined) return clone.line.tip;
      throw unknownLine(error);
    }
  }

  async #fetch(upstream: Upstream, wanted: readonly string[], filter: string): Promise<void> {
    const server = await this.#server(upstream);
    const said = await server.fetchRefs([`--filter=${filter}`], wanted);
    if (said.code !== 0) throw server.failure(said);
  }

  /** Fetches refs, or returns false where the server lacks one. */
  async #fetched(upstream: Upstream, wanted: readonly string[], filter: string): Promise<boolean> {
    const server = await this.#server(upstream);
    const said = await server.fetchRefs([`--filter=${filter}`], wanted);
    if (said.code === 0) return true;
    if (/couldn't find remote ref/i.test(said.stderr)) return false;
    throw server.failure(said);
  }

  async #read(ref: string): Promise<string> {
    const path = join(this.#clone.directory, ref);
    const tip = asCommitId((await readFile(path, "latin1")).trim());
    if (tip === undefined) throw new Error(`${ref} names no commit`);
    return tip;
  }

  #server(upstream: Upstream): Promise<Server> {
    const known = this.#servers.get(upstream) ?? this.#clone.server(upstream);
    this.#servers.set(upstream, known);
    return known;
  }
}

function noTip(): Failure {
  return new Failure(
    "unknown-revision",
    "Cannot tell which commit the source is at: the clone lacks history, and has no origin",
    "Fetch the whole history (actions/checkout: fetch-depth: 0), or give the source as a URL.",
  );
}

function unknownLine({ code, message }: Failure): Failure {
  return new Failure(
    code,
    `Cannot tell which branch of the source is deployed: ${message}`,
    "Name it as source.branch in landfall.yaml, or let the token read the source's repository.",
  );
}
