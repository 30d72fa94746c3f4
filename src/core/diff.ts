/** Unified diffs of the edits that we make: text within lines, and a small file as a whole. */

/** How many unchanged lines are before and after each change, as `diff -u` has it. */
const context = 3;

/**
 * Returns the diff in the form that `git apply` reads. Both texts have the same number of lines.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  const old = before.split("\n");
  const now = after.split("\n");
  if (old.length !== now.length) throw new RangeError("the edit added or removed lines");
  const changed = old.flatMap((line, at) => (line === now[at] ? [] : [at]));
  if (changed.length === 0) return "";
  const out = [`--- a/${path}`, `+++ b/${path}`];
  for (const [first, last] of hunks(changed)) {
    const from = Math.max(0, first - context);
    // The piece after a final newline is not a line.
    const lines = old.at(-1) === "" ? old.length - 1 : old.length;
    const to = Math.min(lines, last + 1 + context);
    out.push(`@@ -${from + 1},${to - from} +${from + 1},${to - from} @@`);
    out.push(...hunkLines(old, now, { from, to, unfinished: lines === old.length }));
  }
  return `${out.join("\n")}\n`;
}

/** Groups changed line numbers whose contexts touch. */
function hunks(changed: readonly number[]): readonly (readonly [number, number])[] {
  const groups: [number, number][] = [];
  for (const at of changed) {
    const group = groups.at(-1);
    if (group !== undefined && at - group[1] <= 2 * context) group[1] = at;
    else groups.push([at, at]);
  }
  return groups;
}

function hunkLines(
  old: readonly string[],
  now: readonly string[],
  span: { from: number; to: number; unfinished: boolean },
): string[] {
  const out: string[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    out.push(...removed, ...added);
    removed = [];
    added = [];
  };
  for (let at = span.from; at < span.to; at += 1) {
    const end = span.unfinished && at === old.length - 1 ? "\n\\ No newline at end of file" : "";
    if (old[at] === now[at]) {
      flush();
      out.push(` ${old[at]}${end}`);
    } else {
      removed.push(`-${old[at]}${end}`);
      added.push(`+${now[at]}${end}`);
    }
  }
  flush();
  return out;
}

/** Returns the diff of a file that is written anew, in the form that `git apply` reads. */
export function replacementDiff(
  path: string,
  before: Uint8Array | undefined,
  after: Uint8Array,
): string {
  const [old, now] = [linesOf(before), linesOf(after)];
  const head = [before === undefined ? "--- /dev/null" : `--- a/${path}`, `+++ b/${path}`];
  head.push(`@@ -${spanOf(old)} +${spanOf(now)} @@`);
  return `${[...head, ...wholeLines("-", old), ...wholeLines("+", now)].join("\n")}\n`;
}

interface WholeFile {
  readonly lines: readonly string[];
  /** Whether the last line ends. */
  readonly isWhole: boolean;
}

function linesOf(bytes: Uint8Array | undefined): WholeFile {
  const lines = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\n");
  const isWhole = lines.at(-1) === "";
  return { lines: isWhole ? lines.slice(0, -1) : lines, isWhole };
}

function spanOf({ lines }: WholeFile): string {
  return lines.length === 0 ? "0,0" : `1,${lines.length}`;
}

function wholeLines(mark: string, { lines, isWhole }: WholeFile): readonly string[] {
  const marked = lines.map((line) => mark + line);
  return isWhole ? marked : [...marked, "\\ No newline at end of file"];
}
