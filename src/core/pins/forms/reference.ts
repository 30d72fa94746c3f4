/** References that are written whole in one text: `image: NAME:TAG`, a patch's value, a default. */

import { type ImageRef, parseImageRef } from "../../image-ref.ts";
import type { YamlNode } from "../../yaml/node.ts";
import { type Candidate, heldByReference, type Search, standsTwice } from "../candidate.ts";
import { keyAbove, type Listing, type Mapping, printTrail, type Trail } from "../tree.ts";
import { readValue, type Value } from "../value.ts";

/**
 * Knows every field that calls itself an image (`image`, `imageName`, `RELATED_IMAGE_API`) or is
 * a part of one, the value and the default of what has a name (environment, parameters), the values
 * of JSON patches, and the fields that the settings name.
 */
export function referencesIn(mapping: Mapping, search: Search): Candidate[] {
  const found: Candidate[] = [];
  const under = String(mapping.trail?.step ?? "");
  for (const key of mapping.own) {
    const isImage = /image/i.test(key) || (under !== "" && isPartOfImage(key, under));
    const trail = { up: mapping.trail, step: key };
    const { fields } = search;
    const isNamed = fields.length > 0 && namesField(printTrail(trail), fields);
    if (!isImage && !isNamed && !holdsReference(key, mapping.fields)) continue;
    const node = mapping.fields.get(key)!;
    const candidate = referenceAt(node, { trail, owner: mapping.owner }, search);
    if (candidate === undefined) continue;
    if (candidate.weak === "bare" && !isContainer(key, mapping)) continue;
    found.push(mapping.twice.has(key) ? { ...candidate, lock: standsTwice([key]) } : candidate);
  }
  return found;
}

/** Knows the lists of texts that kustomize and Argo CD take: `NAME:TAG`, `OLD=NAME:TAG`. */
export function listedReferences(list: Listing, search: Search): Candidate[] {
  if (!/images?$/i.test(keyAbove(list.trail))) return [];
  return list.node.items.flatMap((node, step) => {
    const at = { trail: { up: list.trail, step }, owner: list.owner };
    const candidate = referenceAt(node, at, search);
    return candidate === undefined || candidate.weak === "bare" ? [] : [candidate];
  });
}

/** `image: {name: …}`, as Kubernetes' volumes and GitLab have it, and lists of images by name. */
function isPartOfImage(key: string, under: string): boolean {
  return /images$/i.test(under) || (/image$/i.test(under) && /^(?:name|ref|reference)$/.test(key));
}

function holdsReference(key: string, fields: Mapping["fields"]): boolean {
  if (key === "value") return fields.has("name") || (fields.has("op") && fields.has("path"));
  return key === "default" && fields.has("name");
}

function namesField(path: string, fields: readonly string[]): boolean {
  const plain = path.replace(/\[\d+\]/g, "");
  return fields.some((field) => plain === field || plain.endsWith(`.${field}`));
}

function referenceAt(
  node: YamlNode,
  at: { readonly trail: Trail; readonly owner: string },
  search: Search,
): Candidate | undefined {
  const value = readValue(node, search.tree);
  const read = value && readReference(value);
  const held = read && heldByReference(value, read.ref, read.from, search.layer);
  if (held === undefined) return undefined;
  const { tag, digest, slots, nodes } = held;
  const weak = tag === undefined && digest === undefined ? "bare" : undefined;
  const { trail, owner } = at;
  const { name: image } = read!.ref;
  return { form: "reference", owner, trail, image, tag, digest, slots, nodes, uses: [node], weak };
}

/** Reads `NAME:TAG`, and what `kustomize edit set image` takes: `OLD=NAME:TAG`, `NAME=*:TAG`. */
function readReference({ text }: Value): { ref: ImageRef; from: number } | undefined {
  const ref = parseImageRef(text);
  if (ref !== undefined) return { ref, from: 0 };
  const sign = text.indexOf("=");
  if (sign < 0) return undefined;
  const rest = text.slice(sign + 1);
  const whole = rest.startsWith("*") ? `${text.slice(0, sign)}${rest.slice(1)}` : rest;
  const other = parseImageRef(whole);
  return other && { ref: other, from: sign + 1 };
}

/** Returns whether this is a container of an object: there a name alone means `latest`. */
function isContainer(key: string, { fields, trail, owner }: Mapping): boolean {
  if (key !== "image" || owner === "") return false;
  if ([...fields.keys()].some((other) => /tag$|version$|digest$/i.test(other))) return false;
  const above = keyAbove(trail);
  return /containers?$/i.test(above) || /^(?:steps|sidecars|script)$/.test(above);
}
