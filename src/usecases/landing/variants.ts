/** Pins that keep their variant, `-alpine`, move where the registry has that build as well. */

import { Failure, printPlace } from "../../core/failure.ts";
import { printImageName } from "../../core/image-ref.ts";
import type { PinMove } from "../../core/pins/index.ts";
import type { Registry } from "../../ports.ts";
import { findPatiently, type ImageCheck } from "./check-images.ts";

/** A registry to ask, if there is one, and how long. */
export type VariantCheck = Omit<ImageCheck, "registry"> & {
  readonly registry?: Registry | undefined;
};

/**
 * Returns the moves with the digests of the variants.
 *
 * @throws Failure `image-missing` when the registry lacks one, `bad-manifest` when nobody can be
 *   asked.
 */
export async function checkVariants(
  moves: readonly PinMove[],
  { registry, ...looking }: VariantCheck,
): Promise<readonly PinMove[]> {
  const byReference = new Map<string, PinMove>();
  for (const move of moves) if (move.isDerived) byReference.set(referenceOf(move), move);
  const [first] = byReference.values();
  if (first === undefined) return moves;
  if (registry === undefined) throw unasked(first);
  const wanted = [...byReference.values()].map(({ pin, tag }) => ({ image: pin.image, tag }));
  const facts = await findPatiently(wanted, { ...looking, registry });
  const found = new Map([...byReference.keys()].map((reference, at) => [reference, facts[at]!]));
  return moves.map((move) => {
    const fact = move.isDerived ? found.get(referenceOf(move)) : undefined;
    if (fact === undefined) return move;
    if (fact.kind === "missing") throw unpublished(move);
    return { ...move, digest: fact.digest };
  });
}

function referenceOf({ pin, tag }: PinMove): string {
  return `${printImageName(pin.image)}:${tag}`;
}

const remedy = "or leave the place out with exclude or only in landfall.yaml.";

function unpublished(move: PinMove): Failure {
  return new Failure(
    "image-missing",
    `Cannot move ${printPlace(move.pin)}: it runs ${move.pin.tag}, and the registry does not have "${referenceOf(move)}"`,
    `Publish that build of the revision as well, ${remedy}`,
    { place: placeOf(move) },
  );
}

function unasked(move: PinMove): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot move ${printPlace(move.pin)}: it runs ${move.pin.tag}, and no registry is asked whether there is "${referenceOf(move)}"`,
    `Have the images checked in the registry, ${remedy}`,
    { place: placeOf(move) },
  );
}

function placeOf({ pin: { file, line, column } }: PinMove) {
  return { file, line, column };
}
