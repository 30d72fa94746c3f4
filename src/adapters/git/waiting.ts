/**
 * What waits beside a branch: a ref for each change, which names a commit without files whose
 * message says all of it.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { asCommitId, type CommitId } from "../../core/ids.ts";
import { waitingPrefix, waitingRef } from "../../core/landing/waiting.ts";
import type { Since, WaitingNote, WaitingRoom } from "../../ports-waiting.ts";
import type { BlobReader } from "./blobs.ts";
import { type CommitDesk, writeCommits } from "./commits.ts";
import { type Identity, listTree, readBlobs } from "./objects.ts";
import { type GitPlace, runHere } from "./run.ts";
import type { Server } from "./server.ts";
import { sideBranch } from "./side-branch.ts";
import type { GitWire } from "./wire.ts";

/** How a change shows that somebody left it who may land it. */
export type Seal = Pick<WaitingRoom, "sealOf" | "isSealOf">;

/** Returns the seal of those who share a key: a MAC. */
export function keySeal(key: string): Seal {
  const macOf = (text: string) => createHmac("sha256", key).update(text).digest();
  return {
    sealOf: (text) => macOf(text).toString("hex"),
    isSealOf(seal, text) {
      const shown = Buffer.from(seal, "hex");
      const mac = macOf(text);
      return shown.length === mac.length && timingSafeEqual(shown, mac);
    },
  };
}

/** Everybody's seal, where whoever can leave a change may push to the branch as well. */
export const openSeal: Seal = { sealOf: () => "open", isSealOf: () => true };

/** What the room shares with the branch that it is beside. */
interface Parts {
  readonly fetchWith: (prefix: string) => ReturnType<GitWire["fetchWith"]>;
  readonly blobs: BlobReader;
  readonly desk: CommitDesk;
  readonly inside: GitPlace;
  readonly server: Server;
  /** The branch's full name. */
  readonly ref: string;
  readonly identity: Identity;
  readonly seal: Seal;
}

/** No more notes than this are read at once: somebody may have left very many. */
const notesMax = 1_000;

/** Opens the room beside a branch. */
export function waitingRoom(parts: Parts): WaitingRoom {
  const { inside, server, identity, fetchWith } = parts;
  const texts = new Map<CommitId, string>();
  const swap = (deploy: string, from: CommitId | undefined, to: CommitId | undefined) =>
    sideBranch(server, inside, waitingRef(deploy)!).swap(from, to);
  return {
    branch: parts.ref,
    author: identity,

    async fetchAll() {
      const { tip, refs } = await fetchWith(waitingPrefix);
      const read = refs.slice(0, notesMax);
      await readTexts(
        read.map(({ id }) => id),
        { inside, texts },
      );
      const notes = read.flatMap(({ id, ref }): readonly WaitingNote[] => {
        const deploy = ref.slice(waitingPrefix.length);
        const text = texts.get(id);
        return text === undefined || waitingRef(deploy) !== ref ? [] : [{ deploy, id, text }];
      });
      return { tip, notes };
    },

    async leave({ deploy, text, atSeconds }, over) {
      const draft = { message: text, atSeconds, changes: [] };
      // On top of the one before, so that a push forces nothing.
      const [id] = await writeCommits(inside, over?.id, [draft], { identity, modes: new Map() });
      const note = { deploy, text, id: id! };
      return { note, reply: await swap(deploy, over?.id, note.id) };
    },

    remove: ({ deploy, id }) => swap(deploy, id, undefined),
    read: (tip, paths) => readFiles(tip, paths, parts),
    chain: (on, drafts) => parts.desk.write(on, drafts),
    since: (base, tip) => readSince(base, tip, inside),
    ...parts.seal,
  };
}

/** Reads the messages of commits that were fetched. */
async function readTexts(
  ids: readonly CommitId[],
  { inside, texts }: { readonly inside: GitPlace; readonly texts: Map<CommitId, string> },
): Promise<void> {
  const unread = ids.filter((id) => !texts.has(id));
  for (const [id, bytes] of await readBlobs(inside, unread)) {
    const text = bytes.toString("utf8");
    texts.set(id as CommitId, text.slice(text.indexOf("\n\n") + 2));
  }
}

async function readFiles(
  tip: CommitId,
  paths: readonly string[],
  { inside, blobs, desk }: Parts,
): Promise<ReadonlyMap<string, Uint8Array>> {
  if (paths.length === 0) return new Map();
  const listed = await listTree(inside, tip, paths);
  const files = listed.filter(({ mode, path }) => mode.startsWith("100") && paths.includes(path));
  const found = await blobs(files.map(({ id }) => id));
  for (const { path, mode } of files) desk.modes.set(path, mode);
  return new Map(files.map(({ path, id }) => [path, found.get(id)!]));
}

/** Lists what is between two commits; the base itself comes last, as what the list ends at. */
async function readSince(
  base: CommitId,
  tip: CommitId,
  inside: GitPlace,
): Promise<Since | undefined> {
  if (base === tip) return { commits: [], changed: [] };
  const log = ["log", "-z", "--boundary", "--format=tformat:%m%H%n%B"];
  // Exit status 128 says that the base is not here.
  const { code, stdout } = await runHere(
    inside,
    [...log, "--end-of-options", `${base}..${tip}`, "--"],
    { answers: [128] },
  );
  const entries = stdout.toString("utf8").split("\0").slice(0, -1);
  if (code !== 0 || !entries.some((entry) => entry.startsWith(`-${base}`))) return undefined;
  const commits = entries.flatMap((entry) => {
    const id = asCommitId(entry.slice(1, 41));
    return entry.startsWith("-") || id === undefined ? [] : [{ id, message: entry.slice(42) }];
  });
  const diff = ["diff-tree", "-r", "-z", "--name-only", "--end-of-options", base, tip];
  const changed = (await runHere(inside, diff)).stdout.toString("utf8").split("\0").slice(0, -1);
  return { commits, changed };
}
