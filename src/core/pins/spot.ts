/** What is at a place of a text: the node, the document, the stretch. */

import { readDocument } from "../yaml/block.ts";
import { scalarValue } from "../yaml/decode.ts";
import type { YamlError, YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";

/** Where a document is, and why it was not read, if it was not. */
export interface UnreadDocument extends Stretch {
  readonly error?: YamlError | undefined;
}

/** Returns a search for the stretch that an offset is in. */
export function coverage<Held extends Stretch>(
  stretches: readonly Held[],
): (offset: number) => Held | undefined {
  const sorted = [...stretches].sort((a, b) => a.start - b.start);
  return (offset) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    return sorted.slice(Math.max(0, low - 2), low).find(({ end }) => offset < end);
  };
}

/** A node, the key that it is under, and whether it is a key itself. */
export interface Spot {
  readonly node: YamlNode;
  readonly key: string;
  readonly isKey: boolean;
}

/** Returns the document that an offset is in. */
export function documentAt(
  at: number,
  documents: readonly UnreadDocument[],
): UnreadDocument | undefined {
  const document = lastBefore(documents, at, (each) => each);
  return document !== undefined && holds(document, at) ? document : undefined;
}

/** Returns a search for nodes by offset, which reads a document again when one asks about it. */
export function nodeFinder(
  text: string,
  documents: readonly UnreadDocument[],
): (offset: number) => Spot | undefined {
  let read: { document: UnreadDocument | undefined; root: YamlNode | undefined } | undefined;
  return (at) => {
    const document = documentAt(at, documents);
    if (read === undefined || read.document !== document) {
      const isRead = document !== undefined && document.error === undefined;
      const root = isRead ? readDocument(text, document.start, document.end) : undefined;
      read = { document, root };
    }
    return spotAt(at, read.root, text);
  };
}

/** Returns the scalar or alias that an offset is in. */
function spotAt(at: number, root: YamlNode | undefined, text: string): Spot | undefined {
  let node = root;
  let key = "";
  while (node?.kind === "map" || node?.kind === "list") {
    if (node.kind === "list") node = lastBefore(node.items, at, (item) => item);
    else {
      const pair: { key: YamlNode; value: YamlNode } | undefined = lastBefore(
        node.pairs,
        at,
        (each) => each.key,
      );
      if (pair === undefined) return undefined;
      if (holds(pair.key, at)) return { node: pair.key, key, isKey: true };
      key = pair.key.kind === "scalar" ? scalarValue(text, pair.key) : "";
      node = pair.value;
    }
  }
  return node !== undefined && holds(node, at) ? { node, key, isKey: false } : undefined;
}

function holds({ start, end }: Stretch, at: number): boolean {
  return start <= at && at < end;
}

/** Returns the last of the ascending things that begins at or before an offset. */
function lastBefore<Thing>(
  things: readonly Thing[],
  at: number,
  placeOf: (thing: Thing) => Stretch,
): Thing | undefined {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeOf(things[middle]!).start <= at) low = middle + 1;
    else high = middle;
  }
  return things[low - 1];
}
