/**
 * Commits in memory, by content, as git has them. One store serves all, as ids mean the same to
 * all.
 */

import { createHash } from "node:crypto";
import type { CommitId } from "../../core/ids.ts";
import type { CommitDraft } from "../../ports.ts";

/** The files of a commit, by path. */
export type ModelTree = ReadonlyMap<string, Uint8Array>;

/** A commit to be made. With `parents` it is a merge: of the branch, and of others' lines. */
export interface ModelDraft extends CommitDraft {
  /** In the order that git has them: whoever pulls has the branch behind their own work. */
  readonly parents?: readonly CommitId[] | undefined;
}

/** One commit. */
export interface Commit {
  readonly id: CommitId;
  /** Where the branch was before it. */
  readonly parent: CommitId | undefined;
  /** All that it was made from, in the order that git has them. */
  readonly parents: readonly CommitId[];
  readonly tree: ModelTree;
  readonly message: string;
  /** How many commits are below it. */
  readonly depth: number;
  /** Its date, in whole seconds. The first commit is from before all time. */
  readonly atSeconds: number;
}

/** Returns 40 hex digits that tell a text. */
export function idOf(text: string | Uint8Array): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Commits by id. */
export class Objects {
  readonly #commits = new Map<CommitId, Commit>();

  /** Makes the first commit of a branch. */
  root(tree: ModelTree, message: string): CommitId {
    const id = idOf(message) as CommitId;
    const none = { parent: undefined, parents: [] };
    this.#commits.set(id, { id, ...none, tree, message, depth: 0, atSeconds: 0 });
    return id;
  }

  /** Makes a commit. The same draft is the same commit. */
  write({ parent, parents = [parent], changes, message, atSeconds }: ModelDraft): CommitId {
    const before = this.get(parent);
    const tree = new Map(before.tree);
    let content = "";
    for (const { path, bytes } of changes) {
      if (bytes === undefined) tree.delete(path);
      else tree.set(path, bytes);
      content += `${path} ${bytes === undefined ? "gone" : idOf(bytes)}\n`;
    }
    const id = idOf(`${parents}\n${atSeconds}\n${content}\n${message}`) as CommitId;
    const depth = before.depth + 1;
    this.#commits.set(id, { id, parent, parents, tree, message, depth, atSeconds });
    return id;
  }

  /** Returns a commit that was made here. */
  get(id: CommitId): Commit {
    const commit = this.#commits.get(id);
    if (commit === undefined) throw new Error(`There is no commit ${id}`);
    return commit;
  }

  /** Returns whether a commit is `tip` or one of its ancestors. */
  contains(tip: CommitId, commit: CommitId): boolean {
    const { depth } = this.get(commit);
    let at = this.get(tip);
    while (at.depth > depth && at.parent !== undefined) at = this.get(at.parent);
    return at.id === commit;
  }

  /** Returns all that a tip was made from, children before their parents. */
  history(tip: CommitId): readonly Commit[] {
    const seen = new Set<CommitId>();
    const found: Commit[] = [];
    const visit = (id: CommitId): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const commit = this.get(id);
      for (const parent of commit.parents) visit(parent);
      found.push(commit);
    };
    visit(tip);
    return found.reverse();
  }

  /** Returns where the branch stood until it came to a tip, oldest first. */
  log(tip: CommitId): readonly Commit[] {
    const log: Commit[] = [];
    let id: CommitId | undefined = tip;
    while (id !== undefined) {
      const commit = this.get(id);
      log.push(commit);
      id = commit.parent;
    }
    return log.reverse();
  }
}
