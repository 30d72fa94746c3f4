/**
 * Reads documents the way go-yaml does, which kubectl, kustomize, Helm and Argo CD read with. It is
 * less strict than the YAML of 1.2: quotes may be continued at any indent, flow collections, too.
 */

import { Cursor, char, isBlank } from "./cursor.ts";
import { enter, nothingAt, readInline, readProperties, withProperties } from "./flow.ts";
import { type ListNode, type MapNode, YamlError, type YamlNode } from "./node.ts";
import { readBlock } from "./scalar.ts";

/**
 * Reads the one node of a document, or undefined when it has none.
 *
 * @throws YamlError where go-yaml would stop, too.
 */
export function readDocument(text: string, start: number, end: number): YamlNode | undefined {
  const c = new Cursor(text, start, end);
  c.toToken();
  if (c.code() < 0) return undefined;
  const root = readNode(c, -1);
  c.toToken();
  if (c.code() >= 0) throw new YamlError(c.at, "text that belongs to nothing before it");
  return root;
}

/** Reads a node whose column is greater than `indent`. */
function readNode(c: Cursor, indent: number): YamlNode {
  refuseTabs(c);
  if (isSign(c, char.dash)) return readList(c, c.column());
  if (isSign(c, char.question)) return readMap(c, c.column(), undefined);
  const { lineStart } = c;
  const column = c.column();
  const properties = readProperties(c);
  if (properties !== undefined) {
    const broke = c.toToken();
    if (broke || c.code() < 0)
      return withProperties(readBelow(c, indent, properties.end), properties);
  }
  const node = withProperties(readOneLine(c, indent), properties);
  if (c.lineStart !== lineStart || !atValue(c)) return node;
  return readMap(c, column, node);
}

/** Reads what is under a key or after a sign that ended its line, perhaps nothing. */
function readBelow(c: Cursor, indent: number, behind: number): YamlNode {
  if (c.code() >= 0 && c.column() > indent) return readNode(c, indent);
  return nothingAt(behind);
}

/** Reads what begins on this line and is not a block collection. */
function readOneLine(c: Cursor, indent: number): YamlNode {
  if (c.code() === char.bar || c.code() === char.greater) return readBlock(c, indent);
  return readInline(c, indent, "block");
}

/** Returns whether a sign is here, and is one because a blank follows. */
function isSign(c: Cursor, sign: number): boolean {
  return c.code() === sign && c.blankFollows();
}

/** Steps over blanks to the colon behind a key, if there is one. */
function atValue(c: Cursor): boolean {
  const { at } = c;
  c.blanks();
  if (isSign(c, char.colon)) return true;
  c.at = at;
  return false;
}

function refuseTabs(c: Cursor): void {
  for (let at = c.lineStart; at < c.at; at += 1) {
    const code = c.text.charCodeAt(at);
    if (code === char.tab) throw new YamlError(at, "a tab where spaces should indent");
    if (!isBlank(code)) return;
  }
}

/** Returns whether nothing but blanks is before this place on its line. */
function isFirst(c: Cursor): boolean {
  for (let at = c.lineStart; at < c.at; at += 1) if (!isBlank(c.text.charCodeAt(at))) return false;
  return true;
}

/** Steps to the next entry of a collection at a column, or returns false at its end. */
function nextEntry(c: Cursor, column: number): boolean {
  c.toToken();
  if (c.code() < 0) return false;
  if (!isFirst(c)) throw new YamlError(c.at, "text behind a value, on the same line");
  refuseTabs(c);
  if (c.column() > column) throw new YamlError(c.at, "a line that is indented too far");
  return c.column() === column;
}

function readList(c: Cursor, column: number): ListNode {
  enter(c);
  const { at: start } = c;
  const items: YamlNode[] = [];
  do {
    items.push(readItem(c, column));
  } while (nextEntry(c, column) && isSign(c, char.dash));
  c.depth -= 1;
  return { kind: "list", items, start, end: items.at(-1)!.end };
}

/** Reads a mapping at a column, of which the first key may have been read. */
function readMap(c: Cursor, column: number, first: YamlNode | undefined): MapNode {
  enter(c);
  const start = first?.start ?? c.at;
  const pairs: { key: YamlNode; value: YamlNode }[] = [];
  let key = first;
  do {
    // Only behind a key that was announced by `?` may a block collection begin on the same line.
    const isExplicit = key === undefined && isSign(c, char.question);
    key ??= isExplicit ? readExplicitKey(c, column) : readKey(c);
    pairs.push({ key, value: isExplicit ? readItem(c, column) : readValue(c, column) });
    key = undefined;
  } while (nextEntry(c, column) && !isSign(c, char.dash));
  c.depth -= 1;
  return { kind: "map", pairs, start, end: pairs.at(-1)!.value.end };
}

function readKey(c: Cursor): YamlNode {
  const { lineStart, at } = c;
  const properties = readProperties(c);
  // A key is on one line, so nothing of it is deeper than anything.
  const key = withProperties(readOneLine(c, Number.MAX_SAFE_INTEGER), properties);
  if (c.lineStart === lineStart && atValue(c)) return key;
  throw new YamlError(at, "a line without a colon, where a key should be");
}

/** Reads what follows `-`, `?`, or the `:` of a `?`: any node, on this line or deeper. */
function readItem(c: Cursor, column: number): YamlNode {
  c.at += 1;
  const behind = c.at;
  const broke = c.toToken();
  return broke || c.code() < 0 ? readBelow(c, column, behind) : readNode(c, column);
}

function readExplicitKey(c: Cursor, column: number): YamlNode {
  const key = readItem(c, column);
  c.toToken();
  if (c.column() === column && isSign(c, char.colon)) return key;
  throw new YamlError(c.at, "a key that has no value");
}

/** Reads the value behind a colon. */
function readValue(c: Cursor, column: number): YamlNode {
  c.at += 1;
  const behind = c.at;
  if (c.toToken() || c.code() < 0) return readLowerValue(c, column, behind);
  const properties = readProperties(c);
  if (properties === undefined) return readOneLine(c, column);
  if (c.toToken() || c.code() < 0) {
    return withProperties(readLowerValue(c, column, properties.end), properties);
  }
  return withProperties(readOneLine(c, column), properties);
}

/** Reads a value on a later line. The entries of a list may be right under their key. */
function readLowerValue(c: Cursor, column: number, behind: number): YamlNode {
  if (c.code() >= 0 && c.column() === column && isSign(c, char.dash)) {
    refuseTabs(c);
    return readList(c, column);
  }
  return readBelow(c, column, behind);
}
