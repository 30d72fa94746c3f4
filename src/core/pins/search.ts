/** Searches documents for pins, form by form, and the YAML in their blocks of text as well. */

import type { ImageName } from "../image-ref.ts";
import { readDocument } from "../yaml/block.ts";
import { type DocumentRange, splitDocuments } from "../yaml/documents.ts";
import { YamlError, type YamlNode } from "../yaml/node.ts";
import { layerIn } from "./blocks.ts";
import { type Candidate, type Search, toldOnly } from "./candidate.ts";
import { kustomizeEntries } from "./forms/kustomize.ts";
import { listedReferences, referencesIn } from "./forms/reference.ts";
import { namedPins, splitPins } from "./forms/split.ts";
import type { Layer } from "./manifest.ts";
import { lastPart } from "./names.ts";
import type { Lock } from "./pin.ts";
import { lockOf, lockOfHolder, usersOf } from "./shared.ts";
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

/** Where a layer is, which its own places go on from. */
interface Origin {
  readonly trail: Trail;
  readonly owner: string;
}

/** What could be pins in a document, of any image, or why the document was not read. */
export interface SearchedDocument extends DocumentRange {
  readonly candidates: readonly LayeredCandidate[];
  readonly error?: YamlError;
}

/** A candidate, the text that it is in, and why it must stay as it is, if it must. */
export interface LayeredCandidate {
  readonly candidate: Candidate;
  readonly layer: Layer;
  readonly tree: Tree;
  readonly lock: Lock | undefined;
}

/**
 * Reads the documents of a layer that name an image, and finds what could be pins in them. One at a
 * time, so that no more than one is held in memory.
 */
export function* searchLayer(
  layer: Layer,
  wanted: Wanted,
  origin: Origin,
): Generator<SearchedDocument> {
  const hits = hitsIn(layer.text, wanted.images);
  for (const range of splitDocuments(layer.text)) {
    if (!hasBetween(hits, range.start, range.end)) continue;
    yield searchDocument(layer, { range, hits, wanted, origin });
  }
}

function searchDocument(layer: Layer, around: Around): SearchedDocument {
  const { images, fields } = around.wanted;
  const { start, end } = around.range;
  try {
    const root = readDocument(layer.text, start, end);
    if (root === undefined) return { start, end, candidates: [] };
    const search = { layer, tree: treeOf(root, layer.text), wanted: images, fields };
    return { start, end, candidates: searchTree(search, around) };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { start, end, candidates: [], error };
  }
}

interface Around {
  readonly range: DocumentRange;
  /** Where in the layer's text the last part of some wanted name is, in ascending order. */
  readonly hits: readonly number[];
  readonly wanted: Wanted;
  readonly origin: Origin;
}

function searchTree(search: Search, around: Around): LayeredCandidate[] {
  const { tree, layer } = search;
  const isShared = tree.targets.size > 0;
  const isHit = ({ start, end }: YamlNode) => hasBetween(around.hits, start, end);
  const found: Candidate[] = [];
  const inner: LayeredCandidate[] = [];
  const isTemplate = () => /\{\{|<%/.test(layer.text.slice(around.range.start, around.range.end));
  const holders = new Map<YamlNode, Lock>();
  // What is used elsewhere matters wherever it is.
  for (const visit of visitsOf(tree, (node) => isShared || isHit(node))) {
    const visited = rebase(visit, around.origin);
    for (const candidate of candidatesAt(visited, search))
      found.push(branchOf(candidate, isTemplate));
    if (isShared && "mapping" in visited) noteHolders(visited.mapping, tree, holders);
    for (const [node, trail, owner] of childrenOf(visited, tree)) {
      if (node.kind !== "scalar" || !isHit(node)) continue;
      for (const pin of innerPins(layerIn(node, trail, layer), { trail, owner }, around)) {
        inner.push(pin);
      }
    }
  }
  const sealed = sealOf(tree);
  const users = isShared ? usersOf(found) : undefined;
  const own = found.map((candidate) => {
    const shared = users && lockOf(candidate, users, tree);
    const lock = candidate.lock ?? sealed ?? shared ?? heldBy(candidate, holders, found);
    return { candidate, layer, tree, lock };
  });
  return [...own, ...(sealed ? inner.map((pin) => ({ ...pin, lock: sealed })) : inner)];
}

/** Of the branches of a template, which nobody applies as it is, one alone comes to be. */
function branchOf(candidate: Candidate, isTemplate: () => boolean): Candidate {
  const { lock } = candidate;
  return lock !== undefined && isTemplate() ? toldOnly(candidate, lock.why) : candidate;
}

function* candidatesAt(visited: Visited, search: Search): Generator<Candidate> {
  if ("mapping" in visited) for (const form of inMappings) yield* form(visited.mapping, search);
  else for (const form of inLists) yield* form(visited.list, search);
}

function* innerPins(
  layer: Layer | undefined,
  origin: Origin,
  around: Pick<Around, "wanted">,
): Generator<LayeredCandidate> {
  if (layer === undefined) return;
  for (const { candidates } of searchLayer(layer, around.wanted, origin)) yield* candidates;
}

/** Returns why the place of a candidate's anchor must not change, unless the pin is there. */
function heldBy(
  { nodes }: Candidate,
  holders: ReadonlyMap<YamlNode, Lock>,
  found: readonly Candidate[],
): Lock | undefined {
  const held = nodes.map((node) => holders.get(node)).find((lock) => lock !== undefined);
  if (held === undefined) return undefined;
  const isOwnPlace = found.some(({ uses }) => nodes.some((node) => uses.includes(node)));
  return isOwnPlace ? undefined : held;
}

type Visited = { readonly mapping: Mapping } | { readonly list: Listing };

/** Gives a place its way from the root of the file, when the document is in a block of text. */
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
function sealOf(tree: Tree): Lock | undefined {
  const fieldIn = (node: YamlNode | undefined, name: string) =>
    node?.kind === "map"
      ? node.pairs.find(({ key }) => textOf(key, tree) === name)?.value
      : undefined;
  const sops = fieldIn(tree.root, "sops");
  if (fieldIn(sops, "mac") === undefined) return undefined;
  if (textOf(fieldIn(sops, "mac_only_encrypted"), tree) === "true") return undefined;
  const why = "is in a document that SOPS has signed, whose MAC would not match any more";
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
