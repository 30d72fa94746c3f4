/** A document's nodes in order, with key paths and owners, what aliases stand for, no key twice. */

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { type Manifest, shorten, uneditable } from "./manifest-text.ts";

/** The way from the root to a node, last step first. */
export type Trail = { readonly up: Trail; readonly step: string | number } | undefined;

/** One node and where it stands. */
export interface Visit {
  readonly node: Node;
  readonly trail: Trail;
  /** The node, or the nearest one around it, that says its kind: `Kind/name`. */
  readonly owner: string;
}

/** The fields of a mapping by key. What stands under a key that is no text is left out. */
export type Fields = ReadonlyMap<string, Node>;

/** A mapping as its readers see it. */
export interface Mapping {
  readonly fields: Fields;
  readonly trail: Trail;
  readonly owner: string;
}

/** A document, walked once. */
export interface Tree {
  /** Every node in the order of the text, keys included. */
  readonly visits: readonly Visit[];
  /** The fields of every mapping. */
  readonly fields: ReadonlyMap<Node, Fields>;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
  /** The nodes that some alias stands for. */
  readonly aliased: ReadonlySet<Node>;
}

/**
 * Walks a document. No recursion: the depth of a file is not ours to choose.
 *
 * @throws Failure `bad-manifest` when a key stands twice in one mapping.
 */
export function treeOf(document: Document.Parsed, manifest: Manifest): Tree {
  const visits: Visit[] = [];
  const fields = new Map<Node, Fields>();
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  const waiting: Visit[] = [{ node: document.contents!, trail: undefined, owner: "" }];
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { node, trail } = visit;
    const own = isMap(node) ? readFields(node, manifest) : undefined;
    if (own !== undefined) fields.set(node, own);
    const owner = (own && ownerOf(own)) ?? visit.owner;
    visits.push({ node, trail, owner });
    const target = isAlias(node) ? anchors.get(node.source) : undefined;
    if (target !== undefined) targets.set(node, target);
    if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    // The last one in is the first one out.
    for (const child of childrenOf({ node, trail, owner }).reverse()) waiting.push(child);
  }
  return { visits, fields, targets, aliased: new Set(targets.values()) };
}

/** Returns where a node begins, in UTF-16 units. */
export function startOf(node: Node): number {
  return node.range![0];
}

/** Returns a node's text, through an alias if need be, or undefined when it is no scalar. */
export function textOf(node: Node | undefined, tree: Tree): string | undefined {
  const target = node === undefined ? undefined : (tree.targets.get(node) ?? node);
  return isScalar(target) ? String(target.value) : undefined;
}

/** Prints a trail as `spec.containers[0].image`; keys that are no plain words are quoted. */
export function printTrail(trail: Trail): string {
  const steps: string[] = [];
  for (let at = trail; at !== undefined; at = at.up) {
    if (typeof at.step === "string" && /^[\w-]+$/.test(at.step)) steps.push(`.${at.step}`);
    else steps.push(`[${JSON.stringify(at.step)}]`);
  }
  return steps.reverse().join("").replace(/^\./, "");
}

function childrenOf({ node, trail, owner }: Visit): Visit[] {
  if (isSeq(node)) {
    const items = node.items as Node[];
    return items.map((item, step) => ({ node: item, trail: { up: trail, step }, owner }));
  }
  if (!isMap(node)) return [];
  const children: Visit[] = [];
  for (const { key, value } of pairsOf(node)) {
    const step = isScalar(key) ? String(key.value) : "?";
    children.push({ node: key, trail, owner });
    if (value !== null) children.push({ node: value, trail: { up: trail, step }, owner });
  }
  return children;
}

function readFields(map: YAMLMap, manifest: Manifest): Fields {
  const fields = new Map<string, Node>();
  const seen = new Set<string>();
  for (const { key, value } of pairsOf(map)) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) {
      const why = `the key "${shorten(name)}" stands twice in one mapping`;
      throw uneditable(manifest, startOf(key), { why, remedy: "Delete one of them." });
    }
    seen.add(name);
    if (value !== null) fields.set(name, value);
  }
  return fields;
}

/** Returns the pairs that the parser makes, whose types promise less. */
function pairsOf(map: YAMLMap): readonly { key: Node; value: Node | null }[] {
  return map.items as { key: Node; value: Node | null }[];
}

function ownerOf(fields: Fields): string | undefined {
  const kind = fields.get("kind");
  if (!isScalar(kind) || kind.value === "") return undefined;
  const metadata = fields.get("metadata");
  const name = isMap(metadata) ? metadata.get("name") : undefined;
  return typeof name === "string" && name !== "" ? `${kind.value}/${name}` : String(kind.value);
}
