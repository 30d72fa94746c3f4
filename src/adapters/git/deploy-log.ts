/** The manifests branch and the source behind it, whole, in one bare repository of our own. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { FileChange, LoggedCommit } from "../../core/history/commits.ts";
import { asCommitId } from "../../core/ids.ts";
import { sameRepository } from "../../core/repository-url.ts";
import type { DeployLog } from "../../ports.ts";
import { redactor, tokenSettings, withToken } from "./auth.ts";
import { gitEnvironment } from "./env.ts";
import type { LocalHead } from "./head.ts";
import type { Upstream } from "./history.ts";
import { readChanges, readInPortions, readLog, readSizes } from "./log.ts";
import { fullRef } from "./names.ts";
import { createBare, listTree } from "./objects.ts";
import { GitExit, type GitPlace, runGit } from "./run.ts";
import type { LocalSource } from "./source.ts";
import { readyCredentials } from "./ssh-agent.ts";
import { readFetchFailure } from "./text.ts";
import { GitWire } from "./wire.ts";

/** Where the two histories come from. */
export interface DeployLogOptions {
  readonly manifests: Upstream & { readonly branch: string };
  readonly source: LoggedSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly temporary: string;
  /** Wall time of one git command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
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
  const home = await mkdtemp(join(options.temporary, "landfall-log-"));
  createBare(home);
  const { clone } = options.source;
  if (clone !== undefined) {
    await writeFile(join(home, "objects", "info", "alternates"), `${clone.local.objects}\n`);
    await offer(home, clone.head);
  }
  return new GitDeployLog(home, ref, options);
}

/** Tells a server what a clone has, by a ref on its commit, so that it sends only the rest. */
async function offer(home: string, { commit }: LocalHead): Promise<void> {
  if (commit === undefined) return;
  await mkdir(join(home, "refs", "landfall"), { recursive: true });
  await writeFile(join(home, "refs", "landfall", "have"), `${commit}\n`);
}

class GitDeployLog implements DeployLog {
  readonly #home: string;
  readonly #ref: string;
  readonly #options: DeployLogOptions;
  readonly #inside: GitPlace;

  constructor(home: string, ref: string, options: DeployLogOptions) {
    this.#home = home;
    this.#ref = ref;
    this.#options = options;
    this.#inside = this.#place(gitEnvironment({ env: options.env, home }));
  }

  async histories() {
    const { manifests: at, source } = this.#options;
    const tip = await this.#fetch(at, { from: this.#ref, to: refs.manifests, filter: "blob:none" });
    const manifests = await readLog(this.#inside, tip);
    const from = await this.#sourceTip();
    if (from === "the branch" || manifests.some(({ id }) => id === from)) {
      return { manifests, source: manifests };
    }
    const commits = await readLog(this.#inside, from);
    // A clone may be ahead of the server. What is not pushed cannot have been deployed.
    const isAhead = commits.some(({ id }) => id === tip);
    const isSame = source.upstream !== undefined && sameRepository(source.upstream.url, at.url);
    return { manifests, source: isSame && isAhead ? manifests : commits };
  }

  changes(
    commits: readonly LoggedCommit[],
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, readonly FileChange[]>> {
    return readChanges(this.#inside, commits, paths.includes(".") ? [] : paths);
  }

  async filesAt(commit: string): Promise<readonly string[]> {
    const id = asCommitId(commit);
    const entries = id === undefined ? [] : await listTree(this.#inside, id, []);
    return entries.map(({ path }) => path);
  }

  async read(ids: readonly string[], take: (id: string, bytes: Uint8Array) => void): Promise<void> {
    let sizes = await readSizes(this.#inside, ids);
    const missing = ids.filter((id) => !sizes.has(id));
    if (missing.length > 0) {
      await this.#fetchBlobs(missing);
      sizes = await readSizes(this.#inside, ids);
    }
    const known = ids.map((id) => [id, sizes.get(id) ?? bytesMax + 1] as const);
    const small = known.filter(([, size]) => size <= bytesMax);
    await readInPortions(this.#inside, small, take);
  }

  async close(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true, maxRetries: 3 });
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
    const flags = ["--no-tags", "--refmap=", "--no-auto-maintenance", `--filter=${filter}`];
    await this.#outside(upstream, async (place, redact) => {
      try {
        await runGit(place, ["fetch", ...flags, "origin", `+${from}:${to}`]);
      } catch (error) {
        if (!(error instanceof GitExit)) throw error;
        const failure = readFetchFailure(error, upstream.url);
        const { code, hint, message, retryAfterMs } = failure;
        throw new Failure(code, redact(message), hint, { retryAfterMs });
      }
    });
    const tip = asCommitId((await readFile(join(this.#home, to), "latin1")).trim());
    if (tip === undefined) throw new Error(`${to} names no commit`);
    return tip;
  }

  #fetchBlobs(ids: readonly string[]): Promise<void> {
    const { manifests } = this.#options;
    return this.#outside(manifests, (reading, redact) => {
      const places = { reading, looking: reading, writing: reading };
      const end = { ...places, url: manifests.url, ref: this.#ref, redact };
      return new GitWire(end).fetchBlobs(ids);
    });
  }

  async #outside(
    { url, credentials: given }: Upstream,
    ask: (place: GitPlace, redact: (text: string) => string) => Promise<void>,
  ): Promise<void> {
    const { env } = this.#options;
    const ready = await readyCredentials(given, { url, env, home: this.#home });
    const credentials = await withToken(ready.credentials);
    const settings = [
      ...tokenSettings(url, credentials),
      ["remote.origin.url", url] as const,
      ["remote.origin.promisor", "true"] as const,
      ["remote.origin.partialclonefilter", "blob:none"] as const,
      // git would run a command in the borrowed repository to learn which commits it has.
      ["core.alternateRefsCommand", "true"] as const,
    ];
    const place = this.#place(
      gitEnvironment({ env, home: this.#home, url, credentials }, settings),
    );
    try {
      await ask(place, redactor(credentials));
    } finally {
      await ready.close();
    }
  }

  #place(env: Record<string, string>): GitPlace {
    const { timeoutMs, signal } = this.#options;
    return { directory: this.#home, env, timeoutMs, signal };
  }
}

function noTip(): Failure {
  return new Failure(
    "unknown-revision",
    "Cannot tell where the source stands: the clone has no whole history, and no origin",
    "Fetch the whole history (actions/checkout: fetch-depth: 0), or give the source as a URL.",
  );
}
