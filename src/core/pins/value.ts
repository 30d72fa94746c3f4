/** What a scalar says once its alias, quotes, escapes and `${VARIABLE:-default}` are undone. */

import { decodeScalar } from "../yaml/decode.ts";
import type { ScalarNode, YamlNode } from "../yaml/node.ts";
import type { ScalarText, Stretch } from "../yaml/text.ts";
import { scalarOf, type Tree } from "./tree.ts";

/** A text in a manifest. */
export interface Value {
  /** The scalar that it is in: an alias's target. */
  readonly node: ScalarNode;
  /** The scalar or the alias, where the value is used. */
  readonly used: YamlNode;
  readonly text: string;
  /** Returns where a part is, or undefined when it is put together from several places. */
  stretch(from: number, to: number): Stretch | undefined;
  /** Returns where text would be added behind the first so many characters. */
  endOf(length: number): number;
}

/** Returns the value of a node, or undefined when it is a collection. */
export function readValue(used: YamlNode | undefined, tree: Tree): Value | undefined {
  const node = scalarOf(used, tree);
  if (node === undefined || used === undefined) return undefined;
  if (node.style === "plain" && node.start === node.end) return emptyAt(node, used);
  const read = decodeScalar(tree.source, node);
  const pieces = expand(read.value);
  const { stretch, endOf } =
    pieces === undefined ? verbatim(read, node) : expanded(pieces, read, node);
  const text = pieces === undefined ? read.value : pieces.map((piece) => piece.text).join("");
  return { node, used, text, stretch, endOf };
}

function emptyAt(node: ScalarNode, used: YamlNode): Value {
  const place = { start: node.start, end: node.start };
  return { node, used, text: "", stretch: () => place, endOf: () => node.start };
}

type Where = Pick<Value, "stretch" | "endOf">;

function verbatim(read: ScalarText, node: ScalarNode): Where {
  const endOf = (length: number) =>
    length === 0 ? node.start + (node.style === "plain" ? 0 : 1) : read.endOf(length);
  const stretch = (from: number, to: number) =>
    to > from ? read.stretch(from, to) : { start: endOf(from), end: endOf(from) };
  return { stretch, endOf };
}

/** A piece of an expanded text, and where it is in the text as it is written. */
interface Piece {
  readonly text: string;
  readonly at: number;
}

/**
 * Returns a text with its variables replaced by their defaults (compose's `${X:-y}` and `${X-y}`,
 * Flux's `${x:=y}`), in pieces, or undefined when it has none.
 */
function expand(text: string): Piece[] | undefined {
  if (!text.includes("${")) return undefined;
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(/\$\{\w+:?[-=]([^${}]*)\}/g)) {
    const [whole, given = ""] = found;
    const from = found.index + whole.length - 1 - given.length;
    pieces.push({ text: text.slice(at, found.index), at }, { text: given, at: from });
    at = found.index + whole.length;
  }
  if (at === 0) return undefined;
  pieces.push({ text: text.slice(at), at });
  return pieces.filter((piece) => piece.text !== "");
}

function expanded(pieces: readonly Piece[], read: ScalarText, node: ScalarNode): Where {
  const plain = verbatim(read, node);
  const stretch = (from: number, to: number) => {
    let start = 0;
    for (const { text, at } of pieces) {
      const isInside = from >= start && to <= start + text.length;
      if (isInside) return plain.stretch(at + from - start, at + to - start);
      start += text.length;
    }
    return undefined;
  };
  return { stretch, endOf: (length) => stretch(length - 1, length)?.end ?? node.end };
}
