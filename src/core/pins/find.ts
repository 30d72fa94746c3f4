/** Finds pins by image name, whatever the kind of the object. `image: name:tag` is known here. */

import { type Document, isScalar } from "yaml";
import { type ImageName, parseImageRef, sameImage } from "../image-ref.ts";
import { kustomizePins, valuesPins } from "./fields.ts";
import { type Manifest, placesAt, readManifest, shorten } from "./manifest-text.ts";
import { type Mapping, printTrail, textOf, treeOf } from "./manifest-tree.ts";
import { isManifestPath, mayPin, spelledIn } from "./mention.ts";
import { type Pin, startOfPin } from "./pin.ts";
import { blockOfText, type FoundPin, refuse, type Search, slotsOfReference } from "./slot.ts";

/**
 * Returns the pins of the wanted images in one file, in the order of the text. A file that mentions
 * none of them is not parsed, so that a broken file which is no business of ours stops nothing.
 *
 * @throws Failure `bad-manifest`, with the place and the remedy, when the file mentions an image
 *   and cannot be read, or names one in a way that cannot be edited safely.
 */
export function findPins(
  file: { readonly path: string; readonly bytes: Uint8Array },
  wanted: readonly ImageName[],
): readonly Pin[] {
  if (!isManifestPath(file.path) || !mayPin(file.bytes, wanted)) return [];
  return pinsIn(readManifest(file.path, file.bytes), wanted);
}

/** Returns the pins of a manifest that has been read. Throws as `findPins` does. */
export function pinsIn(manifest: Manifest, wanted: readonly ImageName[]): readonly Pin[] {
  const found = manifest.documents.flatMap((document) => pinsOf(document, manifest, wanted));
  found.sort((a, b) => startOfPin(a) - startOfPin(b));
  const places = placesAt(manifest, found.map(startOfPin));
  return found.map((pin, at) => ({ ...places[at]!, ...pin }));
}

function pinsOf(
  document: Document.Parsed,
  manifest: Manifest,
  wanted: readonly ImageName[],
): FoundPin[] {
  const tree = treeOf(document, manifest);
  const search = { manifest, tree, wanted };
  const found: FoundPin[] = [];
  for (const { node, trail, owner } of tree.visits) {
    const fields = tree.fields.get(node);
    if (fields === undefined) continue;
    const mapping = { fields, trail, owner };
    const reference = referencePin(mapping, search);
    if (reference !== undefined) found.push(reference);
    const others = [...valuesPins(mapping, search), ...kustomizePins(mapping, search)];
    for (const pin of others) found.push(pin);
  }
  return found;
}

/** Knows the field `image` of containers of every kind, and of whatever else calls its image so. */
function referencePin({ fields, trail, owner }: Mapping, search: Search): FoundPin | undefined {
  const node = fields.get("image");
  const text = textOf(node, search.tree);
  if (node === undefined || text === undefined) return undefined;
  const ref = parseImageRef(text);
  const image = ref
    ? search.wanted.find((name) => sameImage(name, ref.name))
    : spelledIn(text, search.wanted);
  if (image === undefined) return undefined;
  const spot = { ...search, image };
  const { tag, digest } = ref ?? {};
  const keyPath = printTrail({ up: trail, step: "image" });
  if (ref !== undefined) {
    // `image: name` beside `tag: …` is one pin, and it is the other field's.
    const alone = tag === undefined && digest === undefined;
    if (alone && (fields.has("tag") || fields.has("digest"))) return undefined;
    const slots = slotsOfReference(spot, node, ref);
    return { form: "reference", owner, keyPath, image, tag, digest, slots };
  }
  if (isScalar(node) && node.type?.startsWith("BLOCK_")) throw blockOfText(spot, node);
  throw refuse(spot, node, {
    why: `stands in ${JSON.stringify(shorten(text))}, which is no image reference`,
    remedy: "Templates are not edited. Write the reference out, or keep the image in values.",
  });
}
