/** Replaces the bytes of tags and digests, and nothing else. */

import { Failure } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { encodeManifest, readManifest } from "./manifest-text.ts";
import type { PinMove, Slot } from "./pin.ts";
import { readsAsText } from "./plain-scalar.ts";
import { proveOnlyPinsMoved } from "./proof.ts";

interface ByteEdit {
  readonly slot: Slot;
  readonly before: string;
  readonly after: string;
}

/**
 * Returns a manifest with its pins moved. All other bytes are the same, and the result was parsed
 * again to see that all other values are.
 *
 * @param bytes What the pins were found in.
 * @param moves Pins of this one file. None gives the bytes back.
 * @throws Failure `bad-manifest` when a pin holds a digest and the move has none, or when a tag
 *   needs quotes that are not there; `internal` when the result is not what it must be.
 */
export function splicePins(bytes: Uint8Array, moves: readonly PinMove[]): Uint8Array {
  const [first] = moves;
  if (first === undefined) return bytes;
  const path = first.pin.file;
  const manifest = readManifest(path, bytes);
  const before = manifest.text;
  const edits = moves.flatMap(editsOf).sort((a, b) => a.slot.start - b.slot.start);
  let after = "";
  let at = 0;
  for (const { slot, before: old, after: text } of edits) {
    if (before.slice(slot.start, slot.end) !== old) throw misplaced(path);
    after += before.slice(at, slot.start) + slot.prefix + text;
    at = slot.end;
  }
  after += before.slice(at);
  proveOnlyPinsMoved(manifest, after, moves);
  return encodeManifest(after);
}

function editsOf({ pin, tag, digest }: PinMove): ByteEdit[] {
  const edits: ByteEdit[] = [];
  const { slots } = pin;
  if (slots.tag !== undefined) {
    if (slots.tag.reading === "plain" && !readsAsText(tag)) throw needsQuotes(pin, tag);
    edits.push({ slot: slots.tag, before: pin.tag ?? "", after: tag });
  }
  if (slots.digest !== undefined) {
    if (digest === undefined) throw needsDigest(pin);
    edits.push({ slot: slots.digest, before: pin.digest!, after: digest });
  }
  return edits;
}

function needsQuotes(pin: PinMove["pin"], tag: string): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot write the tag "${tag}" at ${pin.keyPath}: without quotes, YAML does not read it as text`,
    "Put the old tag in quotes, or give tags a prefix such as sha-.",
    { place: placeOf(pin) },
  );
}

function needsDigest(pin: PinMove["pin"]): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot move "${printImageName(pin.image)}" by its tag alone: it is pinned by digest`,
    "Give the digest as well, as NAME=TAG@sha256:…, or have it read from the registry.",
    { place: placeOf(pin) },
  );
}

function misplaced(path: string): Failure {
  return new Failure(
    "internal",
    `Cannot edit "${path}": the pins are not where they were found`,
    "Nothing was written. This is a bug of landfall: please report it with the file.",
    { place: { file: path } },
  );
}

function placeOf({ file, line, column }: PinMove["pin"]) {
  return { file, line, column };
}
