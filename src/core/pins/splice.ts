/** Replaces the bytes of tags and digests, and nothing else. */

import { Failure } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { decodeManifest, encodeManifest } from "./manifest.ts";
import type { Pin, PinMove, Slot } from "./pin.ts";
import { readsAsText } from "./plain-scalar.ts";
import { type Edit, proveOnlyPinsMoved } from "./proof.ts";

/**
 * Returns a manifest with its pins moved. All other bytes are the same, and the result was parsed
 * again to see that all other values are.
 *
 * @param bytes What the pins were found in.
 * @param moves Pins of this one file. None gives the bytes back.
 * @throws Failure `bad-manifest` when a pin cannot be moved by itself, or holds a digest and the
 *   move has none; `internal` when the result is not what it must be.
 */
export function splicePins(bytes: Uint8Array, moves: readonly PinMove[]): Uint8Array {
  const [first] = moves;
  if (first === undefined) return bytes;
  const manifest = decodeManifest(first.pin.file, bytes);
  const before = manifest.text;
  const edits = moves.flatMap(editsOf).sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    if (start < at || end > before.length) throw misplaced(manifest.path);
    parts.push(before.slice(at, start), text);
    at = end;
  }
  parts.push(before.slice(at));
  const after = parts.join("");
  proveOnlyPinsMoved(manifest, after, { moves, edits });
  return encodeManifest(after);
}

function editsOf({ pin, tag, digest }: PinMove): Edit[] {
  if (pin.locked !== undefined) throw locked(pin, pin.locked);
  const edits: Edit[] = [];
  const { slots } = pin;
  if (slots.tag !== undefined) edits.push(editOf(slots.tag, tag));
  if (slots.digest !== undefined) {
    if (digest === undefined) throw needsDigest(pin);
    edits.push(editOf(slots.digest, digest));
  }
  return edits;
}

function editOf(slot: Slot, value: string): Edit {
  return { start: slot.start, end: slot.end, text: written(value, slot) };
}

function written(value: string, { before, quote, isJson, writes }: Slot): string {
  const text = writes === "hex" ? value.slice(value.indexOf(":") + 1) : value;
  const isBare = quote === undefined || (isJson !== true && readsAsText(text));
  const mark = isBare ? "" : quote;
  return `${before}${mark}${text}${mark}`;
}

function locked(pin: Pin, { why, remedy }: { why: string; remedy: string }): Failure {
  const message = `Cannot edit "${pin.file}": "${printImageName(pin.image)}" ${why}`;
  return new Failure("bad-manifest", message, remedy, { place: placeOf(pin) });
}

function needsDigest(pin: Pin): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot move "${printImageName(pin.image)}" by its tag alone: it is pinned by digest`,
    "Give the digest as well, as NAME=TAG@sha256:….",
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

function placeOf({ file, line, column }: Pin) {
  return { file, line, column };
}
