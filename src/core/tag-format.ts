/** How an image's tag is made from a revision, and which revision a tag may stand for. */

import { Failure } from "./failure.ts";
import { asTag, type Revision, type Tag } from "./ids.ts";
import { variantIn } from "./pins/variant.ts";
import { looksLikeRelease, newestRelease } from "./release.ts";

/** A format such as `sha-{revision:7}` or `{release}`. */
export interface TagFormat {
  readonly prefix: string;
  /** How many digits of the revision a tag has, 7 to 40. Undefined: the name of its release. */
  readonly digits: number | undefined;
  readonly suffix: string;
}

const digitsMin = 7;
const digitsMax = 40;

/** The remedy for a wrong format is how to write one. */
export const tagFormatHint =
  "Write it like sha-{revision:7}, with N from 7 to 40, or {release} for the revision's git tag.";

/**
 * Reads a format: text that a tag may have, with exactly one `{revision}`, `{revision:N}` or
 * `{release}` in it.
 *
 * @throws Failure `usage` when it is none.
 */
export function parseTagFormat(text: string): TagFormat {
  const match = /^([^{}]*)\{(?:(release)|revision(?::(\d{1,3}))?)\}([^{}]*)$/.exec(text);
  const [, prefix = "", release, digitsText, suffix = ""] = match ?? [];
  const digits = digitsText === undefined ? digitsMax : Number(digitsText);
  const example = `${prefix}${release ?? "0".repeat(digits)}${suffix}`;
  const fits = digits >= digitsMin && digits <= digitsMax && asTag(example) !== undefined;
  if (match === null || !fits) {
    throw new Failure("usage", `Cannot use the tag format "${text}"`, tagFormatHint);
  }
  return { prefix, digits: release === undefined ? digits : undefined, suffix };
}

/**
 * Returns the tag of a revision. The digits are cut off, never shortened by git.
 *
 * @param releases Git tags of the revision, where the format asks for one: the newest is meant.
 * @throws Failure `unknown-revision` when the format asks for a release and there is none.
 */
export function tagOf(
  format: TagFormat,
  revision: Revision,
  releases: readonly string[] = [],
): Tag {
  const { prefix, digits, suffix } = format;
  if (digits !== undefined) return `${prefix}${revision.slice(0, digits)}${suffix}` as Tag;
  const tags = releases.map((release) => ({ release, tag: asTag(prefix + release + suffix) }));
  const newest = newestRelease(tags.flatMap(({ release, tag }) => (tag ? release : [])));
  const found = tags.find(({ release }) => release === newest)?.tag;
  if (found === undefined) throw unreleased(revision);
  return found;
}

/** Names a revision for people where only the source could tell its release. */
export function nameOf(format: TagFormat, revision: Revision): Tag {
  return format.digits === undefined ? (revision.slice(0, 12) as Tag) : tagOf(format, revision);
}

/** Returns whether a tag is made by this format, or as far as its own text tells. */
export function isOfFormat(format: TagFormat, tag: string): boolean {
  if (format.digits !== undefined) return revisionPrefixIn(format, tag) !== undefined;
  return looksLikeRelease(between(format, tag) ?? "");
}

/** Returns whether a tag is named like a release, whose order only the source can tell. */
export function isRelease(format: TagFormat, tag: string): boolean {
  return revisionPrefixIn(format, tag) === undefined && looksLikeRelease(tag);
}

/**
 * Returns the git tags that an image's tag may be made from, the likeliest first: many publish
 * `1.2.3` of `v1.2.3`.
 */
export function releasesIn(format: TagFormat, tag: string): readonly string[] {
  const name = format.digits === undefined ? between(format, tag) : tag;
  if (name === undefined || name === "") return [];
  if (/^v\d/i.test(name)) return [name, name.slice(1)];
  return /^\d/.test(name) ? [name, `v${name}`] : [name];
}

/** Tags of this kind are read where releases are the format, too: many began with them. */
const digitsFormat: TagFormat = { prefix: "sha-", digits: digitsMin, suffix: "" };

/**
 * Returns the hex digits of a tag of this format with any number of digits from 7 to 40, because
 * histories hold tags from before the number was changed. Undefined when it is of another kind. A
 * variant, `sha-1a2b3c4-alpine`, is a build of the same revision.
 */
export function revisionPrefixIn(format: TagFormat, tag: string): string | undefined {
  const own = format.digits === undefined ? digitsFormat : format;
  const variant = variantIn(tag, new Set());
  const suffix = variant?.startsWith(own.suffix) ? variant : own.suffix;
  const digits = between({ prefix: own.prefix, suffix }, tag);
  return digits !== undefined && /^[0-9a-f]{7,40}$/.test(digits) ? digits : undefined;
}

function between({ prefix, suffix }: Omit<TagFormat, "digits">, tag: string): string | undefined {
  if (!tag.startsWith(prefix) || !tag.endsWith(suffix)) return undefined;
  // Nothing is left where the prefix and the suffix share characters.
  return tag.slice(prefix.length, tag.length - suffix.length);
}

function unreleased(revision: Revision): Failure {
  return new Failure(
    "unknown-revision",
    `Cannot tell the tag of ${revision}: no git tag of the source names it as a release`,
    "Tag it and push the tag, name a release with --revision, or give --image NAME=TAG.",
  );
}
