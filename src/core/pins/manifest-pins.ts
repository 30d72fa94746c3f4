/** The pins of one manifest, document by document, each where it is. */

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
  const pins: StartedPin[] = [];
  const told: ToldStretch[] = [];
  const namer = namerOf(manifest, images);
  for (const document of searchLayer(fileLayer(manifest), { images, fields }, origin)) {
    const { start, end, error, candidates } = document;
    documents.push({ start, end, error });
    const own = candidates.filter(({ candidate }) => namer.imageOf(candidate) !== undefined);
    for (const pin of distinctPins(own, namer)) pins.push(pin);
    for (const each of own) if (each.candidate.told !== undefined) told.push(...toldBy(each));
  }
  const starts = pins.map(({ start }) => start);
  for (const [at, place] of placesAt(manifest, starts).entries())
    Object.assign(pins[at]!.pin, place);
  return { documents, pins, told };
}

/** What many pins of a manifest have in common, which need not be held for each of them. */
interface Namer {
  readonly path: string;
  imageOf(candidate: Candidate): ImageName | undefined;
  keyPathOf(candidate: Candidate): string;
}

function namerOf({ path }: Manifest, images: readonly ImageName[]): Namer {
  const keyPaths = new Map<string, string>();
  return {
    path,
    imageOf: ({ image }) => images.find((name) => sameImage(name, image)),
    keyPathOf({ trail }) {
      const keyPath = printTrail(trail);
      const known = keyPaths.get(keyPath) ?? keyPath;
      keyPaths.set(keyPath, known);
      return known;
    },
  };
}

function toldBy(layered: LayeredCandidate): ToldStretch[] {
  const why = layered.candidate.told!;
  return coveredBy(layered).map(({ start, end }) => ({ start, end, why }));
}

/** A pin, and where in the text it begins. Its line is told when all of them are found. */
interface StartedPin extends FoundPin {
  readonly start: number;
  readonly covered: Stretch[];
}

/**
 * Returns the pins of one document in the order of the text. What is shared is one pin, which
 * covers every place that uses it.
 */
function distinctPins(candidates: readonly LayeredCandidate[], namer: Namer): StartedPin[] {
  const pinAt = new Map<YamlNode, StartedPin>();
  const distinct: StartedPin[] = [];
  for (const layered of candidates) {
    const { told, nodes } = layered.candidate;
    if (told !== undefined) continue;
    const known = nodes.map((node) => pinAt.get(node)).filter((pin) => pin !== undefined);
    if (known.length === nodes.length) known[0]?.covered.push(...coveredBy(layered));
    else {
      const started = startedPin(layered, namer);
      distinct.push(started);
      for (const node of nodes) pinAt.set(node, pinAt.get(node) ?? started);
    }
  }
  return distinct.sort((a, b) => a.start - b.start);
}

/** Written out field by field: a copy of an object costs kilobytes here. */
function startedPin(layered: LayeredCandidate, namer: Namer): StartedPin {
  const { candidate, lock: locked } = layered;
  const { form, owner, tag, digest, slots, weak } = candidate;
  const file = namer.path;
  const image = namer.imageOf(candidate)!;
  const keyPath = namer.keyPathOf(candidate);
  // Its place is told when all of the file's are known.
  const [line, column] = [0, 0];
  const pin = { file, line, column, form, owner, keyPath, image, tag, digest, slots, locked };
  return { start: startOf(layered), pin, weak, covered: coveredBy(layered) };
}

/** Returns all that a candidate consists of: where it is used, and where what it uses is. */
function coveredBy({ candidate: { uses, nodes }, layer, tree }: LayeredCandidate): Stretch[] {
  const all = new Set<YamlNode>(nodes);
  for (const node of uses) all.add(node).add(scalarOf(node, tree) ?? node);
  const covered: Stretch[] = [];
  for (const node of all) if (node.end > node.start) covered.push(layer.inFile(node));
  return covered;
}

function startOf({ candidate: { slots, nodes }, layer }: LayeredCandidate): number {
  const slot = slots.tag ?? slots.digest;
  return slot?.start ?? layer.inFile(nodes[0]!).start;
}
