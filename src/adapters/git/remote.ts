/** The manifests branch, read and written through a bare repository of our own. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import { holdsFolder, holdsPath } from "../../core/landing/holds-file.ts";
import type { Mark } from "../../core/landing/mark.ts";
import type { PushReply, Reread } from "../../core/landing/push-outcome.ts";
import { waitingRef } from "../../core/landing/waiting.ts";
import { checkPath, checkSpelling, manifestsUnder } from "../../core/manifest-paths.ts";
import type { ManifestRules } from "../../core/pins/index.ts";
import type { CommitDraft, ManifestFile, Remote } from "../../ports.ts";
import type { Along, WaitingRoom } from "../../ports-waiting.ts";
import { type BlobReader, blobReader } from "./blobs.ts";
import { changedPaths } from "./changed-paths.ts";
import { Clone, type CloneOptions } from "./clone.ts";
import { CommitDesk } from "./commits.ts";
import { detours, isLink, leadingOut } from "./links.ts";
import { listMarks, pushMark } from "./marks.ts";
import { checkEncoding, fullRef } from "./names.ts";
import {
  commitsAmong,
  findFile,
  type Identity,
  isAncestor,
  listTree,
  readMessageOf,
  readMessagesBefore,
  type TreeEntry,
} from "./objects.ts";
import { signatureRemedy } from "./rules.ts";
import type { GitPlace } from "./run.ts";
import type { Server, Upstream } from "./server.ts";
import { type SideBranch, sideBranch } from "./side-branch.ts";
import { createSigner, type Signer, type SigningKey } from "./sign.ts";
import { type Seal, waitingRoom } from "./waiting.ts";
import { GitWire } from "./wire.ts";

/** Which branch of which repository, and how it is reached. */
export interface RemoteOptions extends CloneOptions, Upstream {
  readonly branch: string;
  readonly identity: Identity;
  /** Asked when the first commit is made. Commits are signed when it has a key. */
  readonly signing?: (() => SigningKey | undefined) | undefined;
  readonly rules?: ManifestRules;
  /** How changes that wait beside the branch are told from others'. Absent: none may wait. */
  readonly seal?: Seal | undefined;
}

/** A branch that is open. */
export interface OpenedRemote extends Remote {
  /** Asks whether the server would take a push of a commit that is here. Writes nothing. */
  wouldTake(commit: CommitId): Promise<PushReply>;
  /** Another branch of the same server, of our own. */
  beside(branch: string): SideBranch;
  close(): Promise<void>;
}

/**
 * Opens a branch for reading and landing. The first fetch starts at once, so that it is under way
 * while the caller gets ready.
 *
 * @throws Failure `usage` when the URL or the branch is none that git may be given.
 */
export async function openRemote(options: RemoteOptions): Promise<OpenedRemote> {
  const ref = fullRef(options.branch);
  const { identity, env, signing: keyOf = () => undefined } = options;
  const clone = await Clone.open(options);
  try {
    const server = await clone.server(options);
    // Our own objects are needed to the end, also after we were told to stop.
    const inside: GitPlace = { ...clone.inside, signal: undefined };
    const signer = createSigner({ keyOf, identity, inside, env });
    const { rules = {}, seal } = options;
    return new GitRemote({ clone, inside, server, ref, identity, signer, rules, seal });
  } catch (error) {
    await clone.close();
    throw error;
  }
}

/**
 * What a later fetch brings along. Nothing but trees, as long as others move other files: a server
 * sends a file as a change to its last version, which git would have to ask for first where it is
 * not one of ours. Once our own manifests were seen to change, files of their size come along.
 */
const filters = { others: "blob:none", ours: "blob:limit=64k" } as const;

interface Parts {
  readonly clone: Clone;
  readonly inside: GitPlace;
  readonly server: Server;
  readonly ref: string;
  readonly identity: Identity;
  readonly signer: Signer;
  readonly rules: ManifestRules;
  readonly seal: Seal | undefined;
}

class GitRemote implements OpenedRemote {
  readonly rules: ManifestRules;
  readonly waiting: WaitingRoom | undefined;
  readonly #parts: Parts;
  readonly #wire: GitWire;
  readonly #blobs: BlobReader;
  readonly #desk: CommitDesk;
  #first: Promise<CommitId> | undefined;
  /** Single files that will be asked for, and the last listing, which has them too. */
  readonly #alsoRead = new Set<string>([holdsPath, holdsFolder]);
  #listed: { readonly tip: CommitId; readonly files: ReadonlyMap<string, TreeEntry> } | undefined;
  #movedLast: keyof typeof filters = "others";
  /** Ids of the manifests at the tip that was looked at last. */
  #seen: ReadonlySet<string> = new Set();

