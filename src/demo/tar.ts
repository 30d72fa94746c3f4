/** Writes tar archives that depend on nothing but their files: POSIX.1-1988, "ustar". */

import { Failure } from "../core/failure.ts";

/** A regular file. */
export interface TarFile {
  /** Path with forward slashes, relative to the root. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
}

const block = 512;

/**
 * Returns an archive of the files, sorted by path, owned by root, all of one time.
 *
 * @throws Failure `usage` when a path is longer than the header's 155 and 100 bytes hold.
 */
export function tar(files: readonly TarFile[], mtimeSeconds: number): Buffer {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const entries = sorted.flatMap((file) => [header(file, mtimeSeconds), padded(file.bytes)]);
  return Buffer.concat([...entries, Buffer.alloc(2 * block)]);
}

function header({ path, bytes, mode }: TarFile, mtimeSeconds: number): Buffer {
  const { prefix, name } = splitPath(path);
  const head = Buffer.alloc(block);
  head.write(name, 0);
  head.write(octal(mode, 7), 100);
  head.write(octal(0, 7), 108); // uid
  head.write(octal(0, 7), 116); // gid
  head.write(octal(bytes.byteLength, 11), 124);
  head.write(octal(mtimeSeconds, 11), 136);
  head.write("        ", 148); // the checksum counts itself as blanks
  head.write("0", 156); // a regular file
  head.write("ustar\0" + "00", 257);
  head.write(prefix, 345);
  const checksum = head.reduce((sum, byte) => sum + byte, 0);
  head.write(`${octal(checksum, 6)}\0 `, 148);
  return head;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function padded(bytes: Uint8Array): Buffer {
  const full = Math.ceil(bytes.byteLength / block) * block;
  return Buffer.concat([bytes], full);
}

/** Splits a path at a slash, so that its head fits into 155 bytes and its name into 100. */
function splitPath(path: string): { prefix: string; name: string } {
  if (Buffer.byteLength(path) <= 100) return { prefix: "", name: path };
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    const fits = Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100;
    if (fits && name !== "") return { prefix, name };
  }
  throw new Failure(
    "usage",
    `Cannot pack "${path}": a tar header has no room for a path this long`,
    "Use a shorter path.",
  );
}
