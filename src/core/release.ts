/**
 * Names of releases: `v1.2.3`, `1.2.3-rc.1`, `2026.11.1`, `42`. Which of two revisions is newer is
 * never told by them; of several releases of one revision they tell which is meant.
 */

/** A name, taken apart. */
interface Version {
  readonly numbers: readonly number[];
  /** What follows the numbers: `-rc.1`. */
  readonly rest: string;
}

/** The last number of `2026-11-26` and `1.2.3-4` is one of it; semver would say otherwise. */
const grammar = /^\D*?(\d+(?:[.-]\d+(?![a-z]))*)(.*)$/i;

/**
 * Returns whether a name looks like a release's. Such names have an order, which only who made them
 * knows. `0.0.0` is a chart's way of saying nothing.
 */
export function looksLikeRelease(name: string): boolean {
  return /^v?\d|\d\.\d/i.test(name) && /[1-9]/.test(name);
}

/** Returns whether a release comes before the one that it is named after: `1.2.3-rc.1`. */
export function isPrerelease(name: string): boolean {
  return isEarly(versionOf(name));
}

/** Returns the newest of the names that look like releases; undefined where none does. */
export function newestRelease(names: readonly string[]): string | undefined {
  return names.filter(looksLikeRelease).sort(compareReleases).at(-1);
}

/** Compares names of releases of one revision: below zero where the first is the older one. */
export function compareReleases(one: string, other: string): number {
  const [a, b] = [versionOf(one), versionOf(other)];
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at += 1) {
    // `v1` and `v1.2` float: they name the newest of what begins alike.
    const order = (a.numbers[at] ?? -1) - (b.numbers[at] ?? -1);
    if (order !== 0) return order;
  }
  const early = Number(isEarly(b)) - Number(isEarly(a));
  return early || a.rest.localeCompare(b.rest, "en", { numeric: true });
}

function isEarly({ rest }: Version): boolean {
  return /^[-.]?(?!post|final|ga|lts)[a-z]/i.test(rest);
}

function versionOf(name: string): Version {
  const [, numbers = "", rest = ""] = grammar.exec(name) ?? [];
  return { numbers: numbers.split(/[.-]/).map(Number), rest };
}
