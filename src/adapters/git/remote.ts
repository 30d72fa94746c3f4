/** The manifests branch through a bare repository of our own. git runs in no other place. */

import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { holdsPath } from "../../core/landing/hold.ts";
import type { PushReply, Reread } from "../../core/landing/push-outcome.ts";
import { isManifestPath } from "../../core/pins/index.ts";
import type { CommitDraft, ManifestFile, Remote } from "../../ports.ts";
import { type GitCredentials, transportOf } from "./auth.ts";
import { type BlobReader, blobReader } from "./blobs.ts";
import { gitEnvironment } from "./env.ts";
import { checkEncoding, checkPath, checkSpelling, fullRef } from "./names.ts";
import {
  createBare,
  findFile,
  type Identity,
  isAncestor,
  listTree,
  readMessageOf,
  type TreeEntry,
  writeCommit,
} from "./objects.ts";
import { outsideOf } from "./outside.ts";
import { type GitPlace, laterThan } from "./run.ts";
import { createSigner, type Signer, type SigningKey } from "./sign.ts";
import { type ReadyCredentials, readyCredentials } from "./ssh-agent.ts";
import { GitWire } from "./wire.ts";

/** Which branch of which repository, and how it is reached. */
export interface RemoteOptions {
  /** https, ssh, a path, or http on loopback. Never with a secret in it. */
  readonly url: string;
  readonly branch: string;
  readonly credentials: GitCredentials;
  readonly identity: Identity;
  /** Asked when the first commit is made. Commits are signed when it has a key. */
  readonly signing?: (() => SigningKey | undefined) | undefined;
  /** The caller's environment, of which only a few names reach git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the private repository is made and removed again. */
  readonly temporary: string;
  /** Wall time of one git command, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A branch that is open. */
export interface OpenedRemote extends Remote {
  /** Asks whether the server would take a push of a commit that is here. Writes nothing. */
  wouldTake(commit: CommitId): Promise<PushReply>;
  close(): Promise<void>;
}

/**
 * Opens a branch for reading and landing. The repository that holds our objects is private, empty
 * and removed by `close`. The first fetch starts at once, so that it is under way while the caller
 * gets ready.
 *
 * @throws Failure `usage` when the URL or the branch is none that git may be given.
 */
export async function openRemote(options: RemoteOptions): Promise<OpenedRemote> {
  const ref = fullRef(options.branch);
  transportOf(options.url, options.credentials.plainHttpHosts);
  const home = await mkdtemp(join(options.temporary, "landfall-"));
  try {
    const ready = await readyCredentials(options.credentials, { ...options, home });
    return remoteAt(home, ref, { options, ready });
  } catch (error) {
    await removeAll(home);
    throw error;
  }
}

interface Readied {
  readonly options: RemoteOptions;
  readonly ready: ReadyCredentials;
}

/**
 * How long after we are told to stop a push, and the look at what came of it, may go on, in
 * milliseconds. The runner of GitHub Actions gives 7.5 s, docker 10 s.
 */
const finishMs = { push: 3_000, look: 6_000 } as const;

function remoteAt(home: string, ref: string, { options, ready }: Readied): GitRemote {
  const { url, identity, env } = options;
  const { credentials } = ready;
  createBare(home);
  const surroundings = { env, home, credentials };
  const { signal } = options;
  const at = { directory: home, timeoutMs: options.timeoutMs };
  // Reading our own objects must not reach the network: a blob that is missing is to be said
  // missing. It takes no time either, and is needed to the end.
  const inside: GitPlace = { ...at, env: gitEnvironment(surroundings) };
  const outside = outsideOf(credentials, { ...surroundings, url });
  const wire = new GitWire({
    reading: { ...at, signal, env: outside.read },
    looking: { ...at, signal: signal && laterThan(signal, finishMs.look), env: outside.read },
    writing: { ...at, signal: signal && laterThan(signal, finishMs.push), env: outside.write },
    ...{ url, ref, redact: outside.redact, renew: outside.renew },
  });
  const keyOf = options.signing ?? (() => undefined);
  const signer = createSigner({ keyOf, identity, inside, env });
  const end = async () => void (await Promise.all([ready.close(), signer.close()]));
  return new GitRemote({ inside, wire, identity, signer, end });
}

async function removeAll(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * What a later fetch brings along. Nothing but trees, as long as others move other files: a server
 * sends a file as a change to its last version, which git would have to ask for first where it is
 * not one of ours. Once our own manifests were seen to change, files of their size come along.
 */
const filters = { others: "blob:none", ours: "blob:limit=64k" } as const;

interface Parts {
  readonly inside: GitPlace;
  readonly wire: GitWire;
  readonly identity: Identity;
  readonly signer: Signer;
  /** Ends what was started for the credentials and the signer. */
  readonly end: () => Promise<void>;
}

function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

class GitRemote implements OpenedRemote {
  readonly #parts: Parts;
  readonly #blobs: BlobReader;
  /** Modes of the files seen, so that an edit keeps them. */
  readonly #modes = new Map<string, string>();
  #first: Promise<CommitId> | undefined;
  /** Single files that will be asked for, and the last listing, which has them too. */
  readonly #alsoRead = new Set<string>([holdsPath]);
  #listed: { readonly tip: CommitId; readonly files: ReadonlyMap<string, TreeEntry> } | undefined;
  /** The commits of our own, with what they stand on. */
  readonly #parents = new Map<CommitId, CommitId>();
  #movedLast: keyof typeof filters = "others";
  /** Ids of the manifests at the tip that was looked at last. */
  #seen: ReadonlySet<string> = new Set();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#blobs = blobReader(parts.inside, (ids) => parts.wire.fetchBlobs(ids));
    this.#first = this.#fetch();
    this.#first.catch(() => {}); // Whoever asks for the tip gets to see the failure.
  }

  fetchTip(): Promise<CommitId> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#fetch();
  }

