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
  /** What an edit replaces. Only `splicePins` reads it. A pin has at least one. */
  readonly slots: { readonly tag: Slot | undefined; readonly digest: Slot | undefined };
  /** Why it cannot be moved without breaking or changing something else, if so. */
  readonly locked?: Lock | undefined;
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
}

/** Returns whether a pin already holds the target, as far as the pin and the target both say. */
export function pinHolds(pin: Pin, target: PinTarget): boolean {
  const knowsDigest = pin.digest !== undefined && target.digest !== undefined;
  if (knowsDigest && pin.digest !== target.digest) return false;
  return pin.tag === undefined ? knowsDigest : pin.tag === target.tag;
}

/** Prints what a pin holds as a reference has it: `tag`, `tag@digest`, `@digest` or nothing. */
export function printPinned(pin: Pick<Pin, "tag" | "digest">): string {
  return `${pin.tag ?? ""}${pin.digest === undefined ? "" : `@${pin.digest}`}`;
}

/** Returns where the first slot of a pin begins, which is a name for the pin within its file. */
export function startOfPin({ slots }: Pick<Pin, "slots">): number {
  return (slots.tag ?? slots.digest)!.start;
}
