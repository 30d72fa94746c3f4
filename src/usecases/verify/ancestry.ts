/** Which commits came after which: asked of the histories while the world moves on. */

import type { CommitId, Revision, Tag } from "../../core/ids.ts";
import { isRelease, revisionPrefixIn, type TagFormat } from "../../core/tag-format.ts";
import type { SourceHistory } from "../../ports.ts";
import { releasedAs } from "../landing/pin-revision.ts";

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
  const deploys = relationsIn(manifests, (history, id) => history.resolve(id));
  const sources = relationsIn(source, (history, tag) => {
    const digits = revisionPrefixIn(tagFormat, tag);
    return digits === undefined ? releasedAs(tag, tagFormat, history) : history.resolve(digits);
  });
  const mayTell = (tag: Tag) =>
    revisionPrefixIn(tagFormat, tag) !== undefined || isRelease(tagFormat, tag);
  return {
    async isManifestAncestor(ancestor, descendant) {
      if (String(ancestor) === descendant) return true;
      return deploys.relates(ancestor, descendant);
    },
    async isNewerTag(tag, than) {
      if (tag === than || !mayTell(tag) || !mayTell(than)) return false;
      return sources.relates(than, tag);
    },
    async close() {
      await Promise.all([sources.close(), deploys.close()]);
    },
  };
}

/** How often a commit is looked for that no answer has known: it may be late on some replica. */
const asksMax = 5;

/** Finds the commit that a name stands for. */
type Find = (history: SourceHistory, name: string) => Promise<Revision | undefined>;

/** Answers one question after the other, and looks again for a commit that was unknown. */
function relationsIn(open: () => Promise<OpenedHistory>, find: Find) {
  /** How often each pair of commits was asked about without a yes. */
  const asks = new Map<string, number>();
  let opening: Promise<OpenedHistory> | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  async function ask(
    history: SourceHistory,
    ancestor: string,
    descendant: string,
  ): Promise<boolean | "unknown"> {
    const older = await find(history, ancestor);
    const newer = await find(history, descendant);
    if (older === undefined || newer === undefined) return "unknown";
    return history.isAncestor(older, newer);
  }

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
    /** Returns whether one commit is another or reachable from it, by what names them. */
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
