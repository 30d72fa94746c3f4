/** Which commits came after which: asked of the histories while the world moves on. */

import type { CommitId, Tag } from "../../core/ids.ts";
import { revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { SourceHistory } from "../../ports.ts";

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

/** A history that is to be closed. */
export type OpenedHistory = SourceHistory & { close(): Promise<void> };

/** Opens histories. Nothing is opened before a question needs it. */
export interface HistoryDoors {
  readonly source: () => Promise<OpenedHistory>;
  readonly manifests: () => Promise<OpenedHistory>;
}

/** Returns the ancestry that two histories tell. It is to be closed. */
export function ancestryOf(
  { source, manifests }: HistoryDoors,
  tagFormat: TagFormat,
): Ancestry & { close(): Promise<void> } {
  const [sources, deploys] = [relationsIn(source), relationsIn(manifests)];
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

async function ask(
  history: SourceHistory,
  ancestor: string,
  descendant: string,
): Promise<boolean | "unknown"> {
  const older = await history.resolve(ancestor);
  const newer = await history.resolve(descendant);
  if (older === undefined || newer === undefined) return "unknown";
  return history.isAncestor(older, newer);
}

/** Answers one question after the other, and looks again for a commit that was unknown. */
function relationsIn(open: () => Promise<OpenedHistory>) {
  /** How often each pair of commits was asked about without a yes. */
  const asks = new Map<string, number>();
  let opening: Promise<OpenedHistory> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function relate(ancestor: string, descendant: string): Promise<boolean> {
    const pair = `${ancestor} ${descendant}`;
    const asked = asks.get(pair) ?? 0;
    if (asked >= asksMax) return false;
    const mayBeOld = opening !== undefined;
    opening ??= open();
    const history = await opening;
    let answer = await ask(history, ancestor, descendant);
    if (answer === "unknown" && mayBeOld) {
      history.refresh();
      answer = await ask(history, ancestor, descendant);
    }
    // A no is for good: ancestry of commits that both exist never changes.
    if (answer !== true) asks.set(pair, answer === "unknown" ? asked + 1 : asksMax);
    return answer === true;
  }

  return {
    /** Returns whether one commit, by id or prefix, is another or reachable from it. */
    relates(ancestor: string, descendant: string): Promise<boolean> {
      const answer = turn.then(() => relate(ancestor, descendant));
      turn = answer.catch(() => {});
      return answer;
    },
    async close(): Promise<void> {
      await turn;
      await (await opening)?.close();
    },
  };
}
