/** Tags that name another build of the same revision: `sha-1a2b3c4-alpine` beside `sha-1a2b3c4`. */

import { printImageName } from "../image-ref.ts";
import type { Pin, Variant } from "./pin.ts";

/** What a version may be followed by without being another build. */
const prerelease = /^[-.](?:alpha|beta|rc|pre|preview|m|snapshot|dev|dirty|nightly)[\d.]*\b/i;

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

/** Marks the pins of images that several builds run of, or one that is not the plain one. */
export function withVariants(pins: readonly Pin[]): readonly Pin[] {
  const byImage = new Map<string, Pin[]>();
  for (const pin of pins) {
    const name = printImageName(pin.image);
    const own = byImage.get(name);
    if (own === undefined) byImage.set(name, [pin]);
    else own.push(pin);
  }
  const variants = new Map<Pin, Variant>();
  for (const own of byImage.values())
    for (const [pin, it] of variantsOf(own)) variants.set(pin, it);
  if (variants.size === 0) return pins;
  return pins.map((pin) => {
    const variant = variants.get(pin);
    return variant === undefined ? pin : { ...pin, variant };
  });
}

/** Returns the variants of one image's pins: none where all of them run the plain build. */
function variantsOf(pins: readonly Pin[]): ReadonlyMap<Pin, Variant> {
  const tagged = pins.filter(({ tag }) => tag !== undefined);
  const tags = new Set(tagged.map(({ tag }) => tag!));
  const suffixes = new Map([...tags].map((tag) => [tag, variantIn(tag, tags) ?? ""]));
  const all = [...new Set(suffixes.values())];
  if (all.every((suffix) => suffix === "")) return new Map();
  return new Map(tagged.map((pin) => [pin, { suffix: suffixes.get(pin.tag!)!, all }]));
}
