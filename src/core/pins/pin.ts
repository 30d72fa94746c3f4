/** What a pin is: a place in a manifest that names an image and its tag or digest. */

import type { Digest, Tag } from "../ids.ts";
import type { ImageName } from "../image-ref.ts";

/** One place in a manifest that names an image and its tag or digest, or that could. */
export interface Pin {
  readonly file: string;
  /** Where the tag begins, else the digest, else where a tag would go. Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** A whole reference, an entry of kustomize's `images`, or a name and a tag of their own. */
  readonly form: "reference" | "kustomize" | "values";
  /**
   * The object around it, for example `Deployment/rbs-frontend`, or empty when none says its kind.
   */
  readonly owner: string;
  /** From the root of the document, for example `spec.template.spec.containers[0].image`. */
  readonly keyPath: string;
  readonly image: ImageName;
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
  /** Which build of its revision it runs. None: the image has no others here. */
  readonly variant?: Variant | undefined;
  /** What an edit replaces. Only `splicePins` reads it. A pin has at least one. */
  readonly slots: { readonly tag: Slot | undefined; readonly digest: Slot | undefined };
  /** Why it cannot be moved without breaking or changing something else, if so. */
  readonly locked?: Lock | undefined;
}

/** A build of a revision, by what its tags end with: `-alpine`, or nothing for the plain one. */
export interface Variant {
  readonly suffix: string;
  /** The suffixes of all pins of the image, its own included. */
  readonly all: readonly string[];
}

/** Why something is not edited, and what to do about it. */
export interface Lock {
  readonly why: string;
  readonly remedy: string;
}

/** A stretch of a manifest's text, in UTF-16 offsets. */
export interface Slot {
  readonly start: number;
  readonly end: number;
  /** What goes before the new text: the colon of a tag that is not there yet, or a blank. */
  readonly before: "" | ":" | " ";
  /** The quotes to write where YAML would not read the new text as text. None: it always does. */
  readonly quote: '"' | "'" | undefined;
  /** JSON has no text without quotes. */
  readonly isJson?: boolean;
  /** A digest may be written without its `sha256:`. */
  readonly writes: "whole" | "hex";
}

/** What a pin is to hold. */
export interface PinTarget {
  readonly tag: Tag;
  /** Needed where the manifest pins a digest. Written nowhere else. */
  readonly digest?: Digest | undefined;
}

/** One pin, and what it is to hold. */
export interface PinMove extends PinTarget {
  readonly pin: Pin;
  /** The tag is the target's in the pin's own variant: nobody has seen yet that it exists. */
  readonly isDerived?: boolean;
}

/**
 * Returns the move of a pin to a target. A pin keeps its variant, unless the target is of one that
 * no pin runs. The digest of the target is not that of another build.
 */
export function moveTo(pin: Pin, { tag, digest }: PinTarget): PinMove {
  if (pin.variant === undefined) return { pin, tag, digest };
  const { suffix, all } = pin.variant;
  const named = all.filter((each) => tag.endsWith(each)).sort((a, b) => b.length - a.length)[0];
  if (named === suffix) return { pin, tag, digest };
  const plain = tag.slice(0, tag.length - (named ?? "").length);
  return { pin, tag: `${plain}${suffix}` as Tag, digest: undefined, isDerived: true };
}

/** Returns a pin's tag without its variant. */
export function plainTagOf({ tag, variant }: Pick<Pin, "tag" | "variant">): Tag | undefined {
  if (tag === undefined || variant === undefined) return tag;
  return tag.slice(0, tag.length - variant.suffix.length) as Tag;
}

/** Returns whether a pin already holds the target, as far as the pin and the target both say. */
export function pinHolds(pin: Pin, target: PinTarget): boolean {
  const { tag, digest } = moveTo(pin, target);
  const knowsDigest = pin.digest !== undefined && digest !== undefined;
  if (knowsDigest && pin.digest !== digest) return false;
  return pin.tag === undefined ? knowsDigest : pin.tag === tag;
}

/** Prints what a pin holds as a reference has it: `tag`, `tag@digest`, `@digest` or nothing. */
export function printPinned(pin: Pick<Pin, "tag" | "digest">): string {
  return `${pin.tag ?? ""}${pin.digest === undefined ? "" : `@${pin.digest}`}`;
}

/** Returns where the first slot of a pin begins, which is a name for the pin within its file. */
export function startOfPin({ slots }: Pick<Pin, "slots">): number {
  return (slots.tag ?? slots.digest)!.start;
}
