/** The proof of an edit: what was written is read again, and differs in the moved pins only. */

import { type Document, isAlias, isCollection, isPair, isScalar, parseDocument } from "yaml";
import { Failure } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { readDocument } from "../yaml/block.ts";
import { type DocumentRange, splitDocuments } from "../yaml/documents.ts";
import type { YamlNode } from "../yaml/node.ts";
import { type Manifest, shorten } from "./manifest.ts";
import { pinsIn } from "./manifest-pins.ts";
import { type Pin, type PinMove, printPinned, startOfPin } from "./pin.ts";
import { nodesOf } from "./tree.ts";

/** A stretch of a text, and what is written there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What was meant to be done, and how. The edits are in ascending order. */
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

/** The `yaml` package reads at most this much of a file. Ours proves the rest by itself. */
const packageMax = 1024 * 1024;

/** In one document the package takes seconds for more than this. */
const documentMax = 128 * 1024;

/**
 * Throws Failure `internal` unless the edit did what the moves say: the nodes are the same, of
 * which only the moved pins' scalars are written differently, and every pin holds what it should.
 * Two readers must agree, ours and the `yaml` package, wherever the package can read the document.
 */
export function proveOnlyPinsMoved(before: Manifest, edited: string, change: Change): void {
  const now = splitDocuments(edited);
  const old = splitDocuments(before.text);
  if (old.length !== now.length) throw unproven(before, "its structure changed");
  const edits = queueOf(change.edits, ({ start }) => start);
  const moves = queueOf(
    [...change.moves].sort((a, b) => startOfPin(a.pin) - startOfPin(b.pin)),
    ({ pin }) => startOfPin(pin),
  );
  let packageLeft = packageMax;
  for (const [at, range] of old.entries()) {
    const [ownEdits, ownMoves] = [edits(range.end), moves(range.end)];
    if (ownEdits.length === 0) continue;
    const size = range.end - range.start;
    const asksPackage = size <= Math.min(packageLeft, documentMax);
    const rangeAfter = now[at]!;
    const step = { range, rangeAfter, edits: ownEdits, moves: ownMoves, asksPackage };
    proveDocument(before, edited, step);
    packageLeft -= size;
  }
}

/** Returns a function that gives what comes next of a list, up to and with an offset. */
function queueOf<Item>(items: readonly Item[], startOf: (item: Item) => number) {
  let next = 0;
  return (end: number): readonly Item[] => {
    const first = next;
    while (next < items.length && startOf(items[next]!) <= end) next += 1;
    return items.slice(first, next);
  };
}

/** One document, before and after. */
interface Step extends Change {
  readonly range: DocumentRange;
  readonly rangeAfter: DocumentRange;
  readonly asksPackage: boolean;
}

function proveDocument(before: Manifest, edited: string, step: Step): void {
  const { range, rangeAfter, edits, asksPackage } = step;
  for (const outline of asksPackage ? [ourOutline, packageOutline] : [ourOutline]) {
    const nodes = outline(before.text, range);
    if (nodes !== undefined) compare(before, nodes, { after: outline(edited, rangeAfter), edits });
  }
  comparePins(before, edited, step);
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

/** A collection is identified by its nodes; a scalar by its own range. */
function writtenBy(node: YamlNode, text: string): Written {
  const { start, end } = node;
  const properties = `${node.anchor ?? ""} ${node.tag ?? ""}`;
  if (node.kind === "alias") return { text: `*${node.name}`, start, end };
  if (node.kind !== "scalar") return { text: `${properties}${node.kind}`, start: -1, end: -1 };
  return { text: `${properties} ${text.slice(start, end)}`, start, end };
}

function packageOutline(text: string, { start, end }: DocumentRange): Written[] | undefined {
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

function comparePins(manifest: Manifest, edited: string, step: Step): void {
  const { range, rangeAfter, moves } = step;
  const byName = new Map(moves.map(({ pin }) => [printImageName(pin.image), pin.image]));
  const images = [...byName.values()];
  const moveAt = new Map(moves.map((move) => [startOfPin(move.pin) - range.start, move]));
  const part = { ...manifest, text: manifest.text.slice(range.start, range.end) };
  const isFound = (pins: readonly Pin[]) => {
    const starts = new Set(pins.map(startOfPin));
    return [...moveAt.keys()].every((start) => starts.has(start));
  };
  // What only the settings call a pin is found again by its own path.
  const plain = pinsIn(part, images, []);
  const fields = isFound(plain) ? [] : moves.map(({ pin }) => pin.keyPath.replace(/\[\d+\]/g, ""));
  const standing = fields.length === 0 ? plain : pinsIn(part, images, fields);
  if (!isFound(standing)) throw unproven(manifest, "the pins are not where they were found");
  const expected = standing.map((pin) => expectedOf(pin, moveAt.get(startOfPin(pin))));
  const after = { ...manifest, text: edited.slice(rangeAfter.start, rangeAfter.end) };
  const found = pinsIn(after, images, fields).map((pin) => `${pin.keyPath} ${printPinned(pin)}`);
  if (expected.join("\n") !== found.join("\n")) throw unproven(manifest, "a pin reads otherwise");
}

function expectedOf(pin: Pin, move: PinMove | undefined): string {
  const tag = move && pin.slots.tag ? move.tag : pin.tag;
  const digest = move && pin.slots.digest ? move.digest : pin.digest;
  return `${pin.keyPath} ${printPinned({ tag, digest })}`;
}

function unproven({ path }: Manifest, why: string): Failure {
  return new Failure(
    "internal",
    `Cannot edit "${path}": after the edit ${why}`,
    "Nothing was written. This is a bug of landfall: please report it with the file.",
    { place: { file: path } },
  );
}
