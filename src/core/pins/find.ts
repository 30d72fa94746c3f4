/** Finds pins by image name, whatever the kind of the object, and what else names the images. */

import { Failure } from "../failure.ts";
import { type ImageName, printImageName, sameImage } from "../image-ref.ts";
import type { Stretch } from "../yaml/text.ts";
import { decodeManifest, type Manifest, uneditable } from "./manifest.ts";
import { type FoundPin, type FoundPlaces, searchManifest } from "./manifest-pins.ts";
import {
  type Mention,
  mentionsIn,
  mentionsOfUnread,
  type SearchedFile,
  type ToldStretch,
} from "./mention.ts";
import { mayName, patternOf } from "./names.ts";
import type { Pin } from "./pin.ts";
import { isExcluded, isSelected, type ManifestRules } from "./rules.ts";
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

interface FoundFile extends FoundPlaces {
  readonly manifest: Manifest;
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
  const read = files.filter(({ path }) => !isExcluded(path, rules));
  const found = read
    .filter(({ unread }) => unread === undefined)
    .flatMap((file) => findIn(file, wanted, rules.fields ?? []) ?? []);
  const strong = found.flatMap(({ pins }) => pins.filter(({ weak }) => weak === undefined));
  const pins: Pin[] = [];
  const mentions = read.flatMap((file) => mentionsOfUnread(file, wanted));
  for (const file of found) {
    const own: FoundPin[] = [];
    const others: ToldStretch[] = [];
    for (const each of file.pins) {
      if (!isPin(each, strong)) continue;
      if (isSelected(each.pin.owner, rules)) own.push(each);
      else others.push(...leftOut(each));
    }
    for (const { pin } of own) pins.push(pin);
    if (rules.mentions === "ignore") continue;
    for (const mention of mentionsIn(searchedFile(file, own, others), file.images)) {
      mentions.push(mention);
    }
  }
  return { pins: withVariants(pins), mentions: rules.mentions === "ignore" ? [] : mentions };
}

function searchedFile(
  { manifest, documents, told }: FoundFile,
  own: readonly FoundPin[],
  others: readonly ToldStretch[],
): SearchedFile {
  const tags = own.flatMap(({ pin: { tag, image } }) =>
    tag === undefined ? [] : [{ tag, image }],
  );
  const distinct = [...new Map(tags.map((each) => [each.tag, each])).values()];
  const covered = own.flatMap((each) => each.covered);
  return { manifest, documents, covered, told: [...told, ...others], tags: distinct };
}

/** Says why the pins of an object that is not selected stay. */
function leftOut({ pin: { owner }, covered }: FoundPin): ToldStretch[] {
  const why = `belongs to ${owner === "" ? "no object" : owner}, which \`only\` leaves out`;
  return covered.map(({ start, end }) => ({ start, end, why }));
}

/** Returns the pins in one file. Throws as `findPlaces` does. */
export function findPins(
  file: SourceFile,
  wanted: readonly ImageName[],
  rules: ManifestRules = {},
): readonly Pin[] {
  return findPlaces([file], wanted, { ...rules, mentions: "ignore" }).pins;
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
    `Cannot edit "${file}": "${printImageName(image)}" is given by newName only, so its tag is wherever the old name is used`,
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
    return { manifest, documents: [], pins: [], told: [], images };
  }
  const found = searchManifest(manifest, images, fields);
  for (const { start, end, error } of found.documents) {
    if (error === undefined) continue;
    const why = `it is not YAML: ${error.message}`;
    const remedy = "Correct it there, or leave the file out.";
    refuseUnread(manifest, { start, end }, { at: error.offset, why, remedy }, images);
  }
  return { manifest, images, ...found };
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
