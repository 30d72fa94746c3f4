/** The manifests branch through a bare repository of our own. git runs in no other place. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../core/failure.ts";
import { asCommitId, type CommitId } from "../core/ids.ts";
import { isManifestPath } from "../core/pins.ts";
import type { PushReply, Reread } from "../core/push-outcome.ts";
import type { CommitDraft, ManifestFile, Remote } from "../ports.ts";
import { type GitCredentials, redactor, tokenSettings } from "./git-auth.ts";
import { type BlobReader, blobReader } from "./git-blobs.ts";
import { gitEnvironment } from "./git-env.ts";
import { checkPath, fullRef } from "./git-names.ts";
import {
  createBare,
  findBlob,
  type Identity,
  isAncestor,
  listTree,
  readMessageOf,
  writeCommit,
} from "./git-objects.ts";
import { GitExit, type GitPlace, runGit } from "./git-run.ts";
import { readFetchFailure, readPretended, readPushReply, type Said } from "./git-text.ts";

/** Which branch of which repository, and how it is reached. */
export interface RemoteOptions {
  /** https, ssh, a path, or http on loopback. Never with a secret in it. */
  readonly url: string;
  readonly branch: string;
  readonly credentials: GitCredentials;
  readonly identity: Identity;
  /** The caller's environment, of which only a few names reach git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the private repository is made and removed again. */
  readonly temporary: string;
  /** Wall time of one git command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a branch for reading and landing. The repository that holds our objects is private, empty
 * and removed by `close`. The first fetch starts at once, so that it is under way while the caller
 * gets ready.
 *
 * @throws Failure `usage` when the URL or the branch is none that git may be given.
 */
export async function openRemote(
  options: RemoteOptions,
): Promise<Remote & { close(): Promise<void> }> {
  const ref = fullRef(options.branch);
  const auth = tokenSettings(options.url, options.credentials);
  const home = await mkdtemp(join(options.temporary, "landfall-"));
  createBare(home);
  const surroundings = { env: options.env, home, credentials: options.credentials };
  const at = { directory: home, timeoutMs: options.timeoutMs, signal: options.signal };
  // Reading our own objects must not reach the network: a blob that is missing is to be said
  // missing.
  const inside: GitPlace = { ...at, env: gitEnvironment(surroundings) };
  const outside: GitPlace = {
    ...at,
    env: gitEnvironment({ ...surroundings, url: options.url }, [
      ...auth,
      ["remote.origin.url", options.url],
      // Says that objects may be missing here; also keeps fetch from writing this into a file.
      ["remote.origin.promisor", "true"],
      ["remote.origin.partialclonefilter", "blob:none"],
    ]),
  };
  return new GitRemote({ ref, inside, outside, options });
}

/** Nothing but what was asked for, and no housekeeping afterwards. */
const fetchFlags = ["--no-tags", "--refmap=", "--no-auto-maintenance"];

/** The ref that every fetched tip is kept under, so that the next fetch brings only what is new. */
const tipRef = "refs/landfall/tip";

/**
 * What a later fetch brings along. Nothing but trees, as long as others move other files: a server
 * sends a file as a change to its last version, which git would have to ask for first where it is
 * not one of ours. Once our own manifests were seen to change, files of their size come along.
 */
const filters = { others: "blob:none", ours: "blob:limit=64k" } as const;

interface Parts {
  readonly ref: string;
  readonly inside: GitPlace;
  readonly outside: GitPlace;
  readonly options: RemoteOptions;
}

class GitRemote implements Remote {
  readonly #parts: Parts;
  readonly #redact: (text: string) => string;
  readonly #blobs: BlobReader;
  /** Modes of the files seen, so that an edit keeps them. */
  readonly #modes = new Map<string, string>();
  #first: Promise<CommitId> | undefined;
  #isShallowBase = false;
  /** Single files that were asked for, and the last listing, which has them too. */
  readonly #alsoRead = new Set<string>();
  #listed: { readonly tip: CommitId; readonly ids: ReadonlyMap<string, string> } | undefined;
  #movedLast: keyof typeof filters = "others";
  /** Ids of the manifests at the tip that was looked at last. */
  #seen: ReadonlySet<string> = new Set();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#redact = redactor(parts.options.credentials);
    this.#blobs = blobReader(parts.inside, (ids) => this.#fetchBlobs(ids));
    this.#first = this.#fetch();
    this.#first.catch(() => {}); // Whoever asks for the tip gets to see the failure.
  }

