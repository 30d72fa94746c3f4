/** A scalar's value, which knows what stretch of the source each part of it was read from. */

/** A stretch of the source, in UTF-16 units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A piece of a value, and the source that it was read from. */
interface Run extends Stretch {
  /** Where the piece begins in the value. */
  readonly at: number;
  readonly length: number;
}

/** A value that was read. Grows while it is read, and is asked afterwards. */
export class ScalarText {
  #pieces: string[] = [];
  #length = 0;
  #value: string | undefined;
  readonly #runs: Run[] = [];

  /** Adds a piece, each character of which has its own in the source, or all have all. */
  add(text: string, start: number, end: number): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#runs.push({ at: this.#length, length: text.length, start, end });
    this.#length += text.length;
  }

  get value(): string {
    if (this.#value === undefined) {
      this.#value = this.#pieces.join("");
      this.#pieces = [];
    }
    return this.#value;
  }

  /** Returns the source of a part of the value, which has a character at least. */
  stretch(from: number, to: number): Stretch {
    const first = this.#runAt(from);
    const last = this.#runAt(to - 1);
    return {
      start: isVerbatim(first) ? first.start + (from - first.at) : first.start,
      end: isVerbatim(last) ? last.start + (to - last.at) : last.end,
    };
  }

  /** Returns the source offset behind the first so many characters. */
  endOf(length: number): number {
    return length === 0 ? (this.#runs[0]?.start ?? 0) : this.stretch(length - 1, length).end;
  }

  #runAt(offset: number): Run {
    let low = 0;
    let high = this.#runs.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.at <= offset) low = middle;
      else high = middle;
    }
    return this.#runs[low]!;
  }
}

function isVerbatim({ length, start, end }: Run): boolean {
  return length === end - start;
}
