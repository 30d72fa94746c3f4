/** A document's nodes in order, with key paths and owners, what aliases stand for, no key twice. */

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { type Manifest, uneditable } from "./manifest-text.ts";

/** The way from the root to a node, last step first. */
export type Trail = { readonly up: Trail; readonly step: string | number } | undefined;

/** One node and where it stands. */
export interface Visit {
  readonly node: Node;
  readonly trail: Trail;
  /** The node, or the nearest one around it, that says its kind: `Kind/name`. */
  readonly owner: string;
}

/** A document, walked once. */
export interface Tree {
  /** Every node in the order of the text, keys included. */
  readonly visits: readonly Visit[];
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
  /** The nodes that some alias stands for. */
  readonly aliased: ReadonlySet<Node>;
}

/** A mapping as its readers see it. */
export interface Mapping {
  readonly fields: ReadonlyMap<string, Node>;
  readonly trail: Trail;
  readonly owner: string;
}

/** Walks a document. No recursion: the depth of a file is not ours to choose. */
export function treeOf(document: Document.Parsed): Tree {
  const visits: Visit[] = [];
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  const waiting: Visit[] = [];
  if (document.contents !== null) {
    waiting.push({ node: document.contents, trail: undefined, owner: "" });
  }
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { node, trail, owner } = visit;
    const here = { node, trail, owner: (isMap(node) ? ownerOf(node) : undefined) ?? owner };
    visits.push(here);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if (node.anchor !== undefined) {
      anchors.set(node.anchor, node);
    }
    // The last one in is the first one out.
    for (const child of childrenOf(here).reverse()) waiting.push(child);
  }
  return { visits, targets, aliased: new Set(targets.values()) };
}

/** Returns the fields of a mapping by key. What stands under a key that is no text is left out. */
export function fieldsOf(map: YAMLMap, manifest: Manifest): ReadonlyMap<string, Node> {
  const fields = new Map<string, Node>();
  const seen = new Set<string>();
  for (const { key, value } of map.items as { key: Node | null; value: Node | null }[]) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) {
      const why = `the key "${name}" stands twice in one mapping`;
      throw uneditable(manifest, startOf(key), { why, remedy: "Delete one of them." });
    }
    seen.add(name);
    if (value !== null) fields.set(name, value);
  }
  return fields;
}

/** Returns where a node begins, in UTF-16 units. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
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
    return (node.items as Node[]).map((item, step) => ({
      node: item,
      trail: { up: trail, step },
      owner,
    }));
  }
  if (!isMap(node)) return [];
  const children: Visit[] = [];
  for (const { key, value } of node.items as { key: Node | null; value: Node | null }[]) {
    const step = isScalar(key) ? String(key.value) : "?";
    if (key !== null) children.push({ node: key, trail, owner });
    if (value !== null) children.push({ node: value, trail: { up: trail, step }, owner });
  }
  return children;
}

function ownerOf(map: YAMLMap): string | undefined {
  const kind = map.get("kind");
  if (typeof kind !== "string" || kind === "") return undefined;
  const metadata = map.get("metadata");
  const name = isMap(metadata) ? metadata.get("name") : undefined;
  return typeof name === "string" && name !== "" ? `${kind}/${name}` : kind;
}
