/**
 * When commits were made, as far as their dates can be believed. A date is what somebody's clock
 * said: it may lie in the future, or long before the commit's own parents.
 */

import type { LoggedCommit } from "./commits.ts";

/** So much later than its child may a parent be: clocks differ, and patches keep their dates. */
const skewMs = 86_400_000;

/** By which clock dates are judged. */
export interface DateQuestion {
  readonly nowMs: number;
  /** So far ahead of ours may another clock be. */
  readonly aheadMs: number;
}

/**
 * Returns commits with dates to go by. One that cannot be believed is that of the first commit that
 * came after it; where none did, it is now, and `isDated` is false: how old it is nobody knows.
 *
 * @param commits Children before their parents.
 */
export function believed(
  commits: readonly LoggedCommit[],
  { nowMs, aheadMs }: DateQuestion,
): readonly LoggedCommit[] {
  const places = new Map(commits.map(({ id }, place) => [id, place]));
  const earliest = new Float64Array(commits.length).fill(Number.NEGATIVE_INFINITY);
  const latest = new Float64Array(commits.length).fill(Number.POSITIVE_INFINITY);
  const isBelieved = new Uint8Array(commits.length);
  const parentsOf = ({ parents }: LoggedCommit) => parents.flatMap((id) => places.get(id) ?? []);
  for (let place = commits.length - 1; place >= 0; place -= 1) {
    const commit = commits[place]!;
    const after = Math.max(...parentsOf(commit).map((parent) => earliest[parent]!), -Infinity);
    const isGood = commit.atMs <= nowMs + aheadMs && commit.atMs >= after - skewMs;
    isBelieved[place] = isGood ? 1 : 0;
    earliest[place] = isGood ? Math.max(after, commit.atMs) : after;
  }
  return commits.map((commit, place) => {
    const isGood = isBelieved[place] === 1;
    const atMs = Math.min(isGood ? commit.atMs : latest[place]!, nowMs);
    // What is before this one was made before it, whatever it says.
    const bound = isGood ? atMs : latest[place]!;
    for (const parent of parentsOf(commit)) latest[parent] = Math.min(latest[parent]!, bound);
    const isDated = isGood || latest[place] !== Number.POSITIVE_INFINITY;
    return atMs === commit.atMs && isDated ? commit : { ...commit, atMs, isDated };
  });
}
