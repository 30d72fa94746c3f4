/** Pins whose name and tag are fields of their own: kustomize's `images`, and Helm values. */

import { isScalar, isSeq, type Node } from "yaml";
import { asDigest, asTag } from "../ids.ts";
import { type ImageName, parseImageName, sameImage } from "../image-ref.ts";
import { shorten } from "./manifest-text.ts";
import { type Fields, type Mapping, printTrail, textOf } from "./manifest-tree.ts";
import { spelledIn } from "./mention.ts";
import { refuseHalfMerged } from "./merge.ts";
import type { Pin } from "./pin.ts";
import { type FoundPin, notText, refuse, type Search, type Spot, slotOfField } from "./slot.ts";

/**
 * Knows kustomize's `images` wherever they stand: a Kustomization, a Component, Flux's objects.
 * The image that is deployed is `newName`, or `name` when there is none.
 */
export function kustomizePins(mapping: Mapping, search: Search): FoundPin[] {
  const list = mapping.fields.get("images");
  if (!isSeq(list)) return [];
  const found: FoundPin[] = [];
  const seen = new Map<string, ImageName | undefined>();
  for (const [at, node] of (list.items as Node[]).entries()) {
    const fields = search.tree.fields.get(node);
    if (fields === undefined) continue;
    const trail = { up: { up: mapping.trail, step: "images" }, step: at };
    const entry = { fields, trail, owner: mapping.owner };
    const name = textOf(fields.get("name"), search.tree);
    if (name === undefined) continue;
    const newName = textOf(fields.get("newName"), search.tree);
    const image = wantedIn(node, newName || name, search);
    const twice = seen.has(name) ? (image ?? seen.get(name)) : undefined;
    if (twice !== undefined) {
      const why = `has two entries of the name "${name}" in one list, of which one would win`;
      throw refuse({ ...search, image: twice }, node, { why, remedy: "Delete one of them." });
    }
    seen.set(name, image);
    if (image === undefined) continue;
    const pin = fieldsPin(entry, { ...search, image }, { form: "kustomize", tagKey: "newTag" });
    if (pin !== undefined) found.push(pin);
    else if (newName) {
      const why = "is given by newName only, so its tag is wherever the old name stands";
      throw refuse({ ...search, image }, node, { why, remedy: "Add newTag to the entry." });
    }
  }
  return found;
}

/** Knows Helm's way: `repository`, perhaps with `registry`, and beside it `tag` or `digest`. */
export function valuesPins(mapping: Mapping, search: Search): FoundPin[] {
  const { fields } = mapping;
  refuseHalfMerged(mapping, search);
  if (!fields.has("tag") && !fields.has("digest")) return [];
  const repository = fields.get("repository") ?? bareImage(fields, search);
  const image = wantedIn(repository, withRegistry(repository, fields, search), search);
  if (image === undefined) return [];
  const pin = fieldsPin(mapping, { ...search, image }, { form: "values", tagKey: "tag" });
  return pin === undefined ? [] : [pin];
}

/** Returns the field `image` when it is a name alone, so that a tag beside it belongs to it. */
function bareImage(fields: Fields, { tree }: Search): Node | undefined {
  const node = fields.get("image");
  return parseImageName(textOf(node, tree) ?? "") === undefined ? undefined : node;
}

function withRegistry(node: Node | undefined, fields: Fields, { tree }: Search): string {
  const repository = textOf(node, tree) ?? "";
  if (repository === "" || !fields.has("registry")) return repository;
  // A registry that is no text could be any.
  const registry = textOf(fields.get("registry"), tree) ?? "$";
  return registry === "" ? repository : `${registry}/${repository}`;
}

/** Returns the wanted image that a text names, and refuses one that is only spelled in it. */
function wantedIn(node: Node | undefined, text: string, search: Search): ImageName | undefined {
  const name = parseImageName(text);
  if (name !== undefined) return search.wanted.find((image) => sameImage(image, name));
  const image = spelledIn(text, search.wanted);
  if (image === undefined || node === undefined) return undefined;
  throw refuse({ ...search, image }, node, {
    why: `stands in ${JSON.stringify(shorten(text))}, which is no image name`,
    remedy: "Write the name alone, without a tag and without templates.",
  });
}

/** Makes a pin of the fields that hold the tag and the digest, or none when neither is there. */
function fieldsPin(
  { fields, trail, owner }: Mapping,
  spot: Spot,
  { form, tagKey }: { form: Pin["form"]; tagKey: string },
): FoundPin | undefined {
  const tagNode = fields.get(tagKey);
  const digestNode = fields.get("digest");
  const tag = readField(tagNode, spot, asTag);
  const digest = readField(digestNode, spot, asDigest);
  if (tagNode === undefined && digest === undefined) return undefined;
  // What is empty beside something that is not stays empty: the other one is what counts.
  const fillsTag = tag !== undefined || digest === undefined;
  const slots = {
    tag: fillsTag && tagNode ? slotOfField(spot, tagNode) : undefined,
    digest: digest !== undefined && digestNode ? slotOfField(spot, digestNode) : undefined,
  };
  if (tag === undefined && slots.tag?.reading === "plain") {
    const why = `has an empty ${tagKey}`;
    throw refuse(spot, tagNode!, { why, remedy: `Write ${tagKey}: "" to have it filled in.` });
  }
  const keyPath = printTrail({ up: trail, step: fillsTag ? tagKey : "digest" });
  return { form, owner, keyPath, image: spot.image, tag, digest, slots };
}

/** Returns what a field holds. Nothing, YAML's nulls and empty quotes are undefined. */
function readField<Value>(
  node: Node | undefined,
  spot: Spot,
  parse: (text: string) => Value | undefined,
): Value | undefined {
  if (node === undefined) return undefined;
  const text = textOf(node, spot.tree);
  // A mapping stands here when a template is not in quotes.
  if (text === undefined) throw notText(spot, node);
  const plain = isScalar(node) && node.type === "PLAIN" && node.tag === undefined;
  if (text === "" || (plain && /^(?:~|null|Null|NULL)$/.test(text))) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  throw refuse(spot, node, {
    why: `stands beside ${JSON.stringify(shorten(text))}, which is neither a tag nor a sha256 digest`,
    remedy: "Write a tag there, if only a placeholder. Templates are not edited.",
  });
}
