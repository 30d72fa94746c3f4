/** Reads scalars as far as where they end. What they say is another question: `text.ts`. */

import { type Cursor, char, isBlank, isBreak } from "./cursor.ts";
import { type ScalarNode, YamlError } from "./node.ts";

/** Whether commas and brackets end a plain scalar, or only the layout does. */
export type Context = "block" | "flow";

const escapes = new Set([...`0abt\tnvfre "'/\\N_LPxuU`].map((letter) => letter.charCodeAt(0)));

/** Reads text in quotes, over as many lines as it has, however they are indented. */
export function readQuoted(c: Cursor): ScalarNode {
  const start = c.at;
  const quote = c.code();
  c.at += 1;
  for (;;) {
    const code = c.code();
    if (code < 0) throw new YamlError(start, "the quote that opens here is not closed");
    if (code === quote) {
      c.at += 1;
      if (quote === char.doubleQuote || c.code() !== quote) break;
      c.at += 1;
    } else if (code === char.backslash && quote === char.doubleQuote) readEscape(c);
    else if (isBreak(code)) c.newLine();
    else c.at += 1;
  }
  const style = quote === char.doubleQuote ? "double" : "single";
  return { kind: "scalar", style, start, end: c.at, indent: 0 };
}

function readEscape(c: Cursor): void {
  c.at += 1;
  if (isBreak(c.code())) c.newLine();
  else if (escapes.has(c.code())) c.at += 1;
  else if (c.code() >= 0) throw new YamlError(c.at - 1, "an escape that YAML does not know");
}

/** Reads text without quotes. In a block its further lines are deeper than `indent`. */
export function readPlain(c: Cursor, indent: number, context: Context): ScalarNode {
  const start = c.at;
  readPlainLine(c, context);
  for (;;) {
    const { at, lineStart } = c;
    if (!continues(c, indent, context)) {
      c.at = at;
      c.lineStart = lineStart;
      return { kind: "scalar", style: "plain", start, end: at, indent: 0 };
    }
    readPlainLine(c, context);
  }
}

function readPlainLine(c: Cursor, context: Context): void {
  let last = c.at;
  for (; c.at < c.end; c.at += 1) {
    const code = c.code();
    if (isBlank(code)) continue;
    if (isBreak(code) || endsPlain(c, code, context)) break;
    if (code === char.hash && last < c.at) break;
    last = c.at + 1;
  }
  c.at = last;
}

function endsPlain(c: Cursor, code: number, context: Context): boolean {
  if (code === char.colon) {
    return c.blankFollows() || (context === "flow" && isFlowIndicator(c.code(1)));
  }
  return context === "flow" && isFlowIndicator(code);
}

/** Steps to the next line of a plain scalar, if there is one. */
function continues(c: Cursor, indent: number, context: Context): boolean {
  c.blanks();
  if (!isBreak(c.code())) return false;
  while (isBreak(c.code())) {
    c.newLine();
    c.blanks();
  }
  const code = c.code();
  if (code < 0 || code === char.hash || endsPlain(c, code, context)) return false;
  return context === "flow" || c.column() > indent;
}

/** Returns whether a code is one of `,[]{}`. */
export function isFlowIndicator(code: number): boolean {
  return (
    code === char.comma ||
    code === char.leftBracket ||
    code === char.rightBracket ||
    code === char.leftBrace ||
    code === char.rightBrace
  );
}

/** Reads `|` or `>` and the lines under it that are deeper than `indent`. */
export function readBlock(c: Cursor, indent: number): ScalarNode {
  const start = c.at;
  const style = c.code() === char.bar ? "literal" : "folded";
  c.at += 1;
  let own = 0;
  for (let sign = c.text[c.at] ?? ""; /^[-+1-9]$/.test(sign); sign = c.text[c.at] ?? "") {
    if (sign !== "-" && sign !== "+") own = Number(sign);
    c.at += 1;
  }
  c.blanks();
  if (c.code() === char.hash) c.restOfLine();
  if (c.code() >= 0 && !isBreak(c.code())) {
    throw new YamlError(c.at, "text behind the sign of a block of text");
  }
  const found = own === 0 ? 0 : Math.max(indent, 0) + own;
  return { kind: "scalar", style, start, ...readBlockLines(c, indent, found) };
}

function readBlockLines(c: Cursor, indent: number, found: number): { end: number; indent: number } {
  let inner = found;
  for (;;) {
    if (c.code() < 0) return { end: c.at, indent: inner };
    c.newLine();
    while (c.code() === char.space) c.at += 1;
    const column = c.column();
    if (c.code() < 0) continue;
    if (isBreak(c.code())) continue;
    if (inner === 0) inner = Math.max(column, indent + 1, 1);
    if (column < inner) {
      c.at = c.lineStart;
      return { end: c.at, indent: inner };
    }
    c.restOfLine();
  }
}
