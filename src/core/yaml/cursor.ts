/** A place in a text that moves on, and knows its line. */

/** The characters that mean something, by their codes. */
export const char = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  exclamation: 0x21,
  doubleQuote: 0x22,
  hash: 0x23,
  ampersand: 0x26,
  singleQuote: 0x27,
  asterisk: 0x2a,
  comma: 0x2c,
  dash: 0x2d,
  colon: 0x3a,
  greater: 0x3e,
  question: 0x3f,
  leftBracket: 0x5b,
  backslash: 0x5c,
  rightBracket: 0x5d,
  leftBrace: 0x7b,
  bar: 0x7c,
  rightBrace: 0x7d,
  byteOrderMark: 0xfeff,
} as const;

/** Returns whether a code ends a line. YAML 1.1, and go-yaml with it, knows five of them. */
export function isBreak(code: number): boolean {
  if (code > char.carriageReturn && code < 0x85) return false;
  return (
    code === char.lineFeed ||
    code === char.carriageReturn ||
    code === 0x85 ||
    code === 0x2028 ||
    code === 0x2029
  );
}

/** Returns whether a code is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === char.space || code === char.tab;
}

/** Where the reader is. */
export class Cursor {
  at: number;
  lineStart: number;
  /** How many collections are open. */
  depth = 0;
  readonly text: string;
  readonly end: number;

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.at = start;
    this.end = end;
    this.lineStart = start;
  }

  /** Returns the code of a character from here on, or -1 behind the end. */
  code(ahead = 0): number {
    const at = this.at + ahead;
    return at < this.end ? this.text.charCodeAt(at) : -1;
  }

  column(): number {
    return this.at - this.lineStart;
  }

  /** Returns whether a blank, a line's end or the end follows the character here. */
  blankFollows(): boolean {
    const next = this.code(1);
    return next < 0 || isBlank(next) || isBreak(next);
  }

  /** Steps over the break here. */
  newLine(): void {
    const isPair = this.code() === char.carriageReturn && this.code(1) === char.lineFeed;
    this.at += isPair ? 2 : 1;
    this.lineStart = this.at;
  }

  /** Steps over blanks. */
  blanks(): void {
    while (isBlank(this.code())) this.at += 1;
  }

  /** Steps to the end of the line, before its break. */
  restOfLine(): void {
    while (this.at < this.end && !isBreak(this.text.charCodeAt(this.at))) this.at += 1;
  }

  /**
   * Steps over blanks, comments and line ends, and returns whether a line ended. A `#` begins a
   * comment wherever a token may begin, as in go-yaml. A byte order mark before a line is nothing.
   */
  toToken(): boolean {
    let broke = false;
    for (;;) {
      const code = this.code();
      if (isBlank(code)) this.at += 1;
      else if (code === char.hash) this.restOfLine();
      else if (isBreak(code)) {
        this.newLine();
        broke = true;
      } else if (code === char.byteOrderMark && this.at === this.lineStart) {
        this.at += 1;
        this.lineStart = this.at;
      } else return broke;
    }
  }
}
