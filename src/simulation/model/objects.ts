/**
 * Commits in memory, by content, as git has them. One store serves all, as ids mean the same to
 * all.
 */

import { createHash } from "node:crypto";
import type { CommitId } from "../../core/ids.ts";
import type { CommitDraft } from "../../ports.ts";

/** The files of a commit, by path. */
export type ModelTree = ReadonlyMap<string, Uint8Array>;

/** One commit. */
export interface Commit {
  readonly id: CommitId;
  readonly parent: CommitId | undefined;
  readonly tree: ModelTree;
  readonly message: string;
  /** How many commits stand below it. */
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
    this.#commits.set(id, { id, parent: undefined, tree, message, depth: 0, atSeconds: 0 });
    return id;
  }

  /** Makes a commit. The same draft is the same commit. */
  write({ parent, changes, message, atSeconds }: CommitDraft): CommitId {
    const before = this.get(parent);
    const tree = new Map(before.tree);
    let content = "";
    for (const { path, bytes } of changes) {
      if (bytes === undefined) tree.delete(path);
      else tree.set(path, bytes);
      content += `${path} ${bytes === undefined ? "gone" : idOf(bytes)}\n`;
    }
    const id = idOf(`${parent}\n${atSeconds}\n${content}\n${message}`) as CommitId;
    const depth = before.depth + 1;
    this.#commits.set(id, { id, parent, tree, message, depth, atSeconds });
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

  /** Returns the history that ends at a tip, oldest first. */
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
