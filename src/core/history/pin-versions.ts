/**
 * Pins of many versions of the same files. A deploy changes nothing but tags, so most versions are
 * read by comparing text with an earlier one, a hundred times as fast as parsing them.
 */

import { Failure } from "../failure.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import { findPins } from "../pins/find.ts";
import type { Pin, Slot } from "../pins/pin.ts";
import type { ManifestRules } from "../pins/rules.ts";

/** A pin, whatever it holds. */
export interface PinSite {
  readonly image: string;
  /** 1-based. */
  readonly line: number;
  /** Names the pin within its file, as long as what is around it stays. */
  readonly key: string;
}

/** The pins of one version of a file. */
export interface FilePins {
  /** The same object in versions that differ in nothing but tags. */
  readonly sites: readonly PinSite[];
  /** What each holds, as `printPinned` has it; empty where no tag is named. */
  readonly held: readonly string[];
}

/** A file with holes where tags and digests are. */
interface FileOutline {
  readonly sites: readonly PinSite[];
  /** The bytes around the holes: one more than there are holes. */
  readonly solid: readonly Uint8Array[];
  readonly holes: readonly { readonly pin: number; readonly kind: "tag" | "digest" }[];
}

/** How many shapes of a path are kept: versions of one branch come one after the other. */
const shapesMax = 4;
const none: FilePins = { sites: [], held: [] };
const grammar = { tag: /^\w[\w.-]{0,127}/, digest: /^sha256:[0-9a-f]{64}/ } as const;
/** No tag and no digest has more bytes. */
const holeMax = 128;
const isWord = Array.from({ length: 256 }, (_, byte) => /[\w.:-]/.test(String.fromCharCode(byte)));

/** Reads versions of files and remembers what they have in common. */
export class PinVersions {
  readonly #images: readonly ImageName[];
  readonly #rules: ManifestRules;
  readonly #shapes = new Map<string, FileOutline[]>();

  constructor(images: readonly ImageName[], rules: ManifestRules = {}) {
    this.#images = images;
    this.#rules = rules;
  }

  /** Returns the pins of one version, or undefined when they cannot be told for certain. */
  read(path: string, bytes: Uint8Array): FilePins | undefined {
    const shapes = this.#shapes.get(path) ?? [];
    for (const shape of shapes) {
      const held = heldIn(bytes, shape);
      if (held !== undefined) return { sites: shape.sites, held };
    }
    try {
      const pins = findPins({ path, bytes }, this.#images, this.#rules);
      if (pins.length === 0) return none;
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      const shape = shapeOf(text, pins);
      this.#shapes.set(path, [shape, ...shapes].slice(0, shapesMax));
      return heldBy(shape, pins);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}

function shapeOf(text: string, pins: readonly Pin[]): FileOutline {
  const holes = pins.flatMap(({ slots }, pin) => [
    ...(slots.tag === undefined ? [] : [{ pin, kind: "tag" as const, slot: slots.tag }]),
    ...(slots.digest === undefined ? [] : [{ pin, kind: "digest" as const, slot: slots.digest }]),
  ]);
  holes.sort((a, b) => a.slot.start - b.slot.start);
  const ends: readonly Pick<Slot, "start" | "end">[] = holes.map(({ slot }) => slot);
  const solid = [...ends, { start: text.length, end: text.length }].map(({ start }, at) =>
    new TextEncoder().encode(text.slice(ends[at - 1]?.end ?? 0, start)),
  );
  const seen = new Map<string, number>();
  const sites = pins.map(({ image, line, owner, keyPath }) => {
    const name = `${printImageName(image)} ${owner} ${keyPath}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return { image: printImageName(image), line, key: `${name} ${seen.get(name)}` };
  });
  return { sites, solid, holes };
}

function heldBy({ sites }: FileOutline, pins: readonly Pin[]): FilePins {
  const held = pins.map(({ tag, digest }) => `${tag ?? ""}${digest ? `@${digest}` : ""}`);
  return { sites, held };
}

/** Returns what the holes of a shape hold in a file, or undefined when the file has another one. */
function heldIn(
  bytes: Uint8Array,
  { sites, solid, holes }: FileOutline,
): readonly string[] | undefined {
  if (!standsAt(bytes, 0, solid[0]!)) return undefined;
  const held: string[] = sites.map(() => "");
  let at = solid[0]!.length;
  for (const [index, { pin, kind }] of holes.entries()) {
    const value = grammar[kind].exec(wordAt(bytes, at))?.[0];
    // An empty hole, and what YAML may take for nothing, is for the parser to judge.
    if (value === undefined || /^null$/i.test(value)) return undefined;
    held[pin] += kind === "digest" ? `@${value}` : value;
    at += value.length;
    const next = solid[index + 1]!;
    if (!standsAt(bytes, at, next)) return undefined;
    at += next.length;
  }
  return at === bytes.length ? held : undefined;
}

/** Returns the letters, digits, dots, dashes and colons from a place on: all are ASCII. */
function wordAt(bytes: Uint8Array, start: number): string {
  let end = start;
  const limit = Math.min(bytes.length, start + holeMax);
  while (end < limit && isWord[bytes[end]!]) end += 1;
  return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
}

function standsAt(bytes: Uint8Array, start: number, part: Uint8Array): boolean {
  if (start + part.length > bytes.length) return false;
  for (let at = 0; at < part.length; at += 1) {
    if (bytes[start + at] !== part[at]) return false;
  }
  return true;
}
