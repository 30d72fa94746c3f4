/** The source's history, read through a bare repository of our own that borrows its objects. */

import { isBranchName } from "../../core/branch-name.ts";
import { Failure } from "../../core/failure.ts";
import { asRevision, type Revision } from "../../core/ids.ts";
import type { SourceCommit, SourceHistory } from "../../ports.ts";
import { commitsLacking } from "./lacking.ts";
import { commitsAmong, commitsNamed, isAncestor } from "./objects.ts";
import { localHead, localRefs } from "./refs.ts";
import { GitExit, runGit, runHere } from "./run.ts";
import { SourceCopy, type SourceOptions } from "./source-copy.ts";

/** A history that is open. */
export type OpenedHistory = SourceHistory & { close(): Promise<void> };

/**
 * Opens a history. Nothing is asked of the network until a question needs it. Then only commits
 * come, no trees and no files, and of a long history first the newest.
 */
export async function openHistory(options: SourceOptions): Promise<OpenedHistory> {
  return new GitHistory(await SourceCopy.open(options), options);
}

class GitHistory implements OpenedHistory {
  readonly #copy: SourceCopy;
  readonly #options: SourceOptions;
  /** What was named to us belongs to the source, whatever its branches reach. */
  readonly #given = new Set<Revision>();
  /** Commits that are here, whatever reaches them. */
  readonly #seen = new Set<Revision>();
  #resolved = new Map<string, readonly Revision[]>();
  readonly #related = new Map<string, boolean>();
  /** How many trees are brought at the next need for any. */
  #treesAhead = 1;

  constructor(copy: SourceCopy, options: SourceOptions) {
    this.#copy = copy;
    this.#options = options;
  }

  refresh(): void {
    this.#copy.refresh();
    this.#resolved = new Map();
  }

