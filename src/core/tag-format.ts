/** How an image's tag is made from a revision, and which revision a tag may stand for. */

import { Failure } from "./failure.ts";
import { asTag, type Revision, type Tag } from "./ids.ts";
import { variantIn } from "./pins/variant.ts";

/** A format such as `sha-{revision:7}`. */
export interface TagFormat {
  readonly prefix: string;
  /** How many digits of the revision a tag has, 7 to 40. */
  readonly digits: number;
  readonly suffix: string;
}

const digitsMin = 7;
const digitsMax = 40;

/**
 * Reads a format: text that a tag may have, with exactly one `{revision}` or `{revision:N}` in it.
 *
 * @throws Failure `usage` when it is none.
 */
export function parseTagFormat(text: string): TagFormat {
  const match = /^([^{}]*)\{revision(?::(\d{1,3}))?\}([^{}]*)$/.exec(text);
  const [, prefix = "", digitsText, suffix = ""] = match ?? [];
  const digits = digitsText === undefined ? digitsMax : Number(digitsText);
  const example = `${prefix}${"0".repeat(digits)}${suffix}`;
  const fits = digits >= digitsMin && digits <= digitsMax && asTag(example) !== undefined;
  if (match === null || !fits) {
    throw new Failure(
      "usage",
      `Cannot use the tag format "${text}"`,
      "Write it like sha-{revision:7}: one {revision:N}, with N from 7 to 40.",
    );
  }
  return { prefix, digits, suffix };
}

/** Returns the tag of a revision. The digits are cut off, never shortened by git. */
export function tagOf({ prefix, digits, suffix }: TagFormat, revision: Revision): Tag {
  return `${prefix}${revision.slice(0, digits)}${suffix}` as Tag;
}

/**
 * Returns whether a tag of another format looks like a release's: `v1.2.3`, `2026.11.1`, `42`. Such
 * tags have an order, which only who made them knows. `0.0.0` is a chart's way of saying nothing.
 */
export function looksLikeRelease(format: TagFormat, tag: string): boolean {
  if (revisionPrefixIn(format, tag) !== undefined) return false;
  return /^v?\d|\d\.\d/i.test(tag) && /[1-9]/.test(tag);
}

/**
 * Returns the hex digits of a tag of this format with any number of digits from 7 to 40, because
 * histories hold tags from before the number was changed. Undefined when it is of another kind. A
 * variant, `sha-1a2b3c4-alpine`, is a build of the same revision.
 */
export function revisionPrefixIn({ prefix, suffix }: TagFormat, tag: string): string | undefined {
  const variant = variantIn(tag, new Set());
  const end = variant?.startsWith(suffix) ? variant : suffix;
  if (!tag.startsWith(prefix) || !tag.endsWith(end)) return undefined;
  // Nothing is left where the prefix and the suffix share characters.
  const digits = tag.slice(prefix.length, tag.length - end.length);
  return /^[0-9a-f]{7,40}$/.test(digits) ? digits : undefined;
}
