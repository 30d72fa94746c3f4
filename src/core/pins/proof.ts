/** The proof of an edit: what was written is read again, and differs in the moved pins only. */

import { isAlias, isScalar } from "yaml";
import { Failure } from "../failure.ts";
import { printImageName } from "../image-ref.ts";
import { pinsIn } from "./find.ts";
import { type Manifest, parseManifest, shorten } from "./manifest-text.ts";
import { treeOf } from "./manifest-tree.ts";
import { type Pin, type PinMove, printPinned, startOfPin } from "./pin.ts";

/**
 * Throws Failure `internal` unless the edit did what the moves say: the nodes are the same, of
 * which only the moved pins' scalars are written differently, and every pin holds what it should.
 */
export function proveOnlyPinsMoved(
  before: Manifest,
  edited: string,
  moves: readonly PinMove[],
): void {
  const after = reread(before, edited);
  const nodes = outlineOf(before);
  const nodesAfter = outlineOf(after);
  if (nodes.length !== nodesAfter.length) throw unproven(before, "its structure changed");
  const slots = moves.flatMap(({ pin }) => [pin.slots.tag, pin.slots.digest]);
  const moved = new Set(slots.map((slot) => slot?.start));
  for (const [at, node] of nodes.entries()) {
    if (node.written === nodesAfter[at]?.written) continue;
    if (!holdsOne(node, moved)) throw unproven(before, `${shorten(node.written)} changed`);
  }

  const byName = new Map(moves.map(({ pin }) => [printImageName(pin.image), pin.image]));
  const images = [...byName.values()];
  const moveAt = new Map(moves.map((move) => [startOfPin(move.pin), move]));
  const expected = pinsIn(before, images).map((pin) =>
    expectedOf(pin, moveAt.get(startOfPin(pin))),
  );
  const found = pinsIn(after, images).map((pin) => `${pin.keyPath} ${printPinned(pin)}`);
  if (expected.join("\n") !== found.join("\n")) throw unproven(before, "a pin reads otherwise");
}

function reread(before: Manifest, edited: string): Manifest {
  try {
    return parseManifest(before.path, edited);
  } catch (cause) {
    throw unproven(before, `it cannot be read: ${(cause as Error).message}`);
  }
}

/** Returns every node as it is written, with its anchor and tag, and the stretch that it covers. */
function outlineOf(manifest: Manifest) {
  const { text, documents } = manifest;
  return documents
    .flatMap((document) => treeOf(document, manifest).visits)
    .map(({ node }) => {
      const [start, end] = node.range!;
      if (isAlias(node)) return { written: `*${node.source}`, start, end };
      const properties = `${node.anchor ?? ""} ${node.tag ?? ""}`;
      // A collection is told by its nodes; the stretch of a scalar is its own.
      if (!isScalar(node)) return { written: properties, start: -1, end: -1 };
      return { written: `${properties} ${text.slice(start, end)}`, start, end };
    });
}

function holdsOne(node: { start: number; end: number }, offsets: Set<number | undefined>): boolean {
  for (let at = node.start; at <= node.end; at += 1) if (offsets.has(at)) return true;
  return false;
}

function expectedOf(pin: Pin, move: PinMove | undefined): string {
  const tag = move && pin.slots.tag ? move.tag : pin.tag;
  const digest = move && pin.slots.digest ? move.digest : pin.digest;
  return `${pin.keyPath} ${printPinned({ ...pin, tag, digest })}`;
}

function unproven({ path }: Manifest, why: string): Failure {
  return new Failure(
    "internal",
    `Cannot edit "${path}": after the edit ${why}`,
    "Nothing was written. This is a bug of landfall: please report it with the file.",
    { place: { file: path } },
  );
}
