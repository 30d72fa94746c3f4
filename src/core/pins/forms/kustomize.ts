/** Kustomize's `images` wherever they stand: a Kustomization, a Component, Flux's objects. */

import { parseImageName } from "../../image-ref.ts";
import { type Candidate, type Search, toldOnly } from "../candidate.ts";
import type { Lock } from "../pin.ts";
import { keyAbove, type Listing, type Mapping, mappingOf } from "../tree.ts";
import { readValue } from "../value.ts";
import { heldByFields } from "./split.ts";

/**
 * Knows the entries of `images`. The image that is deployed is `newName`, or `name` when there is
 * none. An entry that changes nothing is none of kustomize's: a build matrix, for example.
 */
export function kustomizeEntries(list: Listing, search: Search): Candidate[] {
  const above = keyAbove(list.trail);
  if (above !== "images" && above !== "imageTags") return [];
  const found: Candidate[] = [];
  const seen = new Map<string, number>();
  for (const [step, node] of list.node.items.entries()) {
    if (node.kind !== "map") continue;
    const at = { trail: { up: list.trail, step }, owner: list.owner };
    const mapping = mappingOf(node, at, search.tree);
    const name = readValue(mapping.fields.get("name"), search.tree)?.text;
    const candidate = name === undefined ? undefined : entryIn(mapping, name, search);
    if (candidate === undefined || name === undefined) continue;
    const first = seen.get(name);
    seen.set(name, found.length);
    found.push(first === undefined ? candidate : { ...candidate, lock: twice(name) });
  }
  return found;
}

function entryIn(mapping: Mapping, name: string, search: Search): Candidate | undefined {
  const { fields, trail, owner } = mapping;
  const newName = readValue(fields.get("newName"), search.tree)?.text;
  const image = parseImageName(newName || name);
  if (image === undefined) return undefined;
  const parts = { tag: fields.get("newTag"), digest: fields.get("digest") };
  const held = heldByFields(parts, search);
  const names = [fields.get("name"), fields.get("newName")].flatMap((node) => node ?? []);
  const shared = { form: "kustomize", image, owner } as const;
  if (held !== undefined && "unclear" in held) {
    return toldOnly({ ...shared, trail, uses: names }, held.unclear);
  }
  if (held !== undefined) {
    const step = held.slots.tag === undefined ? "digest" : "newTag";
    const uses = [...names, ...held.uses];
    return { ...shared, ...held, trail: { up: trail, step }, uses };
  }
  const value = readValue(fields.get("newName"), search.tree);
  if (!newName || value === undefined) return undefined;
  const empty = { tag: undefined, digest: undefined, slots: { tag: undefined, digest: undefined } };
  const step = { up: trail, step: "newName" };
  return { ...shared, ...empty, trail: step, nodes: [value.node], uses: names, weak: "renamed" };
}

function twice(name: string): Lock {
  const why = `has two entries of the name "${name}" in one list, of which one would win`;
  return { why, remedy: "Delete one of them." };
}
