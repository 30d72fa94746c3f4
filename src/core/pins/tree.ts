/** A document's mappings and lists as the forms of pins see them: merged, with paths and owners. */

import { scalarValue } from "../yaml/decode.ts";
import type { AliasNode, ListNode, MapNode, ScalarNode, YamlNode } from "../yaml/node.ts";

/** The way from the root to a node, last step first. */
export type Trail = { readonly up: Trail; readonly step: string | number } | undefined;

/** The fields of a mapping by key, what it merges in included. */
export type Fields = ReadonlyMap<string, YamlNode>;

/** A mapping and where it is. */
export interface Mapping {
  readonly node: MapNode;
  readonly fields: Fields;
  /** The keys that are its own and not merged in. */
  readonly own: ReadonlySet<string>;
  /** Keys that occur twice; the last one wins. */
  readonly twice: ReadonlySet<string>;
  readonly trail: Trail;
  /** The mapping, or the nearest one around it, that says its kind: `Kind/name`. */
  readonly owner: string;
}

/** A list and where it is. */
export interface Listing {
  readonly node: ListNode;
  readonly trail: Trail;
  readonly owner: string;
}

/** A document that was read. */
export interface Tree {
  readonly root: YamlNode;
  readonly source: string;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<AliasNode, YamlNode>;
  /** The aliases of each node that has some. */
  readonly aliases: ReadonlyMap<YamlNode, readonly AliasNode[]>;
  /** What merges were seen to bring in, so that merges of merges cost no more than they have. */
  readonly merged: Map<YamlNode, Fields>;
}

/** Resolves the aliases of a document. */
export function treeOf(root: YamlNode, source: string): Tree {
  const targets = new Map<AliasNode, YamlNode>();
  const aliases = new Map<YamlNode, AliasNode[]>();
  const anchors = new Map<string, YamlNode>();
  if (source.slice(root.start, root.end).includes("*")) {
    for (const node of nodesOf(root)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      const target = node.kind === "alias" ? anchors.get(node.name) : undefined;
      if (node.kind !== "alias" || target === undefined) continue;
      targets.set(node, target);
      aliases.set(target, [...(aliases.get(target) ?? []), node]);
    }
  }
  return { root, source, targets, aliases, merged: new Map() };
}

/** Returns every node in the order of the text, keys included. No recursion: files nest deep. */
export function* nodesOf(root: YamlNode): Generator<YamlNode> {
  const waiting: YamlNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    if (node.kind === "list") for (const item of node.items.toReversed()) waiting.push(item);
    if (node.kind === "map") {
      for (const { key, value } of node.pairs.toReversed()) waiting.push(value, key);
    }
  }
}

/** Returns what an alias stands for, or the node itself. */
function targetOf(node: YamlNode, tree: Tree): YamlNode | undefined {
  return node.kind === "alias" ? tree.targets.get(node) : node;
}

/** Returns a scalar, through an alias if need be. */
export function scalarOf(node: YamlNode | undefined, tree: Tree): ScalarNode | undefined {
  const target = node && targetOf(node, tree);
  return target?.kind === "scalar" ? target : undefined;
}

/** Returns a scalar's text. */
export function textOf(node: YamlNode | undefined, tree: Tree): string | undefined {
  const scalar = scalarOf(node, tree);
  return scalar && scalarValue(tree.source, scalar);
}

/** What a walk comes to. */
export type Visit = { readonly mapping: Mapping } | { readonly list: Listing };

/**
 * Returns the mappings and lists of a document, in the order of the text.
 *
 * @param matters Whether something that is looked for is in a node. Others are not entered.
 */
export function* visitsOf(tree: Tree, matters: (node: YamlNode) => boolean): Generator<Visit> {
  const waiting: Place[] = [{ node: tree.root, trail: undefined, owner: "" }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const { node, trail, owner } = at;
    let children: Place[] = [];
    if (node.kind === "list") {
      yield { list: { node, trail, owner } };
      children = node.items.map((item, step) => ({
        node: item,
        trail: { up: trail, step },
        owner,
      }));
    } else if (node.kind === "map") {
      const mapping = mappingOf(node, at, tree);
      yield { mapping };
      children = node.pairs.map(({ key, value }) => {
        const step = textOf(key, tree) ?? "?";
        return { node: value, trail: { up: trail, step }, owner: mapping.owner };
      });
    }
    // The last one in is the first one out.
    for (const child of children.reverse()) if (matters(child.node)) waiting.push(child);
  }
}

interface Place {
  readonly node: YamlNode;
  readonly trail: Trail;
  readonly owner: string;
}

/** Returns a mapping as the forms of pins see it. */
export function mappingOf(
  node: MapNode,
  at: { readonly trail: Trail; readonly owner: string },
  tree: Tree,
): Mapping {
  const { fields, own, twice } = fieldsOf(node, tree);
  const owner = ownerOf(fields, tree) ?? at.owner;
  return { node, fields, own, twice, trail: at.trail, owner };
}

function fieldsOf(node: MapNode, tree: Tree) {
  const merged = new Map<string, YamlNode>();
  const fields = new Map<string, YamlNode>();
  const twice = new Set<string>();
  for (const { key, value } of node.pairs) {
    const name = textOf(key, tree);
    if (name === undefined) continue;
    if (name === "<<")
      for (const [inner, given] of mergedFields(value, tree)) merged.set(inner, given);
    if (fields.has(name)) twice.add(name);
    fields.set(name, value);
  }
  const own = new Set(fields.keys());
  for (const [name, value] of merged) if (!own.has(name)) fields.set(name, value);
  return { fields, own, twice };
}

/** Returns what a merge brings in. Of several sources the first one wins, says YAML. */
function mergedFields(value: YamlNode, tree: Tree): Fields {
  const target = targetOf(value, tree);
  const sources = target?.kind === "list" ? target.items : [value];
  const fields = new Map<string, YamlNode>();
  for (const source of sources.toReversed()) {
    const map = targetOf(source, tree);
    // Whatever merges itself, through however many others, is inside of itself.
    if (
      map?.kind !== "map" ||
      (map.start <= value.start && value.end <= map.end && map !== value)
    ) {
      continue;
    }
    const known = tree.merged.get(map) ?? fieldsOf(map, tree).fields;
    tree.merged.set(map, known);
    for (const [name, given] of known) fields.set(name, given);
  }
  return fields;
}

function ownerOf(fields: Fields, tree: Tree): string | undefined {
  const kind = textOf(fields.get("kind"), tree);
  if (kind === undefined || kind === "") return undefined;
  const metadata = fields.get("metadata");
  const pairs = metadata?.kind === "map" ? metadata.pairs : [];
  const name = textOf(pairs.find(({ key }) => textOf(key, tree) === "name")?.value, tree);
  return name === undefined || name === "" ? kind : `${kind}/${name}`;
}

/** Prints a trail as `spec.containers[0].image`; keys that are not plain words are quoted. */
export function printTrail(trail: Trail): string {
  const steps: string[] = [];
  for (let at = trail; at !== undefined; at = at.up) {
    if (typeof at.step === "string" && /^[\w-]+$/.test(at.step)) steps.push(`.${at.step}`);
    else steps.push(`[${JSON.stringify(at.step)}]`);
  }
  return steps.reverse().join("").replace(/^\./, "");
}

/** Returns the nearest key above a place, past the numbers of lists. */
export function keyAbove(trail: Trail): string {
  for (let at = trail; at !== undefined; at = at.up)
    if (typeof at.step === "string") return at.step;
  return "";
}
