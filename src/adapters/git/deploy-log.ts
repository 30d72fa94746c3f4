/** The manifests branch and the source behind it, whole, in one bare repository of our own. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import { asCommitId } from "../../core/ids.ts";
import { sameRepository } from "../../core/repository-url.ts";
import type { DeployLog } from "../../ports.ts";
import { Clone, type CloneOptions } from "./clone.ts";
import type { LocalHead } from "./head.ts";
import { readChanges, readInPortions, readLog, readSizes } from "./log.ts";
import { fullRef } from "./names.ts";
import { listTree } from "./objects.ts";
import type { Server, Upstream } from "./server.ts";
import type { LocalSource } from "./source.ts";

/** Where the two histories come from. */
export interface DeployLogOptions extends CloneOptions {
  readonly manifests: Upstream & { readonly branch: string };
  readonly source: LoggedSource;
}

/** The source: a clone on this machine with what it has checked out, a server, or both. */
export interface LoggedSource {
  /** Not given where it is shallow: what it lacks cannot be told from what never was. */
  readonly clone?: { readonly local: LocalSource; readonly head: LocalHead } | undefined;
  /** Asked for its default branch when there is no whole clone. */
  readonly upstream: Upstream | undefined;
}

/** Manifests that people write have a few KiB. What is bigger is none, and is not read. */
const bytesMax = 1024 * 1024;

const refs = { manifests: "refs/landfall/tip", source: "refs/landfall/source" } as const;

/** Opens the log. Nothing is read before it is asked for. It is to be closed. */
export async function openDeployLog(
  options: DeployLogOptions,
): Promise<DeployLog & { close(): Promise<void> }> {
  const ref = fullRef(options.manifests.branch);
  const own = await Clone.open(options);
  const { clone } = options.source;
  if (clone !== undefined) {
    await own.borrow(clone.local);
    await offer(own.directory, clone.head);
  }
  return new GitDeployLog(own, ref, options);
}

/** Tells a server what a clone has, by a ref on its commit, so that it sends only the rest. */
async function offer(home: string, { commit }: LocalHead): Promise<void> {
  if (commit === undefined) return;
  await mkdir(join(home, "refs", "landfall"), { recursive: true });
  await writeFile(join(home, "refs", "landfall", "have"), `${commit}\n`);
}

class GitDeployLog implements DeployLog {
  readonly #clone: Clone;
  readonly #ref: string;
  readonly #options: DeployLogOptions;
  readonly #servers = new Map<Upstream, Promise<Server>>();

  constructor(clone: Clone, ref: string, options: DeployLogOptions) {
    this.#clone = clone;
    this.#ref = ref;
    this.#options = options;
  }

  async histories() {
    const { manifests: at, source } = this.#options;
    const tip = await this.#fetch(at, { from: this.#ref, to: refs.manifests, filter: "blob:none" });
    const manifests = await readLog(this.#clone.inside, tip);
    const from = await this.#sourceTip();
    if (from === "the branch" || manifests.some(({ id }) => id === from)) {
      return { manifests, source: manifests };
    }
    const commits = await readLog(this.#clone.inside, from);
    // A clone may be ahead of the server. What is not pushed cannot have been deployed.
    const isAhead = commits.some(({ id }) => id === tip);
    const isSame = source.upstream !== undefined && sameRepository(source.upstream.url, at.url);
    return { manifests, source: isSame && isAhead ? manifests : commits };
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

  async #sourceTip(): Promise<string | "the branch"> {
    const { manifests, source } = this.#options;
    const { clone, upstream } = source;
    const isSame = upstream !== undefined && sameRepository(upstream.url, manifests.url);
    if (clone !== undefined) {
      const branch = `refs/heads/${clone.head.branch}`;
      if (isSame && branch === this.#ref) return "the branch";
      if (clone.head.commit !== undefined) return clone.head.commit;
    }
    if (upstream === undefined) throw noTip();
    // Trees are of use only where the commits may turn out to be the manifests' own.
    const filter = isSame ? "blob:none" : "tree:0";
    return this.#fetch(upstream, { from: "HEAD", to: refs.source, filter });
  }

  /** Fetches the whole history of a ref, and returns where it stands. */
  async #fetch(
    upstream: Upstream,
    { from, to, filter }: { from: string; to: string; filter: string },
  ): Promise<string> {
    const server = await this.#server(upstream);
    const said = await server.fetchRefs([`--filter=${filter}`], [`+${from}:${to}`]);
    if (said.code !== 0) throw server.failure(said);
    const tip = asCommitId((await readFile(join(this.#clone.directory, to), "latin1")).trim());
    if (tip === undefined) throw new Error(`${to} names no commit`);
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
    "Cannot tell where the source stands: the clone has no whole history, and no origin",
    "Fetch the whole history (actions/checkout: fetch-depth: 0), or give the source as a URL.",
  );
}
