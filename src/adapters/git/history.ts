/** The source's history, read through a bare repository of our own that borrows its objects. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { asRevision, type Revision } from "../../core/ids.ts";
import type { History, SourceTree } from "../../ports.ts";
import { type GitCredentials, redactor, tokenSettings, withToken } from "./auth.ts";
import { gitEnvironment } from "./env.ts";
import { createBare, isAncestor } from "./objects.ts";
import { GitExit, type GitPlace, runGit } from "./run.ts";
import type { LocalSource } from "./source.ts";
import { type ReadyCredentials, readyCredentials } from "./ssh-agent.ts";
import { isAmbiguous, readFetchFailure } from "./text.ts";

/** A server that has the whole history. */
export interface Upstream {
  readonly url: string;
  readonly credentials: GitCredentials;
}

/** Where the history comes from. */
export interface HistoryOptions {
  /** A clone on this machine, whose objects are borrowed. */
  readonly local?: LocalSource | undefined;
  /**
   * Returns where commits are asked for that are not here: newer ones, and those that a shallow
   * clone lacks. Called when that is needed first.
   */
  readonly upstream: () => Promise<Upstream | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly temporary: string;
  /** Wall time of one git command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a history. Nothing is asked of the network until a question needs it. Then only commits
 * come, no trees and no files, and of a long history first the newest.
 */
export async function openHistory(
  options: HistoryOptions,
): Promise<History & SourceTree & { close(): Promise<void> }> {
  const { local } = options;
  const home = await mkdtemp(join(options.temporary, "landfall-history-"));
  createBare(home);
  if (local !== undefined) {
    await writeFile(join(home, "objects", "info", "alternates"), `${local.objects}\n`);
    if (local.shallow !== "") await writeFile(join(home, "shallow"), local.shallow);
  }
  const have = local === undefined ? "none" : local.shallow === "" ? "whole" : "shallow";
  return new GitHistory(home, options, [...requestsFor[have]]);
}

/** The requests that bring more of a history, one after the other, until it is whole. */
const requestsFor = {
  /** A whole clone lacks only what is newer. */
  whole: [[]],
  /** `--deepen` goes back from where a clone was cut off; `--depth` would cut it again. */
  shallow: [["--deepen=200"], ["--deepen=2000"], ["--unshallow"]],
  none: [["--depth=200"], ["--deepen=2000"], ["--unshallow"]],
} as const;

class GitHistory implements History, SourceTree {
  readonly #home: string;
  readonly #options: HistoryOptions;
  readonly #inside: GitPlace;
  /** What is left to ask for. */
  readonly #requests: (readonly string[])[];
  readonly #resolved = new Map<string, Revision | undefined>();
  readonly #related = new Map<string, boolean>();
  #upstream: Upstream | undefined;
  #ready: ReadyCredentials | undefined;

  constructor(home: string, options: HistoryOptions, requests: (readonly string[])[]) {
    this.#home = home;
    this.#options = options;
    this.#requests = requests;
    this.#inside = this.#place(gitEnvironment({ env: options.env, home }));
  }

