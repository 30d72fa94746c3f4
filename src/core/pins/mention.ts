/** Places that hold an image's name, or the tag of a pin, and are not pins themselves. */

import type { Place } from "../failure.ts";
import { type ImageName, parseImageRef } from "../image-ref.ts";
import { scalarValue } from "../yaml/decode.ts";
import type { Stretch } from "../yaml/text.ts";
import type { SourceFile } from "./find.ts";
import { glance, type Manifest, placesAt, shorten } from "./manifest.ts";
import { barePatternOf, mayName, patternOf } from "./names.ts";
import { coverage, documentAt, nodeFinder, type Spot, type UnreadDocument } from "./spot.ts";

/** A place that was not moved, and why not. */
export interface Mention extends Required<Place> {
  /** None where a whole file or folder was passed over, whatever it names. */
  readonly image: ImageName | undefined;
  /** A comment changes nothing that runs. */
  readonly kind: "place" | "comment" | "tag" | "unread";
  /** The tag, where it is written without the name. */
  readonly tag?: string;
  /** What is written there, cut to one line. */
  readonly text: string;
  readonly why: string;
}

/** A stretch that names an image and is no pin, and why. */
export interface ToldStretch extends Stretch {
  readonly why: string;
}

/** A file that was searched, with the stretches that its pins cover. */
export interface SearchedFile {
  readonly manifest: Manifest;
  /** The documents that name an image, in the order of the text. */
  readonly documents: readonly UnreadDocument[];
  readonly covered: readonly Stretch[];
  readonly told: readonly ToldStretch[];
  /** The tags of its pins, by image. */
  readonly tags: readonly { readonly tag: string; readonly image: ImageName }[];
}

interface Spotted extends Pick<Mention, "image" | "kind" | "why" | "tag"> {
  readonly at: number;
}

/** Returns what a file mentions of the images, in the order of the text, one to a line. */
export function mentionsIn(file: SearchedFile, images: readonly ImageName[]): Mention[] {
  const { text } = file.manifest;
  const spotted: Spotted[] = [];
  const covered = coverage(file.covered);
  const isCovered = (at: number) => covered(at) !== undefined;
  const search = {
    file,
    isCovered,
    toldAt: coverage(file.told),
    nodeAt: nodeFinder(text, file.documents),
  };
  for (const image of images) {
    for (const { index } of text.matchAll(patternOf(image))) {
      if (!search.isCovered(index)) spotted.push({ at: index, image, ...reasonAt(index, search) });
    }
  }
  for (const spot of tagsIn(search)) spotted.push(spot);
  for (const image of images) for (const spot of withoutRegistry(image, search)) spotted.push(spot);
  spotted.sort((a, b) => a.at - b.at);
  const places = placesAt(
    file.manifest,
    spotted.map(({ at }) => at),
  );
  const told = new Set<string>();
  return spotted.flatMap(({ at, ...what }, index) => {
    const place = places[index]!;
    const name = `${place.line} ${what.image?.registry}/${what.image?.repository}`;
    if (told.has(name)) return [];
    told.add(name);
    return [{ ...place, ...what, text: lineAt(text, at) }];
  });
}

/** Returns the mentions of a file that is not looked into: nothing of its text is shown. */
export function mentionsOfUnread(
  { path, bytes, unread }: SourceFile,
  images: readonly ImageName[],
): Mention[] {
  if (unread === undefined) return [];
  const whole = { file: path, line: 1, column: 1, kind: "unread", text: "", why: unread } as const;
  if (bytes.length === 0) return [{ ...whole, image: undefined }];
  const text = glance(bytes);
  return images.filter((image) => mayName(text, image)).map((image) => ({ ...whole, image }));
}

/** What it takes to say what is somewhere in a file. */
interface MentionSearch {
  readonly file: SearchedFile;
  readonly isCovered: (offset: number) => boolean;
  readonly toldAt: (offset: number) => ToldStretch | undefined;
  readonly nodeAt: (offset: number) => Spot | undefined;
}

function lineAt(text: string, at: number): string {
  const from = text.lastIndexOf("\n", at) + 1;
  const to = text.indexOf("\n", at);
  return shorten(
    text
      .slice(from, to < 0 ? undefined : to)
      .trim()
      .slice(0, 200),
  );
}

/** Where a name is in a field for an image, and its registry somewhere else in the file. */
function* withoutRegistry(
  image: ImageName,
  { file, isCovered, nodeAt }: MentionSearch,
): Generator<Spotted> {
  const { text } = file.manifest;
  const pattern = text.includes(image.registry) ? barePatternOf(image) : undefined;
  for (const { index: at } of pattern === undefined ? [] : text.matchAll(pattern)) {
    const { node, key = "", isKey } = (isCovered(at) ? undefined : nodeAt(at)) ?? {};
    if (node?.kind !== "scalar" || isKey || !/image|repo/i.test(key)) continue;
    if (scalarValue(text, node).split(":")[0] !== image.repository) continue;
    yield { at, image, kind: "place", why: "stands without its registry" };
  }
}

/** Where the tag of a pin is written alone: a label, a variable, the version of an application. */
function* tagsIn({ file, isCovered, nodeAt }: MentionSearch): Generator<Spotted> {
  const { text } = file.manifest;
  // A short word or a number means many things.
  const telling = file.tags.filter(({ tag }) => tag.length >= 5 && /\d/.test(tag));
  if (telling.length === 0) return;
  const images = new Map(telling.map(({ tag, image }) => [tag, image]));
  for (const { 0: tag, index: at } of text.matchAll(/\w[\w.-]*/g)) {
    const image = images.get(tag);
    if (image === undefined || isCovered(at) || !/[\s"'=]/.test(text[at - 1] ?? " ")) continue;
    if (!/[\s"',}\]]/.test(text[at + tag.length] ?? " ")) continue;
    const { node, key } = nodeAt(at) ?? {};
    if (node?.kind !== "scalar" || /(?:^|[a-z_-])tag$|^new(?:Tag|Name)$/i.test(key ?? "")) continue;
    const why = `holds the tag "${tag}" alone, which is moved only beside the image's name`;
    yield { at, image, kind: "tag", why, tag };
  }
}

function reasonAt(
  at: number,
  { file, nodeAt, toldAt }: MentionSearch,
): Pick<Mention, "kind" | "why"> {
  const { manifest } = file;
  if (manifest.garbled) {
    return { kind: "unread", why: `is in a file that is not read: ${manifest.garbled.why}` };
  }
  const error = documentAt(at, file.documents)?.error;
  if (error) return { kind: "unread", why: `is not YAML: ${error.message}` };
  const found = nodeAt(at);
  if (found?.node.kind !== "scalar") return { kind: "comment", why: "is in a comment" };
  const { node, key, isKey } = found;
  const place = (why: string) => ({ kind: "place", why }) as const;
  const told = toldAt(at);
  if (told !== undefined) return place(told.why);
  if (isKey) return place("is a key");
  if (node.style === "literal" || node.style === "folded") return place("is in a block of text");
  const value = scalarValue(manifest.text, node);
  if (/\{\{|\$[({\w]|<[\w%]/.test(value)) return place("is in a template");
  const ref = parseImageRef(value);
  if (ref === undefined) return place("is no image reference");
  const isWhole = ref.tag !== undefined || ref.digest !== undefined;
  // Of a key that is twice, the last one counts.
  if (isWhole && /image/i.test(key)) return place(`is in the field "${key}", which stands twice`);
  return place(isWhole ? `is in the field "${key}", which holds no image` : "has no tag");
}