  fetchTip(): Promise<CommitId> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#fetch();
  }

  async #fetch(): Promise<CommitId> {
    // Only the first fetch may say --depth: on top of a shallow base it would cut the history
    // between, and an ancestor would no longer be seen to be one.
    const scope = this.#isShallowBase
      ? [`--filter=${filters[this.#movedLast]}`]
      : ["--depth=1", "--filter=blob:none"];
    const refspec = `+${this.#parts.ref}:${tipRef}`;
    await this.#network(["fetch", ...fetchFlags, ...scope, "origin", refspec]);
    this.#isShallowBase = true;
    const head = await readFile(join(this.#parts.inside.directory, "FETCH_HEAD"), "latin1");
    const tip = asCommitId(head.slice(0, 40));
    if (tip === undefined) throw new Error(`FETCH_HEAD names no commit: ${head}`);
    return tip;
  }

  async findManifests(
    tip: CommitId,
    paths: readonly string[],
    needles: readonly string[],
  ): Promise<readonly ManifestFile[]> {
    const isAll = paths.includes(".");
    // Single files asked for in earlier rounds will be asked for again: one listing does for all.
    const also = [...this.#alsoRead];
    const listed = await listTree(this.#parts.inside, tip, isAll ? [] : [...paths, ...also]);
    this.#listed = { tip, ids: new Map(listed.map(({ path, id }) => [path, id])) };
    const entries = listed.filter(({ path }) => isAll || !also.includes(path));
    for (const path of isAll ? [] : paths) checkPath(path, entries);
    const files = entries.filter(
      ({ mode, path }) => mode.startsWith("100") && (isManifestPath(path) || paths.includes(path)),
    );
    const ids = files.map(({ id }) => id);
    const isWhole = entries.some(({ path }) => !paths.includes(path));
    const isMoved = this.#seen.size === 0 ? isWhole : ids.some((id) => !this.#seen.has(id));
    this.#movedLast = isMoved ? "ours" : "others";
    this.#seen = new Set(ids);
    const blobs = await this.#blobs(ids);
    const found: ManifestFile[] = [];
    for (const { mode, id, path } of files) {
      const bytes = blobs.get(id);
      if (bytes === undefined || !needles.some((needle) => bytes.includes(needle))) continue;
      this.#modes.set(path, mode);
      found.push({ path, bytes });
    }
    return found;
  }

  async readFile(tip: CommitId, path: string): Promise<Uint8Array | undefined> {
    const isListed = this.#listed?.tip === tip && this.#alsoRead.has(path);
    const id = isListed
      ? this.#listed?.ids.get(path)
      : await findBlob(this.#parts.inside, tip, path);
    this.#alsoRead.add(path);
    return id === undefined ? undefined : (await this.#blobs([id])).get(id);
  }

  messageOf(commit: CommitId): Promise<string> {
    return readMessageOf(this.#parts.inside, commit);
  }

  contains(tip: CommitId, commit: CommitId): Promise<boolean> {
    return isAncestor(this.#parts.inside, commit, tip);
  }

  commit(draft: CommitDraft): Promise<CommitId> {
    const { identity } = this.#parts.options;
    return writeCommit(this.#parts.inside, draft, { identity, modes: this.#modes });
  }

  async push(commit: CommitId): Promise<PushReply> {
    const refspec = `${commit}:${this.#parts.ref}`;
    const args = ["push", "--porcelain", "--no-verify", "origin", refspec];
    const reply = readPushReply(await this.#say(args));
    return { ...reply, words: this.#redact(reply.words) };
  }

  async reread(before: CommitId, commit: CommitId): Promise<Reread> {
    try {
      const standing = await this.#standing(before, commit);
      if (standing === "as before") return { kind: "unmoved" };
      if (standing === "at ours") return { kind: "contains", tip: commit };
      const tip = await this.fetchTip();
      if (tip === before) return { kind: "unmoved" };
      return { kind: (await this.contains(tip, commit)) ? "contains" : "moved", tip };
    } catch (error) {
      if (error instanceof Failure) return { kind: "unreadable", why: error.message };
      throw error;
    }
  }

  async close(): Promise<void> {
    const { directory } = this.#parts.inside;
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /**
   * Reads where the branch stands. A push that is only pretended takes one request, of the server's
   * own list for writers; `ls-remote` takes two. Whoever may not write is not shown that list.
   */
  async #standing(
    before: CommitId,
    commit: CommitId,
  ): Promise<"as before" | "at ours" | "elsewhere"> {
    const refspec = `${commit}:${this.#parts.ref}`;
    const args = ["push", "--dry-run", "--porcelain", "--no-verify", "origin", refspec];
    const said = readPretended(await this.#say(args));
    if (said?.kind === "up-to-date") return "at ours";
    if (said?.kind === "would-move" && before.startsWith(said.from)) return "as before";
    if (said !== undefined) return "elsewhere";
    const { stdout } = await this.#network(["ls-remote", "origin", this.#parts.ref]);
    if (stdout.startsWith(before)) return "as before";
    return stdout.startsWith(commit) ? "at ours" : "elsewhere";
  }

  async #fetchBlobs(ids: readonly string[]): Promise<void> {
    // Without "noop" git would name our tip as known, and the server would send nothing of it.
    const quiet = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", ...fetchFlags];
    // It says nothing by itself, and simple-git waits 50 ms for more from a silent command.
    const loud = ["--verbose", "--no-write-fetch-head", "--filter=blob:none", "--stdin", "origin"];
    await this.#network([...quiet, ...loud], `${ids.join("\n")}\n`);
  }

  /** Runs a command that talks to the server; its failures are the world's. */
  async #network(args: readonly string[], input?: string): Promise<Said> {
    const said = await this.#say(args, input);
    if (said.code === 0) return said;
    const failure = readFetchFailure(said, this.#parts.options.url);
    const { code, hint, retryAfterMs } = failure;
    throw new Failure(code, this.#redact(failure.message), hint, { retryAfterMs });
  }

  async #say(args: readonly string[], input?: string): Promise<Said> {
    try {
      const call = input === undefined ? {} : { input };
      const { code, stdout, stderr } = await runGit(this.#parts.outside, args, call);
      return { code, stdout: stdout.toString("utf8"), stderr };
    } catch (error) {
      if (error instanceof GitExit) return error;
      throw error;
    }
  }
}
