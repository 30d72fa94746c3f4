/** Which commits came after which: asked of the histories while the world moves on. */

import type { CommitId, Tag } from "../../core/ids.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { History } from "../../ports.ts";

/** What is asked of the histories behind a deploy. */
export interface Ancestry {
  /**
   * Returns whether `ancestor` is `descendant` or reachable from it, in the manifests' repository.
   *
   * @throws Failure `remote-unreachable` and its like when it cannot tell now.
   */
  isManifestAncestor(ancestor: CommitId, descendant: CommitId): Promise<boolean>;
  /** Returns whether `tag` is of a revision that descends from the one that `than` is of. */
  isNewerTag(tag: Tag, than: Tag): Promise<boolean>;
}

/** A history as it was when it was opened. */
export type OpenedHistory = History & { close(): Promise<void> };

/** Opens histories as they are now. Nothing is opened before a question needs it. */
export interface HistoryOpeners {
  readonly source: () => Promise<OpenedHistory>;
  readonly manifests: () => Promise<OpenedHistory>;
}

/** Returns the ancestry that two histories tell. It is to be closed. */
export function ancestryOf(
  { source, manifests }: HistoryOpeners,
  tagFormat: TagFormat,
): Ancestry & { close(): Promise<void> } {
  const [sources, deploys] = [new FreshHistory(source), new FreshHistory(manifests)];
  return {
    async isManifestAncestor(ancestor, descendant) {
      if (String(ancestor) === descendant) return true;
      return deploys.relates(ancestor, descendant);
    },
    async isNewerTag(tag, than) {
      const [later, earlier] = [tag, than].map((text) => revisionPrefixIn(tagFormat, text));
      if (later === undefined || earlier === undefined || tag === than) return false;
      return sources.relates(earlier, later);
    },
    async close() {
      await Promise.all([sources.close(), deploys.close()]);
    },
  };
}

/** How often a commit is looked for that no answer has known: it may be late on some replica. */
const asksMax = 5;

/**
 * A history that is opened again when it does not know a commit, which may be newer than it.
 * Questions are answered one after the other.
 */
class FreshHistory {
  readonly #open: () => Promise<OpenedHistory>;
  /** How often each pair of commits was asked about without a yes. */
  readonly #asks = new Map<string, number>();
  #opened: OpenedHistory | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: () => Promise<OpenedHistory>) {
    this.#open = open;
  }

  /** Returns whether one commit, by id or prefix, is another or reachable from it. */
  relates(ancestor: string, descendant: string): Promise<boolean> {
    const answer = this.#turn.then(() => this.#relate(ancestor, descendant));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#forget();
  }

  async #relate(ancestor: string, descendant: string): Promise<boolean> {
    const pair = `${ancestor} ${descendant}`;
    const asks = this.#asks.get(pair) ?? 0;
    if (asks >= asksMax) return false;
    const mayBeOld = this.#opened !== undefined;
    let answer = await this.#ask(ancestor, descendant);
    if (answer === "unknown" && mayBeOld) {
      await this.#forget();
      answer = await this.#ask(ancestor, descendant);
    }
    // A no is for good: ancestry of commits that both exist never changes.
    if (answer !== true) this.#asks.set(pair, answer === "unknown" ? asks + 1 : asksMax);
    return answer === true;
  }

  async #ask(ancestor: string, descendant: string): Promise<boolean | "unknown"> {
    this.#opened ??= await this.#open();
    const history = this.#opened;
    try {
      const older = await history.resolve(ancestor);
      const newer = await history.resolve(descendant);
      if (older === undefined || newer === undefined) return "unknown";
      return await history.isAncestor(older, newer);
    } catch (error) {
      // A history that could not fetch does not ask the server again.
      await this.#forget();
      throw error;
    }
  }

  async #forget(): Promise<void> {
    const stale = this.#opened;
    this.#opened = undefined;
    await stale?.close();
  }
}
