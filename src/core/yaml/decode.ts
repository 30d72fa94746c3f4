/** What a scalar says: quotes, escapes and folded lines undone. */

import { isBlank, isBreak } from "./cursor.ts";
import type { ScalarNode } from "./node.ts";
import { ScalarText } from "./text.ts";

/** Returns the value of a scalar of a source, piece by piece with where it is. */
export function decodeScalar(source: string, node: ScalarNode): ScalarText {
  const text = new ScalarText();
  if (node.style === "literal" || node.style === "folded") decodeLines(source, node, text);
  else if (node.style === "plain") decodeFlow(source, node, text);
  else decodeFlow(source, { ...node, start: node.start + 1, end: node.end - 1 }, text);
  return text;
}

const special = {
  plain: /[\n\r\u0085\u2028\u2029]/,
  single: /[\n\r\u0085\u2028\u2029']/,
  double: /[\n\r\u0085\u2028\u2029\\]/,
} as const;

/** Returns what a scalar says, and not where. Most are there as they are. */
export function scalarValue(source: string, node: ScalarNode): string {
  const { style, start, end } = node;
  if (style !== "literal" && style !== "folded") {
    const inset = style === "plain" ? 0 : 1;
    const text = source.slice(start + inset, end - inset);
    if (!special[style].test(text)) return text;
  }
  return decodeScalar(source, node).value;
}

/** Plain text and text in quotes: line ends and the blanks around them are folded. */
function decodeFlow(source: string, { start, end, style }: ScalarNode, text: ScalarText): void {
  const special = style === "double" ? "\\" : style === "single" ? "'" : undefined;
  let at = start;
  while (at < end) {
    const from = at;
    while (at < end && source[at] !== special && !isBreak(source.charCodeAt(at))) at += 1;
    const isFold = at < end && source[at] !== special;
    const to = isFold ? withoutBlanks(source, from, at) : at;
    text.add(source.slice(from, to), from, to);
    if (at >= end) return;
    if (isFold) at = fold(source, { start: to, end }, text);
    else if (style === "single") {
      text.add("'", at, at + 2);
      at += 2;
    } else at = readEscape(source, { start: at, end }, text);
  }
}

function withoutBlanks(source: string, from: number, to: number): number {
  let end = to;
  while (end > from && isBlank(source.charCodeAt(end - 1))) end -= 1;
  return end;
}

interface Rest {
  readonly start: number;
  readonly end: number;
}

/** One line end is a space, and each further one a line end. Returns where the text goes on. */
function fold(source: string, rest: Rest, text: ScalarText): number {
  const { next, breaks } = skipLines(source, rest);
  text.add(breaks > 1 ? "\n".repeat(breaks - 1) : " ", rest.start, next);
  return next;
}

function skipLines(source: string, { start, end }: Rest): { next: number; breaks: number } {
  let at = start;
  let breaks = 0;
  for (; at < end; at += 1) {
    const code = source.charCodeAt(at);
    if (isBreak(code)) breaks += source.startsWith("\r\n", at) ? 0 : 1;
    else if (!isBlank(code)) break;
  }
  return { next: at, breaks };
}

const named: Readonly<Record<string, string>> = {
  ...{ "0": "\0", a: "\x07", b: "\b", t: "\t", "\t": "\t", n: "\n", v: "\v", f: "\f", r: "\r" },
  ...{ e: "\x1b", N: "\x85", _: "\xa0", L: "\u2028", P: "\u2029" },
};

/** Undoes one escape. Returns where the text goes on. */
function readEscape(source: string, { start, end }: Rest, text: ScalarText): number {
  const letter = source[start + 1] ?? "";
  if (isBreak(letter.charCodeAt(0))) {
    const { next, breaks } = skipLines(source, { start: start + 1, end });
    text.add("\n".repeat(breaks - 1), start, next);
    return next;
  }
  const digits = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
  const next = start + 2 + digits;
  if (digits === 0) text.add(named[letter] ?? letter, start, next);
  else {
    const code = Number.parseInt(source.slice(start + 2, next), 16);
    text.add(code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD", start, next);
  }
  return next;
}

/** The lines of `|` and `>`, without their indent. */
function decodeLines(source: string, node: ScalarNode, text: ScalarText): void {
  let empty = 0;
  let before: { readonly isLoose: boolean; readonly end: number } | undefined;
  for (const { start, end, isEmpty } of linesOf(source, node)) {
    if (isEmpty) empty += 1;
    else {
      const isLoose = isBlank(source.charCodeAt(start));
      const folds = node.style === "folded" && before && !isLoose && !before.isLoose;
      const breaks = before && !folds ? empty + 1 : empty;
      text.add(folds && empty === 0 ? " " : "\n".repeat(breaks), before?.end ?? node.start, start);
      text.add(source.slice(start, end), start, end);
      before = { isLoose, end };
      empty = 0;
    }
  }
  // A last line that does not end has no line end to keep.
  const ended = before && before.end < node.end ? 1 : 0;
  const header = /^[|>][-+1-9]*/.exec(source.slice(node.start, node.start + 8))![0];
  const kept = header.includes("-") ? 0 : header.includes("+") ? empty + ended : ended;
  text.add("\n".repeat(kept), before?.end ?? node.start, node.end);
}

function* linesOf(source: string, { start, end, indent }: ScalarNode) {
  let at = start;
  while (at < end && !isBreak(source.charCodeAt(at))) at += 1;
  while (at < end) {
    at += source.startsWith("\r\n", at) ? 2 : 1;
    const line = at;
    while (at < end && !isBreak(source.charCodeAt(at))) at += 1;
    // What follows the last break is not a line.
    if (line === end) return;
    const from = Math.min(line + indent, at);
    yield { start: from, end: at, isEmpty: from === at };
  }
}
