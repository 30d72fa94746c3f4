/** Searches documents for pins, form by form, and the YAML in their blocks of text as well. */

import type { ImageName } from "../image-ref.ts";
import { readDocument } from "../yaml/block.ts";
import { splitDocuments } from "../yaml/documents.ts";
import { YamlError, type YamlNode } from "../yaml/node.ts";
import { layerIn } from "./blocks.ts";
import type { Candidate, Search } from "./candidate.ts";
import { kustomizeEntries } from "./forms/kustomize.ts";
import { listedReferences, referencesIn } from "./forms/reference.ts";
import { namedPins, splitPins } from "./forms/split.ts";
import type { Layer } from "./manifest.ts";
import { lastPart } from "./names.ts";
import type { Lock } from "./pin.ts";
import { lockOf, lockOfHolder } from "./shared.ts";
import {
  type Listing,
  type Mapping,
  type Trail,
  type Tree,
  textOf,
  treeOf,
  visitsOf,
} from "./tree.ts";

/** The ways of writing a pin. */
const inMappings = [referencesIn, splitPins] as const;
const inLists = [kustomizeEntries, listedReferences, namedPins] as const;

/** What is searched for. */
export interface Wanted {
  readonly images: readonly ImageName[];
  readonly fields: readonly string[];
}

/** Where a layer stands, which its own places go on from. */
interface Origin {
  readonly trail: Trail;
  readonly owner: string;
}

/** A document that was read, or why it was not. */
export interface ReadDocument {
  readonly start: number;
  readonly end: number;
  readonly root?: YamlNode;
  readonly error?: YamlError;
}

/** What a layer holds. The candidates may be of any image. */
export interface Searched {
  readonly documents: readonly ReadDocument[];
  readonly candidates: readonly (Candidate & { readonly layer: Layer })[];
}

/** Reads the documents of a layer that name an image, and finds what could be pins in them. */
export function searchLayer(layer: Layer, wanted: Wanted, origin: Origin): Searched {
  const hits = hitsIn(layer.text, wanted.images);
  const documents: ReadDocument[] = [];
  const candidates: (Candidate & { readonly layer: Layer })[] = [];
  for (const { start, end } of splitDocuments(layer.text)) {
    if (!hasBetween(hits, start, end)) continue;
    try {
      const root = readDocument(layer.text, start, end);
      if (root === undefined) continue;
      documents.push({ start, end, root });
      const tree = treeOf(root, layer.text);
      const search = { layer, tree, wanted: wanted.images, fields: wanted.fields };
      for (const found of searchTree(search, { hits, wanted, origin })) candidates.push(found);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      documents.push({ start, end, error });
    }
  }
  return { documents, candidates };
}

interface Around {
  /** Where in the layer's text the last part of some wanted name stands, in ascending order. */
  readonly hits: readonly number[];
  readonly wanted: Wanted;
  readonly origin: Origin;
}

function searchTree(search: Search, around: Around) {
  const { tree, layer } = search;
  const isShared = tree.targets.size > 0;
  const isHit = ({ start, end }: YamlNode) => hasBetween(around.hits, start, end);
  const found: Candidate[] = [];
  const inner: (Candidate & { readonly layer: Layer })[] = [];
  const holders = new Map<YamlNode, Lock>();
  // What is used elsewhere matters wherever it stands.
  for (const visit of visitsOf(tree, (node) => isShared || isHit(node))) {
    const visited = rebase(visit, around.origin);
    if ("mapping" in visited) {
      const { mapping } = visited;
      for (const form of inMappings) found.push(...form(mapping, search));
      if (isShared) noteHolders(mapping, tree, holders);
    } else for (const form of inLists) found.push(...form(visited.list, search));
    for (const [node, trail, owner] of childrenOf(visited, tree)) {
      if (!isHit(node)) continue;
      const below = node.kind === "scalar" ? layerIn(node, trail, layer) : undefined;
      if (below) inner.push(...searchLayer(below, around.wanted, { trail, owner }).candidates);
    }
  }
  const sealed = sealOf(tree);
  const own = found.map((candidate) => {
    const held = candidate.nodes
      .map((node) => holders.get(node))
      .find((lock) => lock !== undefined);
    const isHeld = held && !found.some(({ uses }) => candidate.nodes.some((n) => uses.includes(n)));
    const shared = isShared ? lockOf(candidate, found, tree) : undefined;
    const lock = candidate.lock ?? sealed ?? shared ?? (isHeld ? held : undefined);
    return { ...candidate, lock, layer };
  });
  return [...own, ...inner.map((pin) => (sealed ? { ...pin, lock: sealed } : pin))];
}

type Visited = { readonly mapping: Mapping } | { readonly list: Listing };

/** Gives a place its way from the root of the file, when the document stands in a block of text. */
function rebase(visit: Visited, origin: Origin): Visited {
  if (origin.trail === undefined) return visit;
  const of = <Place extends Listing | Mapping>(place: Place): Place => {
    return {
      ...place,
      trail: under(place.trail, origin.trail),
      owner: place.owner || origin.owner,
    };
  };
  return "mapping" in visit ? { mapping: of(visit.mapping) } : { list: of(visit.list) };
}

function under(trail: Trail, root: Trail): Trail {
  return trail === undefined ? root : { up: under(trail.up, root), step: trail.step };
}

function* childrenOf(visited: Visited, tree: Tree): Generator<[YamlNode, Trail, string]> {
  if ("list" in visited) {
    const { node, trail, owner } = visited.list;
    for (const [step, item] of node.items.entries()) yield [item, { up: trail, step }, owner];
    return;
  }
  const { node, trail, owner } = visited.mapping;
  for (const { key, value } of node.pairs) {
    yield [value, { up: trail, step: textOf(key, tree) ?? "?" }, owner];
  }
}

function noteHolders(mapping: Mapping, tree: Tree, holders: Map<YamlNode, Lock>): void {
  for (const key of mapping.own) {
    const node = mapping.fields.get(key)!;
    if (node.kind !== "scalar" || !tree.aliases.has(node)) continue;
    const lock = lockOfHolder(node, key, mapping);
    if (lock !== undefined) holders.set(node, lock);
  }
}

/** SOPS signs the clear values, too, unless it was told to sign the encrypted ones only. */
function sealOf({ root, source, ...tree }: Tree): Lock | undefined {
  const all = { root, source, ...tree };
  const fieldIn = (node: YamlNode | undefined, name: string) =>
    node?.kind === "map"
      ? node.pairs.find(({ key }) => textOf(key, all) === name)?.value
      : undefined;
  const sops = fieldIn(root, "sops");
  if (fieldIn(sops, "mac") === undefined) return undefined;
  if (textOf(fieldIn(sops, "mac_only_encrypted"), all) === "true") return undefined;
  const why = "stands in a document that SOPS has signed, whose MAC would not match any more";
  return { why, remedy: "Keep the image in a file of its own, or set mac_only_encrypted: true." };
}

function hitsIn(text: string, images: readonly ImageName[]): number[] {
  const hits: number[] = [];
  for (const part of new Set(images.map(lastPart))) {
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) hits.push(at);
  }
  return hits.sort((a, b) => a - b);
}

/** Returns whether one of the ascending numbers is at least `from` and less than `to`. */
function hasBetween(hits: readonly number[], from: number, to: number): boolean {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hits[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low < hits.length && hits[low]! < to;
}
