/** Tags that name another build of the same revision: `sha-1a2b3c4-alpine` beside `sha-1a2b3c4`. */

import { asTag, type Tag } from "../ids.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import type { Pin, PinTarget } from "./pin.ts";

/** What a version may be followed by without being another build. */
const prerelease = /^[-.](?:alpha|beta|rc|pre|preview|m|snapshot|dev|nightly)[\d.]*\b/i;

/** Another revision, not another build. */
const commit = /^[-_][0-9a-f]{7,40}$/;

/**
 * Returns the suffix by which a tag names another build, or undefined when it names none.
 *
 * @param others Tags that pins of the same image hold.
 */
export function variantIn(tag: string, others: ReadonlySet<string>): string | undefined {
  const [, base = "", suffix = ""] = /^(.*?\d.*?)([-_][a-z][a-z0-9._-]*)$/i.exec(tag) ?? [];
  for (let at = tag.length; at > 0; at -= 1) {
    if (!/[-_]/.test(tag[at] ?? "") || !/[a-z]/i.test(tag[at + 1] ?? "")) continue;
    const rest = tag.slice(at);
    if (!others.has(tag.slice(0, at)) || commit.test(rest) || prerelease.test(rest)) continue;
    return rest;
  }
  if (base === "" || prerelease.test(suffix) || commit.test(suffix)) return undefined;
  // Seven digits of a commit, of which one at least tells them from a word.
  const isCommit = /(?:^|[-_.])(?=[0-9a-f]*\d)[0-9a-f]{7,40}$/.test(base);
  return isCommit ? suffix : undefined;
}

/** Returns a tag without the suffix of another build. */
export function withoutVariant(tag: Tag): Tag {
  const suffix = variantIn(tag, new Set());
  return suffix === undefined ? tag : asTag(tag.slice(0, -suffix.length))!;
}

/** What a pin is to hold, and the suffix that it keeps. */
export interface OwnTarget extends PinTarget {
  readonly variant?: string;
}

/** The tags of a list's pins by image, so that each pin need not look at all the others. */
const known = new WeakMap<readonly Pin[], ReadonlyMap<string, ReadonlySet<string>>>();

function tagsOf(all: readonly Pin[], image: ImageName): ReadonlySet<string> {
  const tags = known.get(all) ?? tagsByImage(all);
  known.set(all, tags);
  return tags.get(printImageName(image)) ?? new Set();
}

function tagsByImage(all: readonly Pin[]): ReadonlyMap<string, ReadonlySet<string>> {
  const tags = new Map<string, Set<string>>();
  for (const { image, tag } of all) {
    const name = printImageName(image);
    const own = tags.get(name) ?? new Set();
    if (tag !== undefined) tags.set(name, own.add(tag));
  }
  return tags;
}

/**
 * Returns what a pin is to hold: the target, with the pin's own suffix where that names another
 * build. The digest of the target is not that build's.
 */
export function ownTarget(pin: Pin, target: PinTarget, all: readonly Pin[]): OwnTarget {
  const { tag, digest } = target;
  if (pin.tag === undefined) return { tag, digest };
  const variant = variantIn(pin.tag, tagsOf(all, pin.image));
  if (variant === undefined || tag.endsWith(variant)) return { tag, digest };
  const kept = asTag(`${tag}${variant}`);
  return kept === undefined ? { tag, digest } : { tag: kept, variant };
}