  #fetch(where?: "looking"): Promise<CommitId> {
    return this.#parts.wire.fetchTip(filters[this.#movedLast], where);
  }

  async findManifests(
    tip: CommitId,
    paths: readonly string[],
    needles: readonly string[],
  ): Promise<readonly ManifestFile[]> {
    checkSpelling(paths);
    const isAll = paths.includes(".");
    // Single files asked for before will be asked for again: one listing does for all.
    const also = [...this.#alsoRead];
    const listed = await listTree(this.#parts.inside, tip, isAll ? [] : [...paths, ...also]);
    this.#listed = { tip, files: new Map(listed.map((entry) => [entry.path, entry])) };
    const entries = listed.filter(({ path }) => isAll || isUnder(path, paths));
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
      checkEncoding(path);
      this.#modes.set(path, mode);
      found.push({ path, bytes });
    }
    return found;
  }

  async readFile(tip: CommitId, path: string): Promise<Uint8Array | undefined> {
    const isListed = this.#listed?.tip === tip && this.#alsoRead.has(path);
    const file = isListed
      ? this.#listed?.files.get(path)
      : await findFile(this.#parts.inside, tip, path);
    this.#alsoRead.add(path);
    if (file === undefined) return undefined;
    checkPath(path, [file]);
    return (await this.#blobs([file.id])).get(file.id);
  }

  messageOf(commit: CommitId): Promise<string> {
    return readMessageOf(this.#parts.inside, commit);
  }

  contains(tip: CommitId, commit: CommitId): Promise<boolean> {
    return isAncestor(this.#parts.inside, commit, tip);
  }

  async commit(draft: CommitDraft): Promise<CommitId> {
    const { inside, identity, signer } = this.#parts;
    const unsigned = await writeCommit(inside, draft, { identity, modes: this.#modes });
    const commit = await signer.sign(unsigned, draft);
    this.#parents.set(commit, draft.parent);
    return commit;
  }

  push(commit: CommitId): Promise<PushReply> {
    const parent = this.#parents.get(commit);
    if (parent === undefined) throw new Error(`${commit} is no commit of ours`);
    return this.#parts.wire.push(parent, commit);
  }

  wouldTake(commit: CommitId): Promise<PushReply> {
    return this.#parts.wire.wouldTake(commit);
  }

  async reread(before: CommitId, commit: CommitId): Promise<Reread> {
    try {
      const standing = await this.#parts.wire.standing(before, commit);
      if (standing === "as before") return { kind: "unmoved" };
      if (standing === "at ours") return { kind: "contains", tip: commit };
      const tip = await this.#fetch("looking");
      if (tip === before) return { kind: "unmoved" };
      return { kind: (await this.contains(tip, commit)) ? "contains" : "moved", tip };
    } catch (error) {
      if (error instanceof Failure) return { kind: "unreadable", why: error.message };
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#parts.end();
    await removeAll(this.#parts.inside.directory);
  }
}