  async named(text: string): Promise<readonly Revision[]> {
    const found = [...new Set(await this.#namedBy(text))];
    const [only] = found;
    if (only !== undefined && found.length === 1) this.#given.add(only);
    return found;
  }

  async resolve(digits: string): Promise<Revision | undefined> {
    const [only, ...others] = await this.candidates(digits);
    return others.length === 0 ? only : undefined;
  }

  async candidates(digits: string): Promise<readonly Revision[]> {
    const known = this.#resolved.get(digits);
    if (known !== undefined) return known;
    const found = /^[0-9a-f]{4,40}$/.test(digits) ? await this.#resolveNow(digits) : [];
    this.#resolved.set(digits, found);
    return found;
  }

  async isAncestor(ancestor: Revision, descendant: Revision): Promise<boolean> {
    if (ancestor === descendant) return true;
    const known = this.#related.get(`${ancestor} ${descendant}`);
    if (known !== undefined) return known;
    await this.#bring([ancestor, descendant]);
    let answer = await this.#descends(descendant, ancestor);
    // A history that is cut off can only say yes for certain.
    while (!answer && (await this.#copy.deepen())) {
      answer = await this.#descends(descendant, ancestor);
    }
    if (!answer && (await this.#copy.isShallow())) throw tooShallow();
    this.#related.set(`${ancestor} ${descendant}`, answer);
    return answer;
  }

  async changed(from: Revision, to: Revision, paths: readonly string[]): Promise<boolean> {
    await this.#bring([from, to]);
    const first = await this.#compare(from, to, paths);
    if (first !== undefined) return first;
    await this.#bringTrees(from, to);
    return (await this.#compare(from, to, paths)) ?? true;
  }

  lacking(from: Revision, to: Revision): Promise<readonly SourceCommit[]> {
    const bring = (ids: readonly string[]) => this.#copy.fetchObjects(ids);
    return commitsLacking(this.#copy.clone.inside, { from, to }, bring);
  }

  async tagsAt(revision: Revision): Promise<readonly string[]> {
    await this.#copy.look();
    return this.#copy.tagsAt(revision);
  }

  async committedAtSeconds(revision: Revision): Promise<number> {
    await this.#bring([revision]);
    return Number(await this.#log(revision, ["-1", "--format=%ct"]));
  }

  async close(): Promise<void> {
    await this.#copy.clone.close();
  }

  async #namedBy(text: string): Promise<readonly Revision[]> {
    const { local } = this.#options;
    if (text === "HEAD" || text === "@") {
      const head = local === undefined ? await this.#copy.head() : await localHead(local);
      return [head].flatMap((id) => asRevision(id ?? "") ?? []);
    }
    const isId = /^[0-9a-f]{4,40}$/.test(text);
    const here = isId ? await this.#here(text) : [];
    // Few digits are only as good as the whole history.
    if (here.length === 1 && text.length >= 7) return here;
    const byDigits = isId ? await this.candidates(text) : [];
    const names = fullNames(text);
    if (names.length === 0) return here;
    await this.#copy.look();
    const refs = await this.#copy.named(names);
    const found = [...byDigits, ...refs.map((id) => asRevision(id)!)];
    if (found.length > 0) return found;
    return here.length > 0 ? here : this.#namedHere(names);
  }

  /** Branches and tags that only the clone on this machine has. */
  async #namedHere(names: readonly string[]): Promise<readonly Revision[]> {
    const { local } = this.#options;
    const refs = local && (await localRefs(local));
    const ids = names.flatMap((name) => refs?.get(name) ?? []);
    const commits = await commitsAmong(this.#copy.clone.inside, ids);
    return commits.flatMap((id) => asRevision(id ?? "") ?? []);
  }

  /** What the source has by these digits: by what it is asked now, unless ours descends from it. */
  async #resolveNow(digits: string): Promise<readonly Revision[]> {
    const here = await this.#here(digits);
    if (here.length > 0 && (await this.#areBehindGiven(here))) return here;
    return this.#find(digits);
  }

  async #areBehindGiven(revisions: readonly Revision[]): Promise<boolean> {
    for (const revision of revisions) {
      let isBehind = this.#given.has(revision);
      for (const given of this.#given) {
        isBehind ||= await this.#descends(given, revision);
      }
      if (!isBehind) return false;
    }
    return true;
  }

  async #find(digits: string): Promise<readonly Revision[]> {
    await this.#copy.look();
    // Few digits name a commit alone only where all of them are known.
    while (digits.length < 7 && (await this.#copy.deepen()));
    for (;;) {
      const found: Revision[] = [];
      for (const revision of await this.#here(digits)) {
        if (this.#given.has(revision) || (await this.#copy.reaches(revision))) found.push(revision);
      }
      if (found.length > 0) return found;
      if (!(await this.#copy.deepen())) break;
    }
    this.#copy.checkTold();
    return [];
  }

  async #here(digits: string): Promise<readonly Revision[]> {
    const found = await commitsNamed(this.#copy.clone.inside, digits);
    const revisions = found.map((id) => asRevision(id)!);
    for (const revision of revisions) this.#seen.add(revision);
    return revisions;
  }

  /** Callers may know revisions from elsewhere: these are still to be fetched. */
  async #bring(revisions: readonly Revision[]): Promise<void> {
    for (const revision of revisions) {
      if (!this.#seen.has(revision) && (await this.#here(revision)).length === 0) {
        await this.#find(revision);
      }
    }
  }

  /** Asks what is here; a yes is for good. */
  async #descends(revision: Revision, ancestor: Revision): Promise<boolean> {
    const answer = await isAncestor(this.#copy.clone.inside, ancestor, revision);
    if (answer) this.#related.set(`${ancestor} ${revision}`, true);
    return answer;
  }

  /** Undefined: the trees are not here. */
  async #compare(
    from: Revision,
    to: Revision,
    paths: readonly string[],
  ): Promise<boolean | undefined> {
    const args = ["diff-tree", "-r", "--name-only", from, to, "--", ...paths];
    try {
      return (await runGit(this.#copy.clone.inside, args)).stdout.length > 0;
    } catch (error) {
      if (error instanceof GitExit) return undefined;
      throw error;
    }
  }

  /** Brings the trees of both, and at each need more of those that will be asked for next. */
  async #bringTrees(from: Revision, to: Revision): Promise<void> {
    const line = [`--max-count=${this.#treesAhead}`, "--first-parent", "--format=%T"];
    this.#treesAhead = Math.min(this.#treesAhead * 5, 200);
    const trees = [await this.#log(to, line), await this.#log(from, ["-1", "--format=%T"])];
    await this.#copy.fetchObjects([...new Set(trees.flatMap((text) => text.trim().split("\n")))]);
  }

  async #log(revision: Revision, flags: readonly string[]): Promise<string> {
    const args = ["log", ...flags, "--end-of-options", revision];
    return (await runHere(this.#copy.clone.inside, args)).stdout.toString("latin1");
  }
}

/** Returns the refs that a word may stand for: one with its kind in front is no other. */
function fullNames(text: string): readonly string[] {
  const [, kind, rest = ""] =
    /^(?:refs\/)?(heads|tags|remotes\/origin|origin)\/(.+)$/.exec(text) ?? [];
  const name = kind === undefined ? text : rest;
  if (!isBranchName(name)) return [];
  if (kind === "tags") return [`refs/tags/${name}`];
  return kind === undefined ? [`refs/heads/${name}`, `refs/tags/${name}`] : [`refs/heads/${name}`];
}

function tooShallow(): Failure {
  return new Failure(
    "unknown-revision",
    "Cannot tell which revision is newer: the source history is cut off (a shallow clone)",
    "Fetch the whole history (actions/checkout: fetch-depth: 0), or give the source as a URL.",
  );
}