  constructor(parts: Parts) {
    const { inside, server, ref, seal } = parts;
    this.#parts = parts;
    this.rules = parts.rules;
    this.#desk = new CommitDesk(parts);
    this.#wire = new GitWire(server, ref);
    this.#blobs = blobReader(inside, (ids) => server.fetchObjects(ids));
    const fetchWith = (prefix: string) => this.#wire.fetchWith(prefix, filters[this.#movedLast]);
    const room = { ...parts, fetchWith, blobs: this.#blobs, desk: this.#desk };
    this.waiting = seal && waitingRoom({ ...room, seal });
    this.#first = this.#fetch();
    this.#first.catch(() => {}); // Those who ask for the tip see the failure.
  }

  fetchTip(): Promise<CommitId> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#fetch();
  }

  #fetch(where?: "looking"): Promise<CommitId> {
    return this.#wire.fetchTip(filters[this.#movedLast], where);
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
    const files = manifestsUnder(listed, paths);
    const ids = files.map(({ id }) => id);
    const isWhole = files.some(({ path }) => !paths.includes(path));
    const isMoved = this.#seen.size === 0 ? isWhole : ids.some((id) => !this.#seen.has(id));
    this.#movedLast = isMoved ? "ours" : "others";
    this.#seen = new Set(ids);
    const aside = detours(listed, paths);
    const blobs = await this.#blobs([...ids, ...aside.filter(isLink).map(({ id }) => id)]);
    const found: ManifestFile[] = [];
    for (const { mode, id, path } of files) {
      const bytes = blobs.get(id);
      if (bytes === undefined || !needles.some((needle) => bytes.includes(needle))) continue;
      checkEncoding(path);
      this.#desk.modes.set(path, mode);
      found.push({ path, bytes });
    }
    const list = (path: string) => listTree(this.#parts.inside, tip, path === "" ? [] : [path]);
    const tree = { paths, listed, blobs: this.#blobs, list };
    return [...found, ...(await leadingOut(aside, tree, needles))];
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

  async messagesBefore(tip: CommitId, count: number): Promise<readonly string[]> {
    const { inside, server } = this.#parts;
    const here = await readMessagesBefore(inside, tip, count);
    if (here.length >= count) return here;
    const said = await server.deepen(tip, count);
    if (said.code === 0) return readMessagesBefore(inside, tip, count);
    const failure = server.failure(said);
    if (failure.code === "remote-unreachable" || failure.code === "throttled") throw failure;
    return here;
  }

  changedPaths: Remote["changedPaths"] = (tip, what) => changedPaths(this.#parts, tip, what);

  async contains(tip: CommitId, commit: CommitId): Promise<boolean> {
    const { inside } = this.#parts;
    // Ours are here, and so is what they are based on. Of others only the forge may have spoken.
    if (!this.#desk.isKnown(commit) && (await commitsAmong(inside, [commit]))[0] === undefined)
      return false;
    return isAncestor(inside, commit, tip);
  }

  commit({ parent, ...draft }: CommitDraft): Promise<CommitId> {
    return this.#desk.write(parent, [draft]);
  }

  async push(commit: CommitId, along?: Along): Promise<PushReply> {
    const parent = this.#desk.parentOf(commit);
    const gone = along?.ended.map(({ deploy, id }) => ({ ref: waitingRef(deploy)!, id }));
    const reply = await this.#wire.push(parent, along?.head ?? commit, gone);
    if (reply.kind !== "refused") return reply;
    const { signer, identity } = this.#parts;
    const signature = { isSigned: await signer.hasKey(), email: identity.email };
    const remedy = signatureRemedy(reply.words, signature);
    return remedy === undefined ? reply : { ...reply, remedy };
  }

  wouldTake(commit: CommitId): Promise<PushReply> {
    return this.#wire.wouldTake(commit);
  }

  beside(branch: string): SideBranch {
    const { inside, server } = this.#parts;
    return sideBranch(server, inside, fullRef(branch));
  }

  async reread(before: CommitId, commit: CommitId): Promise<Reread> {
    try {
      const standing = await this.#wire.standing(before, commit);
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

  marks(): Promise<readonly Mark[]> {
    return listMarks(this.#parts.server);
  }

  async mark(mark: Mark, { tip, message }: { tip: CommitId; message: string }): Promise<void> {
    const { atSeconds } = mark;
    const commit = await this.commit({ parent: tip, changes: [], message, atSeconds });
    await pushMark(this.#parts.server, mark, commit);
  }

  async close(): Promise<void> {
    await this.#parts.signer.close();
    await this.#parts.clone.close();
  }
}
