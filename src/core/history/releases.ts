/** The releases of a source: its git tags, by their names and by the commits that they are at. */

import { isPrerelease, newestRelease } from "../release.ts";
import type { LoggedCommit, SourceTag } from "./commits.ts";

/** What a source's git tags tell. */
export class Releases {
  readonly #byName: ReadonlyMap<string, SourceTag>;
  readonly #byCommit = new Map<string, readonly string[]>();

  constructor(tags: readonly SourceTag[] = []) {
    this.#byName = new Map(tags.map((tag) => [tag.name, tag]));
    for (const { name, commit } of tags) {
      this.#byCommit.set(commit, [...this.namesOf(commit), name]);
    }
  }

  /** Returns the commit that a git tag is at. */
  commitOf(name: string): string | undefined {
    return this.#byName.get(name)?.commit;
  }

  /** Returns the names of the git tags of a commit. */
  namesOf(commit: string): readonly string[] {
    return this.#byCommit.get(commit) ?? [];
  }

  /**
   * Returns whether a commit was released. What comes before a release (`v1.2.3-rc.1`) is promoted
   * by whoever wants it, and missed by nobody.
   */
  isReleased(commit: string): boolean {
    const newest = newestRelease(this.namesOf(commit));
    return newest !== undefined && !isPrerelease(newest);
  }

  /** Returns commits as old as their releases: what is tagged late has its images late. */
  dated(
    commits: readonly LoggedCommit[],
    nowMs = Number.POSITIVE_INFINITY,
  ): readonly LoggedCommit[] {
    return commits.map((commit) => {
      const times = this.namesOf(commit.id).map((name) => this.#byName.get(name)!.atMs);
      const atMs = Math.max(commit.atMs, ...times.filter((time) => time <= nowMs));
      return atMs === commit.atMs ? commit : { ...commit, atMs };
    });
  }
}
