/** The proof of an edit: what was written is read again, and differs in the moved pins only. */

import { type Document, isAlias, isCollection, isPair, isScalar, parseDocument } from "yaml";
import { Failure } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { readDocument } from "../yaml/block.ts";
import { type DocumentRange, splitDocuments } from "../yaml/documents.ts";
import type { YamlNode } from "../yaml/node.ts";
import { pinsIn } from "./find.ts";
import { type Manifest, shorten } from "./manifest.ts";
import { type Pin, type PinMove, printPinned, startOfPin } from "./pin.ts";
import { nodesOf } from "./tree.ts";

/** A stretch of a text, and what is written there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What was meant to be done, and how. The edits stand in ascending order. */
export interface Change {
  readonly moves: readonly PinMove[];
  readonly edits: readonly Edit[];
}

/** A node as it is written, and the stretch that it covers. */
interface Written {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The `yaml` package takes seconds for more than this. Our own reader proves it by itself then. */
const packageMax = 128 * 1024;

/**
 * Throws Failure `internal` unless the edit did what the moves say: the nodes are the same, of
 * which only the moved pins' scalars are written differently, and every pin holds what it should.
 * Two readers must agree, ours and the `yaml` package, wherever the package can read the document.
 */
export function proveOnlyPinsMoved(before: Manifest, edited: string, change: Change): void {
  const after = { ...before, text: edited };
  const old = splitDocuments(before.text);
  const now = splitDocuments(edited);
  if (old.length !== now.length) throw unproven(before, "its structure changed");
  let next = 0;
  for (const [at, range] of old.entries()) {
    const first = next;
    while ((change.edits[next]?.start ?? Number.POSITIVE_INFINITY) <= range.end) next += 1;
    if (next === first) continue;
    const edits = change.edits.slice(first, next);
    for (const outline of [ourOutline, packageOutline]) {
      const nodes = outline(before.text, range);
      if (nodes !== undefined) compare(before, nodes, { after: outline(edited, now[at]!), edits });
    }
  }
  comparePins(before, after, change.moves);
}

function compare(
  manifest: Manifest,
  nodes: readonly Written[],
  { after, edits }: { after: readonly Written[] | undefined; edits: readonly Edit[] },
): void {
  if (after === undefined) throw unproven(manifest, "it cannot be read");
  if (nodes.length !== after.length) throw unproven(manifest, "its structure changed");
  for (const [at, { text, start, end }] of nodes.entries()) {
    if (text === after[at]!.text) continue;
    const now = after[at]!.text.trim();
    const isMoved = edits.some((edit) =>
      // What was empty is filled behind its colon, where each reader has its own idea of a place.
      start === end ? edit.text.trim() === now : edit.start <= end && edit.end >= start,
    );
    if (!isMoved) throw unproven(manifest, `${shorten(text)} changed`);
  }
}

function ourOutline(text: string, { start, end }: DocumentRange): Written[] | undefined {
  try {
    const root = readDocument(text, start, end);
    return root === undefined ? [] : [...nodesOf(root)].map((node) => writtenBy(node, text));
  } catch {
    return undefined;
  }
}

/** A collection is told by its nodes; the stretch of a scalar is its own. */
function writtenBy(node: YamlNode, text: string): Written {
  const { start, end } = node;
  const properties = `${node.anchor ?? ""} ${node.tag ?? ""}`;
  if (node.kind === "alias") return { text: `*${node.name}`, start, end };
  if (node.kind !== "scalar") return { text: `${properties}${node.kind}`, start: -1, end: -1 };
  return { text: `${properties} ${text.slice(start, end)}`, start, end };
}

function packageOutline(text: string, { start, end }: DocumentRange): Written[] | undefined {
  if (end - start > packageMax) return undefined;
  const options = { schema: "failsafe", uniqueKeys: false, prettyErrors: false } as const;
  const source = text.slice(start, end).replace(/^[ \t]*\r?\n/, "");
  const document = parseDocument(source, { ...options, logLevel: "silent" });
  if (document.errors.length > 0) return undefined;
  const shift = end - source.length;
  return outlineOf(document, source).map((node) => {
    return node.start < 0 ? node : { ...node, start: node.start + shift, end: node.end + shift };
  });
}

function outlineOf(document: Document.Parsed, source: string): Written[] {
  const found: Written[] = [];
  const waiting: unknown[] = [document.contents];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (isPair(node)) waiting.push(node.value, node.key);
    else if (isAlias(node)) found.push({ text: `*${node.source}`, start: -1, end: -1 });
    else if (isCollection(node)) {
      found.push({ text: `${node.anchor ?? ""} ${node.tag ?? ""}`, start: -1, end: -1 });
      for (const item of (node.items as unknown[]).toReversed()) waiting.push(item);
    } else if (isScalar(node)) {
      const [start = 0, end = 0] = node.range ?? [];
      const text = `${node.anchor ?? ""} ${node.tag ?? ""} ${source.slice(start, end)}`;
      found.push({ text, start, end });
    }
  }
  return found;
}

function comparePins(before: Manifest, after: Manifest, moves: readonly PinMove[]): void {
  const byName = new Map(moves.map(({ pin }) => [printImageName(pin.image), pin.image]));
  const images = [...byName.values()];
  const moveAt = new Map(moves.map((move) => [startOfPin(move.pin), move]));
  const standing = pinsIn(before, images);
  const starts = new Set(standing.map(startOfPin));
  if (moves.some(({ pin }) => !starts.has(startOfPin(pin)))) {
    throw unproven(before, "the pins are not where they were found");
  }
  const expected = standing.map((pin) => expectedOf(pin, moveAt.get(startOfPin(pin))));
  const found = pinsIn(after, images).map((pin) => `${pin.keyPath} ${printPinned(pin)}`);
  if (expected.join("\n") !== found.join("\n")) throw unproven(before, "a pin reads otherwise");
}

function expectedOf(pin: Pin, move: PinMove | undefined): string {
  const tag = move && pin.slots.tag ? move.tag : pin.tag;
  const digest = move && pin.slots.digest ? move.digest : pin.digest;
  return `${pin.keyPath} ${printPinned({ ...pin, tag, digest })}`;
}

function unproven({ path }: Manifest, why: string): Failure {
  return new Failure(
    "internal",
    `Cannot edit "${path}": after the edit ${why}`,
    "Nothing was written. This is a bug of landfall: please report it with the file.",
    { place: { file: path } },
  );
}
