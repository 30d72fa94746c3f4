/** Places that hold an image's name, or the tag of one of its pins, and are no pins themselves. */

import type { Place } from "../failure.ts";
import { type ImageName, parseImageRef } from "../image-ref.ts";
import { readDocument } from "../yaml/block.ts";
import { decodeScalar } from "../yaml/decode.ts";
import type { YamlError, YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";
import type { SourceFile } from "./find.ts";
import { glance, type Manifest, placesAt, shorten } from "./manifest.ts";
import { mayName, patternOf } from "./names.ts";

/** A place that was not moved, and why not. */
export interface Mention extends Required<Place> {
  /** None where a whole file or folder was passed over, whatever it names. */
  readonly image: ImageName | undefined;
  /** A comment changes nothing that runs. */
  readonly kind: "place" | "comment" | "tag" | "unread";
  /** The tag that stands alone. */
  readonly tag?: string;
  /** What stands there, cut to a line. */
  readonly text: string;
  readonly why: string;
}

/** Where a document stands, and why it was not read, if it was not. */
export interface UnreadDocument extends Stretch {
  readonly error?: YamlError | undefined;
}

/** A file that was searched, with the stretches that its pins cover. */
export interface SearchedFile {
  readonly manifest: Manifest;
  /** The documents that name an image, in the order of the text. */
  readonly documents: readonly UnreadDocument[];
  readonly covered: readonly Stretch[];
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
  const search = { file, isCovered: coverage(file.covered), nodeAt: nodeFinder(file) };
  for (const image of images) {
    for (const { index } of text.matchAll(patternOf(image))) {
      if (!search.isCovered(index)) spotted.push({ at: index, image, ...reasonAt(index, search) });
    }
  }
  for (const spot of tagsIn(search)) spotted.push(spot);
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

/** What it takes to say what stands somewhere in a file. */
interface MentionSearch {
  readonly file: SearchedFile;
  readonly isCovered: (offset: number) => boolean;
  readonly nodeAt: (offset: number) => Spot | undefined;
}

function coverage(stretches: readonly Stretch[]): (offset: number) => boolean {
  const sorted = [...stretches].sort((a, b) => a.start - b.start);
  return (offset) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]!.start <= offset) low = middle + 1;
      else high = middle;
    }
    return sorted.slice(Math.max(0, low - 2), low).some(({ end }) => offset < end);
  };
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

/** Where the tag of a pin stands alone: a label, a variable, the version of an application. */
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

function reasonAt(at: number, { file, nodeAt }: MentionSearch): Pick<Mention, "kind" | "why"> {
  const { manifest } = file;
  if (manifest.garbled) return { kind: "unread", why: manifest.garbled.why };
  const error = documentAt(at, file)?.error;
  if (error) return { kind: "unread", why: `is not YAML: ${error.message}` };
  const found = nodeAt(at);
  if (found?.node.kind !== "scalar") return { kind: "comment", why: "stands in a comment" };
  const { node, key, isKey } = found;
  const place = (why: string) => ({ kind: "place", why }) as const;
  if (isKey) return place("is a key");
  if (node.style === "literal" || node.style === "folded")
    return place("stands in a block of text");
  const value = decodeScalar(manifest.text, node).value;
  if (/\{\{|\$[({\w]|<[\w%]/.test(value)) return place("stands in a template");
  const ref = parseImageRef(value);
  if (ref === undefined) return place("is no image reference");
  const isWhole = ref.tag !== undefined || ref.digest !== undefined;
  return place(isWhole ? `is in the field "${key}", which holds no image` : "has no tag");
}

/** A node, the key that it stands under, and whether it is a key itself. */
interface Spot {
  readonly node: YamlNode;
  readonly key: string;
  readonly isKey: boolean;
}

/** Returns the document that an offset stands in. */
function documentAt(at: number, { documents }: SearchedFile): UnreadDocument | undefined {
  const document = lastBefore(documents, at, (each) => each);
  return document !== undefined && holds(document, at) ? document : undefined;
}

/** Returns a search for nodes by offset, which reads a document again when one asks about it. */
function nodeFinder(file: SearchedFile): MentionSearch["nodeAt"] {
  const { text } = file.manifest;
  let read: { document: UnreadDocument | undefined; root: YamlNode | undefined } | undefined;
  return (at) => {
    const document = documentAt(at, file);
    if (read === undefined || read.document !== document) {
      const isRead = document !== undefined && document.error === undefined;
      const root = isRead ? readDocument(text, document.start, document.end) : undefined;
      read = { document, root };
    }
    return spotAt(at, read.root, text);
  };
}

/** Returns the scalar or alias that an offset stands in. */
function spotAt(at: number, root: YamlNode | undefined, text: string): Spot | undefined {
  let node = root;
  let key = "";
  while (node?.kind === "map" || node?.kind === "list") {
    if (node.kind === "list") node = lastBefore(node.items, at, (item) => item);
    else {
      const pair: { key: YamlNode; value: YamlNode } | undefined = lastBefore(
        node.pairs,
        at,
        (each) => each.key,
      );
      if (pair === undefined) return undefined;
      if (holds(pair.key, at)) return { node: pair.key, key, isKey: true };
      key = pair.key.kind === "scalar" ? decodeScalar(text, pair.key).value : "";
      node = pair.value;
    }
  }
  return node !== undefined && holds(node, at) ? { node, key, isKey: false } : undefined;
}

function holds({ start, end }: Stretch, at: number): boolean {
  return start <= at && at < end;
}

/** Returns the last of the ascending things that begins at or before an offset. */
function lastBefore<Thing>(
  things: readonly Thing[],
  at: number,
  placeOf: (thing: Thing) => Stretch,
): Thing | undefined {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (placeOf(things[middle]!).start <= at) low = middle + 1;
    else high = middle;
  }
  return things[low - 1];
}
