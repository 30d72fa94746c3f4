/** Many manifests and many pins at once, in a time that grows with their sum. */

import type { PinMove } from "./pin.ts";
import { splicePins } from "./splice.ts";

/** A manifest's path and bytes. */
interface ManifestBytes {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One manifest, before and after. */
export interface FileEdit {
  readonly file: ManifestBytes;
  readonly bytes: Uint8Array;
}

/** Moves pins, file by file. Files without a move are left out. Throws as `splicePins` does. */
export function editManifests(
  files: readonly ManifestBytes[],
  moves: readonly PinMove[],
): readonly FileEdit[] {
  const movesOf = new Map<string, PinMove[]>();
  for (const move of moves) {
    const own = movesOf.get(move.pin.file);
    if (own === undefined) movesOf.set(move.pin.file, [move]);
    else own.push(move);
  }
  return files.flatMap((file) => {
    const own = movesOf.get(file.path);
    return own === undefined ? [] : [{ file, bytes: splicePins(file.bytes, own) }];
  });
}
