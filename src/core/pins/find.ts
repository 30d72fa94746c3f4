/** Finds pins by image name, whatever the kind of the object, and what else names the images. */

import { Failure } from "../failure.ts";
import { type ImageName, printImageName, sameImage } from "../image-ref.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";
import type { Candidate } from "./candidate.ts";
import { decodeManifest, fileLayer, type Manifest, placesAt, uneditable } from "./manifest.ts";
import { type Mention, mentionsIn, mentionsOfUnread, type UnreadDocument } from "./mention.ts";
import { mayName, patternOf } from "./names.ts";
import type { Pin } from "./pin.ts";
import { isExcluded, isSelected, type ManifestRules } from "./rules.ts";
import { type LayeredCandidate, searchLayer } from "./search.ts";
import { printTrail } from "./tree.ts";
import { withVariants } from "./variant.ts";

/** A file to look into. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Why it is not looked into, if so. */
  readonly unread?: string | undefined;
}

/** Every place that names one of the images: what is moved, and what is only told. */
export interface Places {
  readonly pins: readonly Pin[];
  readonly mentions: readonly Mention[];
}

/** A candidate that is a pin, unless another file says otherwise. */
interface FoundPin {
  readonly pin: Pin;
  readonly weak: Candidate["weak"];
  readonly covered: readonly Stretch[];
}

interface FoundFile {
  readonly manifest: Manifest;
  readonly documents: readonly UnreadDocument[];
  readonly pins: readonly FoundPin[];
  readonly images: readonly ImageName[];
}

/**
 * Returns the pins of the wanted images in some files, each file's in the order of the text, and
 * the mentions. A document that names none of them is not read, so that what is no business of
 * ours stops nothing.
 *
 * @throws Failure `bad-manifest`, with the place and the remedy, when a file pins an image and
 *   cannot be read, or leaves open which of its entries has the tag.
 */
export function findPlaces(
  files: readonly SourceFile[],
  wanted: readonly ImageName[],
  rules: ManifestRules = {},
): Places {
  const found = files
    .filter(({ path, unread }) => unread === undefined && !isExcluded(path, rules))
    .flatMap((file) => findIn(file, wanted, rules.fields ?? []) ?? []);
  const strong = found.flatMap(({ pins }) => pins.filter(({ weak }) => weak === undefined));
  const pins: Pin[] = [];
  const mentions: Mention[] = files
    .filter(({ path }) => rules.mentions !== "ignore" && !isExcluded(path, rules))
    .flatMap((file) => mentionsOfUnread(file, wanted));
  for (const { manifest, documents, pins: all, images } of found) {
    const own = all.filter((each) => isSelected(each.pin.owner, rules) && isPin(each, strong));
    const tags = own.flatMap(({ pin: { tag, image } }) =>
      tag === undefined ? [] : [{ tag, image }],
    );
    const distinct = [...new Map(tags.map((each) => [each.tag, each])).values()];
    const covered = own.flatMap((each) => each.covered);
    for (const { pin } of own) pins.push(pin);
    const file = { manifest, documents, covered, tags: distinct };
    if (rules.mentions === "ignore") continue;
    for (const mention of mentionsIn(file, images)) mentions.push(mention);
  }
  return { pins: withVariants(pins), mentions };
}

/** Returns the pins in one file. Throws as `findPlaces` does. */
export function findPins(
  file: SourceFile,
  wanted: readonly ImageName[],
  rules: ManifestRules = {},
): readonly Pin[] {
  return findPlaces([file], wanted, { ...rules, mentions: "ignore" }).pins;
}

/** Returns all that could be pins of a manifest, weak ones, too. Throws as `findPlaces` does. */
export function pinsIn(
  manifest: Manifest,
  wanted: readonly ImageName[],
  fields: readonly string[],
): readonly Pin[] {
  return searchManifest(manifest, wanted, fields).pins.map(({ pin }) => pin);
}

