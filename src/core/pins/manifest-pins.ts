/** The pins of one manifest, document by document, each where it stands. */

import { type ImageName, sameImage } from "../image-ref.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";
import type { Candidate } from "./candidate.ts";
import { fileLayer, type Manifest, placesAt } from "./manifest.ts";
import type { ToldStretch } from "./mention.ts";
import type { Pin } from "./pin.ts";
import { type LayeredCandidate, searchLayer } from "./search.ts";
import type { UnreadDocument } from "./spot.ts";
import { printTrail, scalarOf } from "./tree.ts";

/** A candidate that is a pin, unless another file says otherwise. */
export interface FoundPin {
  readonly pin: Pin;
  readonly weak: Candidate["weak"];
  readonly covered: readonly Stretch[];
}

/** What a manifest has. */
export interface FoundPlaces {
  readonly documents: readonly UnreadDocument[];
  readonly pins: readonly FoundPin[];
  /** Why places that look like pins are none. */
  readonly told: readonly ToldStretch[];
}

/** Returns all that could be pins of a manifest, weak ones, too. */
export function pinsIn(
  manifest: Manifest,
  wanted: readonly ImageName[],
  fields: readonly string[],
): readonly Pin[] {
  return searchManifest(manifest, wanted, fields).pins.map(({ pin }) => pin);
}

/** Searches a manifest. */
export function searchManifest(
  manifest: Manifest,
  images: readonly ImageName[],
  fields: readonly string[],
): FoundPlaces {
  const origin = { trail: undefined, owner: "" };
  const documents: UnreadDocument[] = [];
  const found: PlacedLater[] = [];
  const told: ToldStretch[] = [];
  const isWanted = ({ image }: Candidate) => images.some((name) => sameImage(name, image));
  for (const document of searchLayer(fileLayer(manifest), { images, fields }, origin)) {
    const { start, end, error, candidates } = document;
    documents.push({ start, end, error });
    const own = candidates.filter(({ candidate }) => isWanted(candidate));
    for (const pin of distinctPins(own)) found.push(pin);
    for (const each of own) if (each.candidate.told !== undefined) told.push(...toldBy(each));
  }
  const starts = found.map(({ start }) => start);
  const places = placesAt(manifest, starts);
  const pins = found.map(({ pin, weak, covered }, at) => {
    return { pin: Object.assign(pin, places[at]!), weak, covered };
  });
  return { documents, pins, told };
}

function toldBy(layered: LayeredCandidate): ToldStretch[] {
  const why = layered.candidate.told!;
  return coveredBy(layered).map(({ start, end }) => ({ start, end, why }));
}

/** A pin whose line is not known yet. */
interface PlacedLater extends Omit<FoundPin, "pin" | "covered"> {
  readonly start: number;
  readonly covered: Stretch[];
  readonly pin: Omit<Pin, "file" | "line" | "column">;
}

/**
 * Returns the pins of one document in the order of the text. What is shared is one pin, which
 * covers every place that uses it.
 */
function distinctPins(candidates: readonly LayeredCandidate[]): PlacedLater[] {
  const pinAt = new Map<YamlNode, PlacedLater>();
  const distinct: PlacedLater[] = [];
  for (const layered of candidates) {
    const { told, nodes } = layered.candidate;
    if (told !== undefined) continue;
    const known = nodes.map((node) => pinAt.get(node)).filter((pin) => pin !== undefined);
    const covered = coveredBy(layered);
    if (known.length === nodes.length)
      for (const stretch of covered) known[0]?.covered.push(stretch);
    else {
      const placed = { ...placedLater(layered), covered };
      distinct.push(placed);
      for (const node of nodes) pinAt.set(node, pinAt.get(node) ?? placed);
    }
  }
  return distinct.sort((a, b) => a.start - b.start);
}

function placedLater(layered: LayeredCandidate): Omit<PlacedLater, "covered"> {
  const { candidate, lock } = layered;
  const { form, owner, trail, image, tag, digest, slots, weak } = candidate;
  const pin = { form, owner, keyPath: printTrail(trail), image, tag, digest, slots };
  const whole = lock === undefined ? pin : { ...pin, locked: lock };
  return { start: startOf(layered), pin: whole, weak };
}

/** Returns all that a candidate consists of: where it is used, and where what it uses stands. */
function coveredBy({ candidate: { uses, nodes }, layer, tree }: LayeredCandidate): Stretch[] {
  return [...uses, ...nodes]
    .flatMap((node) => [node, scalarOf(node, tree) ?? node])
    .filter(({ start, end }) => end > start)
    .map((node) => layer.inFile(node));
}

function startOf({ candidate: { slots, nodes }, layer }: LayeredCandidate): number {
  const slot = slots.tag ?? slots.digest;
  return slot?.start ?? layer.inFile(nodes[0]!).start;
}
