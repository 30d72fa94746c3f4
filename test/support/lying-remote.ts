/** A remote that tells the truth except where a test makes it lie. */

import type { Remote } from "../../src/ports.ts";

/** Returns a remote with some of its methods replaced. */
export function withLies(remote: Remote, lies: Partial<Remote>): Remote {
  const truth: Remote = {
    fetchTip: () => remote.fetchTip(),
    findManifests: (tip, paths, needles) => remote.findManifests(tip, paths, needles),
    readFile: (tip, path) => remote.readFile(tip, path),
    messageOf: (commit) => remote.messageOf(commit),
    messagesBefore: (tip, count) => remote.messagesBefore(tip, count),
    changedPaths: async (tip, commits) => remote.changedPaths?.(tip, commits),
    contains: (tip, commit) => remote.contains(tip, commit),
    commit: (draft) => remote.commit(draft),
    push: (commit, along) => remote.push(commit, along),
    waiting: remote.waiting,
    reread: (before, commit) => remote.reread(before, commit),
    marks: () => remote.marks(),
    mark: (mark, words) => remote.mark(mark, words),
  };
  return { ...truth, ...lies };
}
