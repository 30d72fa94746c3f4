/** Where the documents of a stream begin and end. Nothing is read for it but the line starts. */

import { char, isBlank, isBreak } from "./cursor.ts";

/** One document's stretch of the text, without its markers and directives. */
export interface DocumentRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the documents of a stream. `---` and `...` at the start of a line end a document whatever
 * was open, in go-yaml and in what splits files before it, kubectl and kustomize.
 */
export function splitDocuments(text: string): DocumentRange[] {
  const found: DocumentRange[] = [];
  let start = 0;
  for (let line = 0; line >= 0 && line < text.length; line = nextLine(text, line)) {
    const at = text.charCodeAt(line) === char.byteOrderMark ? line + 1 : line;
    if (!isMarker(text, at)) continue;
    push(text, start, line, found);
    start = at + 3;
  }
  push(text, start, text.length, found);
  return found;
}

function push(text: string, start: number, end: number, found: DocumentRange[]): void {
  let from = start;
  // Directives, `%YAML 1.2`, are on lines of their own before a document.
  while (text.charCodeAt(skipBreaks(text, from, end)) === 0x25) {
    const next = nextLine(text, skipBreaks(text, from, end));
    from = next < 0 || next > end ? end : next;
  }
  if (from < end) found.push({ start: from, end });
}

function skipBreaks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBreak(text.charCodeAt(at))) at += 1;
  return at < end ? at : text.length;
}

function nextLine(text: string, from: number): number {
  const feed = text.indexOf("\n", from);
  const end = feed < 0 ? text.length : feed;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    // A lone carriage return ends a line, too.
    if (isBreak(code)) return code === char.carriageReturn && at + 1 === feed ? feed + 1 : at + 1;
  }
  return feed < 0 ? -1 : feed + 1;
}

function isMarker(text: string, at: number): boolean {
  const sign = text.charCodeAt(at);
  if (sign !== char.dash && sign !== 0x2e) return false;
  if (text.charCodeAt(at + 1) !== sign || text.charCodeAt(at + 2) !== sign) return false;
  const next = text.charCodeAt(at + 3);
  return Number.isNaN(next) || isBlank(next) || isBreak(next);
}
