/** Reads collections in brackets and braces, and what may be on one line: JSON among others. */

import { type Cursor, char, isBlank, isBreak } from "./cursor.ts";
import {
  type AliasNode,
  type ListNode,
  type MapNode,
  type ScalarNode,
  YamlError,
  type YamlNode,
} from "./node.ts";
import { depthMax } from "./parse.ts";
import { type Context, isFlowIndicator, readPlain, readQuoted } from "./scalar.ts";

/** Counts a collection that opens. */
export function enter(c: Cursor): void {
  c.depth += 1;
  if (c.depth > depthMax) throw new YamlError(c.at, "it nests too deep");
}

/** Returns a scalar with nothing in it. */
export function nothingAt(offset: number): ScalarNode {
  return { kind: "scalar", style: "plain", start: offset, end: offset, indent: 0 };
}

/** Reads a node that is not a block: text, an alias, or a flow collection. */
export function readInline(c: Cursor, indent: number, context: Context): YamlNode {
  const code = c.code();
  if (code === char.leftBracket) return readFlowList(c);
  if (code === char.leftBrace) return readFlowMap(c);
  if (code === char.doubleQuote || code === char.singleQuote) return readQuoted(c);
  if (code === char.asterisk) return readAlias(c);
  if (!beginsPlain(c, context)) {
    throw new YamlError(c.at, `"${c.text.slice(c.at, c.at + 1)}" where a value should be`);
  }
  return readPlain(c, indent, context);
}

/** The signs that no text without quotes begins with. */
const reserved = new Set([...",[]{}#&*!|>'\"%@`\t"].map((sign) => sign.charCodeAt(0)));

function beginsPlain(c: Cursor, context: Context): boolean {
  const code = c.code();
  if (code === char.dash || code === char.question || code === char.colon) {
    return !c.blankFollows() && !(context === "flow" && isFlowIndicator(c.code(1)));
  }
  return code >= 0 && !reserved.has(code);
}

function readAlias(c: Cursor): AliasNode {
  const start = c.at;
  const name = readWord(c);
  return { kind: "alias", name, start, end: c.at };
}

/** Reads the word behind `&`, `*` or `!`. */
function readWord(c: Cursor): string {
  c.at += 1;
  const start = c.at;
  for (; c.at < c.end; c.at += 1) {
    const code = c.code();
    if (isBlank(code) || isBreak(code) || isFlowIndicator(code)) break;
    if (code === char.colon && c.blankFollows()) break;
  }
  return c.text.slice(start, c.at);
}

/** What is before a node. */
export interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
  /** Where the first of them begins. */
  readonly start: number;
  readonly end: number;
}

/** Reads anchors and tags, if any are here. What follows may be on a later line. */
export function readProperties(c: Cursor): Properties | undefined {
  let anchor: string | undefined;
  let tag: string | undefined;
  const start = c.at;
  for (;;) {
    if (c.code() === char.ampersand) anchor = readWord(c);
    else if (c.code() === char.exclamation) tag = `!${readWord(c)}`;
    else break;
    const end = c.at;
    c.blanks();
    if (c.code() !== char.ampersand && c.code() !== char.exclamation) {
      return { anchor, tag, start, end };
    }
  }
  return undefined;
}

/** Gives a node its properties. */
export function withProperties(node: YamlNode, given: Properties | undefined): YamlNode {
  if (given?.anchor !== undefined) node.anchor = given.anchor;
  if (given?.tag !== undefined) node.tag = given.tag;
  return node;
}

function readFlowList(c: Cursor): ListNode {
  const start = open(c);
  const items: YamlNode[] = [];
  while (!closes(c, char.rightBracket, start)) {
    const { key, value } = readEntry(c);
    // `[a: b]` is a list of one mapping.
    if (value === undefined) items.push(key);
    else items.push({ kind: "map", pairs: [{ key, value }], start: key.start, end: value.end });
    separate(c, char.rightBracket);
  }
  return { kind: "list", items, start, end: c.at };
}

function readFlowMap(c: Cursor): MapNode {
  const start = open(c);
  const pairs: { key: YamlNode; value: YamlNode }[] = [];
  while (!closes(c, char.rightBrace, start)) {
    const { key, value } = readEntry(c);
    pairs.push({ key, value: value ?? nothingAt(key.end) });
    separate(c, char.rightBrace);
  }
  return { kind: "map", pairs, start, end: c.at };
}

function open(c: Cursor): number {
  enter(c);
  c.at += 1;
  return c.at - 1;
}

function closes(c: Cursor, sign: number, start: number): boolean {
  c.toToken();
  if (c.code() < 0) throw new YamlError(start, "the bracket that opens here is not closed");
  if (c.code() !== sign) return false;
  c.at += 1;
  c.depth -= 1;
  return true;
}

function separate(c: Cursor, close: number): void {
  c.toToken();
  if (c.code() === char.comma) c.at += 1;
  else if (c.code() !== close && c.code() >= 0) throw new YamlError(c.at, "a comma is missing");
}

function readEntry(c: Cursor): { key: YamlNode; value: YamlNode | undefined } {
  if (c.code() === char.question && c.blankFollows()) {
    c.at += 1;
    c.toToken();
  }
  const { lineStart } = c;
  const key = readFlowNode(c);
  c.toToken();
  if (c.code() !== char.colon) return { key, value: undefined };
  // As in JSON with comments, whose `//` would be the beginning of the next line's key.
  if (c.lineStart !== lineStart) throw new YamlError(key.start, "a key over several lines");
  c.at += 1;
  const behind = c.at;
  c.toToken();
  const isEmpty = c.code() === char.comma || isClose(c.code());
  return { key, value: isEmpty ? nothingAt(behind) : readFlowNode(c) };
}

function readFlowNode(c: Cursor): YamlNode {
  const properties = readProperties(c);
  if (properties === undefined) {
    // An empty key.
    if (c.code() === char.colon && c.blankFollows()) return nothingAt(c.at);
    return readInline(c, -1, "flow");
  }
  c.toToken();
  const code = c.code();
  const isEmpty = code === char.comma || code === char.colon || isClose(code);
  const node = isEmpty ? nothingAt(properties.end) : readInline(c, -1, "flow");
  return withProperties(node, properties);
}

function isClose(code: number): boolean {
  return code === char.rightBracket || code === char.rightBrace;
}
