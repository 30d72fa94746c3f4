/** A manifest's bytes as text, or why they are none, and where in it something is. */

import { Failure, type Place } from "../failure.ts";
import type { Stretch } from "../yaml/text.ts";

/** What tools render has some MiB. A file of this size is read and edited in seconds. */
const bytesMax = 32 * 1024 * 1024;

/** A manifest that was decoded. Offsets into it are in UTF-16 units. */
export interface Manifest {
  readonly path: string;
  readonly text: string;
  /** Why the text is only a rough one, if it is. */
  readonly garbled?: { readonly at: number; readonly why: string; readonly remedy: string };
}

/** Returns a manifest's text, which `encodeManifest` makes the same bytes of unless garbled. */
export function decodeManifest(path: string, bytes: Uint8Array): Manifest {
  if (bytes.length > bytesMax) {
    const why = `it has ${bytes.length} bytes, and more than ${bytesMax} are not read`;
    const remedy = "Split it, so that the image is in a smaller file.";
    return { path, text: glance(bytes), garbled: { at: 0, why, remedy } };
  }
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    const text = new TextDecoder(wide).decode(bytes);
    return { path, text, garbled: { at: 0, why: "it is UTF-16", remedy: "Save it as UTF-8." } };
  }
  try {
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const text = glance(bytes);
    const at = Math.max(0, text.indexOf("\uFFFD"));
    return { path, text, garbled: { at, why: "it is not UTF-8", remedy: "Save it as UTF-8." } };
  }
}

/** Windows' own encoding, by its mark or by the zeros between ASCII letters. */
function wideEncoding(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const [first = 1, second = 1] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length < 4 || (first === 0) === (second === 0)) return undefined;
  return first === 0 ? "utf-16be" : "utf-16le";
}

/** Returns a manifest's text as bytes. */
export function encodeManifest(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Returns bytes as text for a first look: what is not UTF-8 is replaced, not refused. */
export function glance(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Returns a text that is short enough for a message. */
export function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** Makes the failure for something in a manifest that is not edited safely. */
export function uneditable(
  manifest: Manifest,
  offset: number,
  say: { readonly why: string; readonly remedy: string },
): Failure {
  const [place] = placesAt(manifest, [offset]);
  const message = `Cannot edit "${manifest.path}": ${say.why}`;
  return new Failure("bad-manifest", message, say.remedy, { place });
}

/** Returns where offsets are, as editors count, if they are in ascending order. One pass. */
export function placesAt(
  { path, text }: Pick<Manifest, "path" | "text">,
  offsets: readonly number[],
): Required<Place>[] {
  let line = 1;
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  let next = endOfLine(text, 0);
  return offsets.map((offset) => {
    while (next >= 0 && next <= offset) {
      line += 1;
      start = next;
      next = endOfLine(text, start);
    }
    return { file: path, line, column: offset - start + 1 };
  });
}

/** Returns where the next line begins, or -1. */
function endOfLine(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  return feed < 0 ? -1 : feed + 1;
}

/**
 * A text that documents are in: the file's, or that of a block of text inside it, whose every
 * part has its place in the file.
 */
export interface Layer {
  readonly manifest: Manifest;
  readonly text: string;
  /** How many blocks of text it is in. */
  readonly depth: number;
  /** The quotes that may be written where it is. */
  readonly quotes: readonly ('"' | "'")[];
  /** Returns the stretch of the file that a stretch of this text was read from. */
  inFile(stretch: Stretch): Stretch;
}

/** Returns the layer that is the file itself. */
export function fileLayer(manifest: Manifest): Layer {
  const { text } = manifest;
  return { manifest, text, depth: 0, quotes: ['"', "'"], inFile: (stretch) => stretch };
}
