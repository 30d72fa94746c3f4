/** Places that hold an image's name, or the tag of one of its pins, and are no pins themselves. */

import type { Place } from "../failure.ts";
import { type ImageName, parseImageRef } from "../image-ref.ts";
import { decodeScalar } from "../yaml/decode.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";
import { type Manifest, placesAt, shorten } from "./manifest.ts";
import { patternOf } from "./names.ts";
import type { Searched } from "./search.ts";

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

/** A file that was searched, with the stretches that its pins cover. */
export interface SearchedFile extends Pick<Searched, "documents"> {
  readonly manifest: Manifest;
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
  const isCovered = coverage(file.covered);
  for (const image of images) {
    for (const { index } of text.matchAll(patternOf(image))) {
      if (!isCovered(index)) spotted.push({ at: index, image, ...reasonAt(index, file) });
    }
  }
  for (const { tag, image } of file.tags) spotted.push(...tagsIn(file, tag, { image, isCovered }));
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
function tagsIn(
  file: SearchedFile,
  tag: string,
  { image, isCovered }: { image: ImageName; isCovered: (offset: number) => boolean },
): Spotted[] {
  const { text } = file.manifest;
  // A short word or a number means many things.
  if (tag.length < 5 || !/\d/.test(tag)) return [];
  const found: Spotted[] = [];
  for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + tag.length)) {
    if (isCovered(at) || !/[\s"'=]/.test(text[at - 1] ?? " ")) continue;
    if (!/[\s"',}\]]/.test(text[at + tag.length] ?? " ")) continue;
    const { node, key } = nodeAt(at, file) ?? {};
    if (node?.kind !== "scalar" || /(?:^|[a-z_-])tag$|^new(?:Tag|Name)$/i.test(key ?? "")) continue;
    const why = `holds the tag "${tag}" alone, which is moved only beside the image's name`;
    found.push({ at, image, kind: "tag", why, tag });
  }
  return found;
}

function reasonAt(at: number, file: SearchedFile): Pick<Mention, "kind" | "why"> {
  const { manifest, documents } = file;
  if (manifest.garbled) return { kind: "unread", why: manifest.garbled.why };
  const document = documents.find(({ start, end }) => start <= at && at < end);
  if (document?.error) return { kind: "unread", why: `is not YAML: ${document.error.message}` };
  const found = nodeAt(at, file);
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

/** Returns the scalar or alias that an offset stands in. */
function nodeAt(at: number, { documents, manifest }: SearchedFile): Spot | undefined {
  const document = documents.find(({ start, end }) => start <= at && at < end);
  let node = document?.root;
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
      key = pair.key.kind === "scalar" ? decodeScalar(manifest.text, pair.key).value : "";
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
  nodeOf: (thing: Thing) => YamlNode,
): Thing | undefined {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (nodeOf(things[middle]!).start <= at) low = middle + 1;
    else high = middle;
  }
  return things[low - 1];
}
