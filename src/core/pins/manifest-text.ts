/** A manifest's bytes as text and documents, or where and why they are not edited. */

import { type Document, parseAllDocuments } from "yaml";
import { Failure, type Place } from "../failure.ts";
import { glance } from "./mention.ts";

/** Manifests that people write have a few KiB. The worst 1 MiB takes seconds, not minutes. */
const bytesMax = 1024 * 1024;

/** A manifest that was read. Offsets into it are in UTF-16 units. */
export interface Manifest {
  readonly path: string;
  readonly text: string;
  readonly documents: readonly Document.Parsed[];
}

/** Returns bytes as text such that `encodeManifest` gives them back. A BOM is part of it. */
function decodeManifest(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const text = glance(bytes);
    throw uneditable({ path, text }, Math.max(0, text.indexOf("\uFFFD")), {
      why: "it is not UTF-8",
      remedy: "Save it as UTF-8.",
    });
  }
}

/** Returns a manifest's text as bytes. */
export function encodeManifest(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A place with nothing left open. */
export type FullPlace = Required<Place>;

/**
 * Parses a manifest.
 *
 * @throws Failure `bad-manifest` when it is too big, not UTF-8 or not YAML.
 */
export function readManifest(path: string, bytes: Uint8Array): Manifest {
  if (bytes.length > bytesMax) {
    const why = `it has ${bytes.length} bytes, and more than ${bytesMax} are not read`;
    const remedy = "Split it, so that the image stands in a smaller file.";
    throw uneditable({ path, text: "" }, 0, { why, remedy });
  }
  return parseManifest(path, decodeManifest(path, bytes));
}

/** Parses a manifest's text, however long. Throws as `readManifest` does. */
export function parseManifest(path: string, text: string): Manifest {
  const inner = text.search(/\n\uFEFF/);
  if (inner >= 0) {
    // The parser would take it for a part of the first key, and that key for another one.
    const why = "a byte order mark stands in the middle, as after joining two files";
    throw uneditable({ path, text }, inner + 1, { why, remedy: "Delete it." });
  }
  // `failsafe` leaves every scalar the text that it is. Keys are compared in manifest-tree.ts: here
  // it takes a time that is quadratic in their number, 10 s for the 50,000 that fit into 1 MiB.
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error === undefined) return { path, text, documents };
  throw uneditable({ path, text }, error.pos[0], {
    why: `it is not YAML: ${shorten(error.message)}`,
    remedy: /\{\{|<%/.test(text)
      ? "Templates are not edited. Keep the image in a file of values, or leave this file out."
      : "Correct it there.",
  });
}

/** Returns a text that is short enough for a message. */
export function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** Makes the failure for something in a manifest that is not edited safely. */
export function uneditable(
  manifest: Pick<Manifest, "path" | "text">,
  offset: number,
  say: { readonly why: string; readonly remedy: string },
): Failure {
  const place = placeAt(manifest, offset);
  const message = `Cannot edit "${manifest.path}": ${say.why}`;
  return new Failure("bad-manifest", message, say.remedy, { place });
}

/** Returns where an offset is, as editors count. */
function placeAt(manifest: Pick<Manifest, "path" | "text">, offset: number): FullPlace {
  return placesAt(manifest, [offset])[0]!;
}

/** Returns where offsets are that stand in ascending order, in one pass over the text. */
export function placesAt(
  { path, text }: Pick<Manifest, "path" | "text">,
  offsets: readonly number[],
): FullPlace[] {
  let line = 1;
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  let next = text.indexOf("\n");
  return offsets.map((offset) => {
    while (next >= 0 && next < offset) {
      line += 1;
      start = next + 1;
      next = text.indexOf("\n", start);
    }
    return { file: path, line, column: offset - start + 1 };
  });
}