  async resolve(idOrPrefix: string): Promise<Revision | undefined> {
    if (!/^[0-9a-f]{7,40}$/.test(idOrPrefix)) return undefined;
    const known = this.#resolved.get(idOrPrefix);
    if (known !== undefined || this.#resolved.has(idOrPrefix)) return known;
    let found = await this.#lookUp(idOrPrefix);
    while (found === undefined && (await this.#fetchMore())) found = await this.#lookUp(idOrPrefix);
    const revision = found === "ambiguous" ? undefined : found;
    this.#resolved.set(idOrPrefix, revision);
    if (revision !== undefined) this.#resolved.set(revision, revision);
    return revision;
  }

  async isAncestor(ancestor: Revision, descendant: Revision): Promise<boolean> {
    const key = `${ancestor} ${descendant}`;
    const known = this.#related.get(key);
    if (known !== undefined) return known;
    // Whoever asks may know them from elsewhere: then they are still to be fetched.
    for (const revision of [ancestor, descendant]) await this.resolve(revision);
    let answer = await isAncestor(this.#inside, ancestor, descendant);
    // A history that is cut off can only say yes for certain.
    while (!answer && (await this.#isShallow()) && (await this.#fetchMore())) {
      answer = await isAncestor(this.#inside, ancestor, descendant);
    }
    if (!answer && (await this.#isShallow())) throw tooShallow();
    this.#related.set(key, answer);
    return answer;
  }

  async changed(from: Revision, to: Revision, paths: readonly string[]): Promise<boolean> {
    const args = ["diff-tree", "-r", "--name-only", from, to, "--", ...paths];
    try {
      return (await runGit(this.#inside, args)).stdout.length > 0;
    } catch (error) {
      if (error instanceof GitExit) return true;
      throw error;
    }
  }

  async committedAtSeconds(revision: Revision): Promise<number> {
    const args = ["log", "-1", "--format=%ct", "--end-of-options", revision];
    return Number((await runGit(this.#inside, args)).stdout.toString("latin1"));
  }

  async close(): Promise<void> {
    await this.#ready?.close();
    await rm(this.#home, { recursive: true, force: true, maxRetries: 3 });
  }

  async #lookUp(prefix: string): Promise<Revision | "ambiguous" | undefined> {
    try {
      const args = ["rev-parse", "--verify", "--end-of-options", `${prefix}^{commit}`];
      const { stdout } = await runGit(this.#inside, args);
      return asRevision(stdout.toString("latin1").trim());
    } catch (error) {
      if (!(error instanceof GitExit) || error.code !== 128) throw error;
      // What names two commits here names two in any longer history.
      return isAmbiguous(error) ? "ambiguous" : undefined;
    }
  }

  async #isShallow(): Promise<boolean> {
    const shallow = await readFile(join(this.#home, "shallow"), "utf8").catch(() => "");
    return shallow !== "";
  }

  /** Asks for more of the history. Returns whether there was more to ask for. */
  async #fetchMore(): Promise<boolean> {
    const isWholeByNow = this.#upstream !== undefined && !(await this.#isShallow());
    const scope = isWholeByNow ? undefined : this.#requests.shift();
    if (scope === undefined) return false;
    this.#upstream ??= await this.#openUpstream();
    if (this.#upstream === undefined) return false;
    await this.#offer();
    const { url } = this.#upstream;
    const credentials = await withToken(this.#upstream.credentials);
    const flags = ["--no-tags", "--no-auto-maintenance", "--filter=tree:0", ...scope];
    try {
      const args = ["fetch", ...flags, "origin", "+refs/heads/*:refs/landfall/source/*"];
      await runGit(this.#outside(url, credentials), args);
      return true;
    } catch (error) {
      if (!(error instanceof GitExit)) throw error;
      const { code, stdout, stderr } = error;
      // Before the words are cut, which could leave half of a secret.
      const redact = redactor(credentials);
      throw readFetchFailure({ code, stdout: redact(stdout), stderr: redact(stderr) }, url);
    }
  }

  async #openUpstream(): Promise<Upstream | undefined> {
    const upstream = await this.#options.upstream();
    if (upstream === undefined) return undefined;
    const { url, credentials } = upstream;
    const place = { url, env: this.#options.env, home: this.#home };
    this.#ready = await readyCredentials(credentials, place);
    return { url, credentials: this.#ready.credentials };
  }

  #outside(url: string, credentials: GitCredentials): GitPlace {
    const surroundings = { env: this.#options.env, home: this.#home, url, credentials };
    return this.#place(
      gitEnvironment(surroundings, [
        ...tokenSettings(url, credentials),
        ["remote.origin.url", url],
        ["remote.origin.promisor", "true"],
        ["remote.origin.partialclonefilter", "tree:0"],
        // git would run a command in the borrowed repository to learn which commits it has.
        ["core.alternateRefsCommand", "true"],
      ]),
    );
  }

  #place(env: Record<string, string>): GitPlace {
    const { timeoutMs, signal } = this.#options;
    return { directory: this.#home, env, timeoutMs, signal };
  }

  /** Tells the server what we have, by refs on known commits, so that it sends only the rest. */
  async #offer(): Promise<void> {
    const folder = join(this.#home, "refs", "landfall", "have");
    await mkdir(folder, { recursive: true });
    for (const revision of this.#resolved.values()) {
      if (revision !== undefined) await writeFile(join(folder, revision), `${revision}\n`);
    }
  }
}

function tooShallow(): Failure {
  return new Failure(
    "unknown-revision",
    "Cannot tell which revision is newer: the source history is cut off (a shallow clone)",
    "Fetch the whole history (actions/checkout: fetch-depth: 0), or give the source as a URL.",
  );
}
