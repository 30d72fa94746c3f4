/** Commits into our own repository. Plumbing only, no work tree. */

import { asCommitId, type CommitId } from "../../core/ids.ts";
import type { CommitDraft } from "../../ports.ts";
import type { Identity } from "./objects.ts";
import { type GitPlace, runHere } from "./run.ts";
import type { Signer } from "./sign.ts";

/** Writes the commits of one branch, signed where there is a key, and remembers them. */
export class CommitDesk {
  /** Modes of the files seen, so that an edit keeps them. */
  readonly modes = new Map<string, string>();
  readonly #at: { inside: GitPlace; identity: Identity; signer: Signer };
  /** What each of ours was put on. */
  readonly #parents = new Map<CommitId, CommitId>();
  readonly #bases = new Set<CommitId>();

  constructor(at: { inside: GitPlace; identity: Identity; signer: Signer }) {
    this.#at = at;
  }

  /** Writes commits, each on top of the one before, and returns the last. */
  async write(on: CommitId, drafts: readonly Omit<CommitDraft, "parent">[]): Promise<CommitId> {
    const { inside, identity, signer } = this.#at;
    const writer = { identity, modes: this.modes };
    let parent = on;
    // A signature is part of its commit, and so of the id that the next one is on.
    for (const run of (await signer.isIdle()) ? [drafts] : drafts.map((draft) => [draft])) {
      const written = await writeCommits(inside, parent, run, writer);
      parent = await signer.sign(written.at(-1)!, { parent, ...run.at(-1)! });
    }
    this.#parents.set(parent, on);
    this.#bases.add(on);
    return parent;
  }

  /** Returns what a commit of ours was put on. */
  parentOf(commit: CommitId): CommitId {
    const parent = this.#parents.get(commit);
    if (parent === undefined) throw new Error(`${commit} is no commit of ours`);
    return parent;
  }

  /** Returns whether a commit is one of ours, or what one of them is on. */
  isKnown(commit: CommitId): boolean {
    return this.#parents.has(commit) || this.#bases.has(commit);
  }
}

/** Who commits, and the modes that files keep. */
interface CommitWriter {
  readonly identity: Identity;
  readonly modes: ReadonlyMap<string, string>;
}

/**
 * Writes commits, each on top of the one before, with one process: fast-import takes the parent's
 * tree, puts in the new files and names the result. The dates are the drafts', so the same drafts
 * give the same ids.
 *
 * @param on What the first is on. Undefined: nothing.
 */
export async function writeCommits(
  place: GitPlace,
  on: CommitId | undefined,
  drafts: readonly Omit<CommitDraft, "parent">[],
  writer: CommitWriter,
): Promise<readonly CommitId[]> {
  const parts = drafts.flatMap((draft, at) => {
    const parent = at === 0 ? on : `:${at}`;
    return partsOf(draft, { parent, mark: at + 1 }, writer);
  });
  const asked = drafts.map((_, at) => `get-mark :${at + 1}\n`).join("");
  const input = Buffer.concat([...parts, `${asked}done\n`].map((part) => Buffer.from(part)));
  // `--force` is about our own private ref, which an earlier draft may have left elsewhere.
  const { stdout } = await runHere(place, ["fast-import", "--quiet", "--done", "--force"], {
    input,
  });
  const ids = stdout.toString("latin1").trim().split("\n").map(asCommitId);
  if (ids.length !== drafts.length || ids.includes(undefined)) {
    throw new Error(`git fast-import named no commit: ${stdout}`);
  }
  return ids as CommitId[];
}

function partsOf(
  draft: Omit<CommitDraft, "parent">,
  { parent, mark }: { readonly parent: string | undefined; readonly mark: number },
  { identity, modes }: CommitWriter,
): readonly (string | Uint8Array)[] {
  const author = signature(draft.author ?? identity, draft);
  const committer = signature(identity, draft);
  const message = Buffer.from(draft.message);
  const parts: (string | Uint8Array)[] = [
    // The name is only for fast-import. Nothing but the commit's id is used afterwards.
    `commit refs/landfall/draft\nmark :${mark}\nauthor ${author}\ncommitter ${committer}\n`,
    `data ${message.length}\n`,
    message,
    parent === undefined ? "\n" : `\nfrom ${parent}\n`,
  ];
  for (const { path, bytes } of draft.changes) {
    if (bytes === undefined) parts.push(`D ${quotePath(path)}\n`);
    else {
      const mode = modes.get(path) ?? "100644";
      parts.push(`M ${mode} inline ${quotePath(path)}\ndata ${bytes.length}\n`, bytes, "\n");
    }
  }
  return [...parts, "\n"];
}

function signature({ name, email }: Identity, { atSeconds }: Pick<CommitDraft, "atSeconds">) {
  return `${oneWord(name)} <${oneWord(email)}> ${atSeconds} +0000`;
}

/** A name must not end its line, or its field: the next one would be a command to fast-import. */
function oneWord(text: string): string {
  return text.replace(/[\p{Cc}<>]+/gu, " ").trim();
}

/** git-fast-import's quoting: a path in double quotes takes the escapes of C. */
function quotePath(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