/** A bare name is a pin where nothing else pins it. One that is renamed only never is. */
function isPin({ pin, weak }: FoundPin, strong: readonly FoundPin[]): boolean {
  if (weak === undefined) return true;
  const others = strong.filter((other) => sameImage(other.pin.image, pin.image));
  if (weak === "bare") {
    const isOverlaid = ({ pin: other }: FoundPin) =>
      other.form === "kustomize" ||
      /\.kustomize\.images\[/.test(other.keyPath) ||
      (other.owner === "" && /\bvalue$/.test(other.keyPath)) ||
      (other.owner === pin.owner && other.owner.includes("/") && other.file !== pin.file);
    return !others.some(isOverlaid);
  }
  if (others.length > 0) return false;
  const { file, line, column, image } = pin;
  throw new Failure(
    "bad-manifest",
    `Cannot edit "${file}": "${printImageName(image)}" is given by newName only, so its tag is wherever the old name stands`,
    "Add newTag to the entry.",
    { place: { file, line, column } },
  );
}

function findIn(
  { path, bytes }: SourceFile,
  wanted: readonly ImageName[],
  fields: readonly string[],
): FoundFile | undefined {
  const manifest = decodeManifest(path, bytes);
  const images = wanted.filter((image) => mayName(manifest.text, image));
  if (images.length === 0) return undefined;
  if (manifest.garbled !== undefined) {
    refuseUnread(manifest, { start: 0, end: manifest.text.length }, manifest.garbled, images);
    return { manifest, documents: [], pins: [], images };
  }
  return { manifest, images, ...searchManifest(manifest, images, fields) };
}

function searchManifest(
  manifest: Manifest,
  images: readonly ImageName[],
  fields: readonly string[],
): Pick<FoundFile, "documents" | "pins"> {
  const origin = { trail: undefined, owner: "" };
  const documents: UnreadDocument[] = [];
  const found: PlacedLater[] = [];
  const isWanted = ({ image }: Candidate) => images.some((name) => sameImage(name, image));
  for (const document of searchLayer(fileLayer(manifest), { images, fields }, origin)) {
    const { start, end, error, candidates } = document;
    documents.push({ start, end, error });
    if (error !== undefined) {
      const why = `it is not YAML: ${error.message}`;
      const remedy = "Correct it there, or leave the file out.";
      refuseUnread(manifest, { start, end }, { at: error.offset, why, remedy }, images);
    }
    const own = candidates.filter(({ candidate }) => isWanted(candidate));
    for (const pin of distinctPins(own)) found.push(pin);
  }
  const starts = found.map(({ start }) => start);
  const places = placesAt(manifest, starts);
  const pins = found.map(({ pin, weak, covered }, at) => {
    return { pin: Object.assign(pin, places[at]!), weak, covered };
  });
  return { documents, pins };
}

/** A pin whose line is not known yet. */
interface PlacedLater extends Omit<FoundPin, "pin"> {
  readonly start: number;
  readonly pin: Omit<Pin, "file" | "line" | "column">;
}

/** Returns the pins of one document in the order of the text. What is shared is one pin. */
function distinctPins(candidates: readonly LayeredCandidate[]): PlacedLater[] {
  const taken = new Set<YamlNode>();
  const distinct = candidates.filter(({ candidate: { nodes } }) => {
    const isNew = nodes.some((node) => !taken.has(node));
    for (const node of nodes) taken.add(node);
    return isNew;
  });
  return distinct.map(placedLater).sort((a, b) => a.start - b.start);
}

function placedLater(layered: LayeredCandidate): PlacedLater {
  const { candidate, layer, lock } = layered;
  const { form, owner, trail, image, tag, digest, slots, weak } = candidate;
  const pin = { form, owner, keyPath: printTrail(trail), image, tag, digest, slots };
  const nodes = [...candidate.uses, ...candidate.nodes];
  const covered = nodes.filter(({ start, end }) => end > start).map((node) => layer.inFile(node));
  const whole = lock === undefined ? pin : { ...pin, locked: lock };
  return { start: startOf(layered), pin: whole, weak, covered };
}

function startOf({ candidate: { slots, nodes }, layer }: LayeredCandidate): number {
  const slot = slots.tag ?? slots.digest;
  return slot?.start ?? layer.inFile(nodes[0]!).start;
}

/** Only what pins an image may stop a deploy; and no template and no JSON with comments does. */
function refuseUnread(
  manifest: Manifest,
  { start, end }: Stretch,
  about: { readonly at: number; readonly why: string; readonly remedy: string },
  images: readonly ImageName[],
): void {
  const text = manifest.text.slice(start, end);
  if (/\{\{|<%/.test(text) || /\.json$/i.test(manifest.path)) return;
  const field = /(?:image|repository|newName|name)["']?[ \t]*:[ \t]*\[?["']?$/i;
  for (const image of images) {
    for (const { index } of text.matchAll(patternOf(image))) {
      const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
      if (!line.includes("#") && field.test(line)) throw uneditable(manifest, about.at, about);
    }
  }
}
