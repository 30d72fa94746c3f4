/** The source's history, read through a bare repository of our own that borrows its objects. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { asRevision, type Revision } from "../core/ids.ts";
import type { History } from "../ports.ts";
import { type GitCredentials, redactor, tokenSettings } from "./git-auth.ts";
import { gitEnvironment } from "./git-env.ts";
import { createBare, isAncestor } from "./git-objects.ts";
import { GitExit, type GitPlace, runGit } from "./git-run.ts";
import type { LocalSource } from "./git-source.ts";
import { readFetchFailure } from "./git-text.ts";

/** Where the history comes from. At least one of `local` and `url` is given. */
export interface HistoryOptions {
  readonly local?: LocalSource | undefined;
  /** Where commits are asked for that are not here: newer ones, and those a shallow clone lacks. */
  readonly url?: string | undefined;
  readonly credentials: GitCredentials;
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
): Promise<History & { close(): Promise<void> }> {
  const { local, url, env, credentials, timeoutMs, signal } = options;
  const home = await mkdtemp(join(options.temporary, "landfall-history-"));
  createBare(home);
  if (local !== undefined) {
    await writeFile(join(home, "objects", "info", "alternates"), `${local.objects}\n`);
    if (local.shallow !== "") await writeFile(join(home, "shallow"), local.shallow);
  }
  const at = { directory: home, timeoutMs, signal };
  const inside = { ...at, env: gitEnvironment({ env, home, credentials }) };
  const outside: GitPlace | undefined =
    url === undefined
      ? undefined
      : {
          ...at,
          env: gitEnvironment({ env, home, url, credentials }, [
            ...tokenSettings(url, credentials),
            ["remote.origin.url", url],
            ["remote.origin.promisor", "true"],
            ["remote.origin.partialclonefilter", "tree:0"],
            // git would run a command in the borrowed repository to learn which commits it has.
            ["core.alternateRefsCommand", "true"],
          ]),
        };
  const have = local === undefined ? "none" : local.shallow === "" ? "whole" : "shallow";
  const requests = [...requestsFor[have]];
  return new GitHistory({ inside, outside, home, redact: redactor(credentials), url, requests });
}

/** The requests that bring more of a history, one after the other, until it is whole. */
const requestsFor = {
  /** A whole clone lacks only what is newer. */
  whole: [[]],
  /** `--deepen` goes back from where a clone was cut off; `--depth` would cut it again. */
  shallow: [["--deepen=200"], ["--deepen=2000"], ["--unshallow"]],
  none: [["--depth=200"], ["--deepen=2000"], ["--unshallow"]],
} as const;

interface Parts {
  readonly inside: GitPlace;
  readonly outside: GitPlace | undefined;
  readonly home: string;
  readonly redact: (text: string) => string;
  readonly url: string | undefined;
  /** What is left to ask for. */
  readonly requests: (readonly string[])[];
}

class GitHistory implements History {
  readonly #parts: Parts;
  readonly #resolved = new Map<string, Revision | undefined>();
  readonly #related = new Map<string, boolean>();
  #asked = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async resolve(idOrPrefix: string): Promise<Revision | undefined> {
    if (!/^[0-9a-f]{7,40}$/.test(idOrPrefix)) return undefined;
    const known = this.#resolved.get(idOrPrefix);
    if (known !== undefined || this.#resolved.has(idOrPrefix)) return known;
    let found = await this.#lookUp(idOrPrefix);
    while (found === undefined && (await this.#fetchMore())) found = await this.#lookUp(idOrPrefix);
    this.#resolved.set(idOrPrefix, found);
    return found;
  }

  async isAncestor(ancestor: Revision, descendant: Revision): Promise<boolean> {
    const key = `${ancestor} ${descendant}`;
    const known = this.#related.get(key);
    if (known !== undefined) return known;
    let answer = await isAncestor(this.#parts.inside, ancestor, descendant);
    // A history that is cut off can only say yes for certain.
    while (!answer && (await this.#isShallow()) && (await this.#fetchMore())) {
      answer = await isAncestor(this.#parts.inside, ancestor, descendant);
    }
    if (!answer && (await this.#isShallow())) throw tooShallow();
    this.#related.set(key, answer);
    return answer;
  }

  async close(): Promise<void> {
    await rm(this.#parts.home, { recursive: true, force: true, maxRetries: 3 });
  }

  async #lookUp(prefix: string): Promise<Revision | undefined> {
    try {
      const args = ["rev-parse", "--verify", "--end-of-options", `${prefix}^{commit}`];
      const { stdout } = await runGit(this.#parts.inside, args);
      return asRevision(stdout.toString("latin1").trim());
    } catch (error) {
      // Unknown here, or the prefix of more than one commit: either way it names none.
      if (error instanceof GitExit && error.code === 128) return undefined;
      throw error;
    }
  }

  async #isShallow(): Promise<boolean> {
    const shallow = await readFile(join(this.#parts.home, "shallow"), "utf8").catch(() => "");
    return shallow !== "";
  }

  /** Asks for more of the history. Returns whether there was more to ask for. */
  async #fetchMore(): Promise<boolean> {
    const { outside, url, requests } = this.#parts;
    if (outside === undefined || url === undefined) return false;
    if (this.#asked && !(await this.#isShallow())) return false;
    const scope = requests.shift();
    if (scope === undefined) return false;
    this.#asked = true;
    await this.#offer();
    const refspec = "+refs/heads/*:refs/landfall/source/*";
    try {
      await runGit(outside, [
        "fetch",
        "--no-tags",
        "--no-auto-maintenance",
        "--filter=tree:0",
        ...scope,
        "origin",
        refspec,
      ]);
      return true;
    } catch (error) {
      if (!(error instanceof GitExit)) throw error;
      const failure = readFetchFailure(error, url);
      throw new Failure(failure.code, this.#parts.redact(failure.message), failure.hint);
    }
  }

  /** Tells the server what we have, by refs on known commits, so that it sends only the rest. */
  async #offer(): Promise<void> {
    const folder = join(this.#parts.home, "refs", "landfall", "have");
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
