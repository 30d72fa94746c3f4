/**
 * Long texts made short: what came before is named by where and how much (LZ77). A page holds the
 * text, and its script unpacks it in a moment; neither needs anything that a browser may lack.
 */

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Begins a reference: DEL, then three digits of how far back, and one of how much. */
const mark = "\u007f";
const referenceSize = 5;
const farthest = 64 ** 3 - 1;
const shortest = referenceSize + 1;
const longest = shortest + 63;

const hashBits = 17;

/** Packs a text that holds no DEL. `unpack` in script.ts is its inverse. */
export function pack(text: string): string {
  const lastAt = new Int32Array(2 ** hashBits).fill(-1);
  const packed: string[] = [];
  let from = 0;
  let at = 0;
  const note = () => {
    const hash = hashAt(text, at);
    const before = lastAt[hash] ?? -1;
    lastAt[hash] = at;
    return before;
  };
  while (at < text.length) {
    const before = note();
    const size = before < 0 || at - before > farthest ? 0 : sameSize(text, before, at);
    if (size < shortest) {
      at += 1;
      continue;
    }
    packed.push(text.slice(from, at), mark, digitsOf(at - before), digits[size - shortest] ?? "");
    const end = at + size;
    for (at += 1; at < end; at += 1) note();
    from = end;
  }
  return [...packed, text.slice(from)].join("");
}

/** Of so many characters as the shortest reference stands for. */
function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let next = at; next < at + shortest; next += 1) {
    hash = Math.imul(hash, 31) + text.charCodeAt(next);
  }
  return Math.imul(hash, 0x9e3779b1) >>> (32 - hashBits);
}

function sameSize(text: string, before: number, at: number): number {
  let size = 0;
  const most = Math.min(longest, text.length - at);
  while (size < most && text.charCodeAt(before + size) === text.charCodeAt(at + size)) size += 1;
  return size;
}

function digitsOf(distance: number): string {
  return [distance >> 12, (distance >> 6) & 63, distance & 63].map((at) => digits[at]).join("");
}
