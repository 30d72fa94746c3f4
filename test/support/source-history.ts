/** A source's history made of two answers, as far as a test needs one. */

import type { SourceHistory } from "../../src/ports.ts";

/** Fills in the rest: digits name one commit or none, and everything has changed. */
export function historyOf(
  known: Pick<SourceHistory, "resolve" | "isAncestor"> & Partial<SourceHistory>,
): SourceHistory {
  const candidates = async (digits: string) => {
    const revision = await known.resolve(digits);
    return revision === undefined ? [] : [revision];
  };
  return {
    ...{ candidates, named: candidates, refresh: () => {} },
    ...{ changed: async () => true, tagsAt: async () => [], committedAtSeconds: async () => 0 },
    lacking: async (from) => [{ revision: from, subject: "fix: something" }],
    ...known,
  };
}

/** Returns a history that answers as another one does, but for some answers of its own. */
export function withAnswers(
  history: SourceHistory,
  answers: Partial<SourceHistory>,
): SourceHistory {
  return {
    named: (text) => history.named(text),
    candidates: (digits) => history.candidates(digits),
    resolve: (digits) => history.resolve(digits),
    isAncestor: (ancestor, descendant) => history.isAncestor(ancestor, descendant),
    refresh: () => history.refresh(),
    changed: (from, to, paths) => history.changed(from, to, paths),
    lacking: (from, to) => history.lacking(from, to),
    tagsAt: (revision) => history.tagsAt(revision),
    committedAtSeconds: (revision) => history.committedAtSeconds(revision),
    ...answers,
  };
}
