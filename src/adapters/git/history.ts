/** The source's history, read through a bare repository of our own that borrows its objects. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { asRevision, type Revision } from "../../core/ids.ts";
import type { History, SourceTree } from "../../ports.ts";
import { Clone, type CloneOptions } from "./clone.ts";
import { isAncestor } from "./objects.ts";
import { GitExit, runGit } from "./run.ts";
import type { Server, Upstream } from "./server.ts";
import type { LocalSource } from "./source.ts";
import { isAmbiguous } from "./text.ts";

/** Where the history comes from. */
export interface HistoryOptions extends CloneOptions {
  /** A clone on this machine, whose objects are borrowed. */
  readonly local?: LocalSource | undefined;
  /**
   * Returns where commits are asked for that are not here: newer ones, and those that a shallow
   * clone lacks. Called when that is needed first.
   */
  readonly upstream: () => Promise<Upstream | undefined>;
}

/**
 * Opens a history. Nothing is asked of the network until a question needs it. Then only commits
 * come, no trees and no files, and of a long history first the newest.
 */
export async function openHistory(
  options: HistoryOptions,
): Promise<History & SourceTree & { close(): Promise<void> }> {
  const { local } = options;
  const clone = await Clone.open(options);
  if (local !== undefined) await clone.borrow(local);
  const have = local === undefined ? "none" : local.shallow === "" ? "whole" : "shallow";
  return new GitHistory(clone, options, [...requestsFor[have]]);
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
  readonly #clone: Clone;
  readonly #options: HistoryOptions;
  /** What is left to ask for. */
  readonly #requests: (readonly string[])[];
  readonly #resolved = new Map<string, Revision | undefined>();
  readonly #related = new Map<string, boolean>();
  #server: Server | undefined;

  constructor(clone: Clone, options: HistoryOptions, requests: (readonly string[])[]) {
    this.#clone = clone;
    this.#options = options;
    this.#requests = requests;
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
    let answer = await isAncestor(this.#clone.inside, ancestor, descendant);
    // A history that is cut off can only say yes for certain.
    while (!answer && (await this.#isShallow()) && (await this.#fetchMore())) {
      answer = await isAncestor(this.#clone.inside, ancestor, descendant);
    }
    if (!answer && (await this.#isShallow())) throw tooShallow();
    this.#related.set(key, answer);
    return answer;
  }

  async changed(from: Revision, to: Revision, paths: readonly string[]): Promise<boolean> {
    const args = ["diff-tree", "-r", "--name-only", from, to, "--", ...paths];
    try {
      return (await runGit(this.#clone.inside, args)).stdout.length > 0;
    } catch (error) {
      if (error instanceof GitExit) return true;
      throw error;
    }
  }

  async committedAtSeconds(revision: Revision): Promise<number> {
    const args = ["log", "-1", "--format=%ct", "--end-of-options", revision];
    return Number((await runGit(this.#clone.inside, args)).stdout.toString("latin1"));
  }

  async close(): Promise<void> {
    await this.#clone.close();
  }

  async #lookUp(prefix: string): Promise<Revision | "ambiguous" | undefined> {
    try {
      const args = ["rev-parse", "--verify", "--end-of-options", `${prefix}^{commit}`];
      const { stdout } = await runGit(this.#clone.inside, args);
      return asRevision(stdout.toString("latin1").trim());
    } catch (error) {
      if (!(error instanceof GitExit) || error.code !== 128) throw error;
      // What names two commits here names two in any longer history.
      return isAmbiguous(error) ? "ambiguous" : undefined;
    }
  }

  async #isShallow(): Promise<boolean> {
    const shallow = await readFile(join(this.#clone.directory, "shallow"), "utf8").catch(() => "");
    return shallow !== "";
  }

  /** Asks for more of the history. Returns whether there was more to ask for. */
  async #fetchMore(): Promise<boolean> {
    const isWholeByNow = this.#server !== undefined && !(await this.#isShallow());
    const scope = isWholeByNow ? undefined : this.#requests.shift();
    if (scope === undefined) return false;
    this.#server ??= await this.#openServer();
    if (this.#server === undefined) return false;
    await this.#offer();
    const heads = "+refs/heads/*:refs/landfall/source/*";
    const said = await this.#server.fetchRefs(["--filter=tree:0", ...scope], [heads]);
    if (said.code !== 0) throw this.#server.failure(said);
    return true;
  }

  async #openServer(): Promise<Server | undefined> {
    const upstream = await this.#options.upstream();
    return upstream && this.#clone.server(upstream);
  }

  /** Tells the server what we have, by refs on known commits, so that it sends only the rest. */
  async #offer(): Promise<void> {
    const folder = join(this.#clone.directory, "refs", "landfall", "have");
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
