/** Text that is written once and used in several places: what moves it moves them all. */

import { printImageName, sameImage } from "../image-ref.ts";
import type { ScalarNode, YamlNode } from "../yaml/node.ts";
import type { Candidate } from "./candidate.ts";
import type { Lock } from "./pin.ts";
import type { Mapping, Tree } from "./tree.ts";

/** Returns the candidates of each scalar that an edit would change. */
export function usersOf(all: readonly Candidate[]): ReadonlyMap<YamlNode, readonly Candidate[]> {
  const users = new Map<YamlNode, Candidate[]>();
  for (const candidate of all) {
    for (const node of candidate.nodes) {
      const own = users.get(node);
      if (own === undefined) users.set(node, [candidate]);
      else own.push(candidate);
    }
  }
  return users;
}

/**
 * Returns why a candidate's text cannot be changed, or undefined when everything that uses it is
 * the same image's: then one edit is all that is possible.
 */
export function lockOf(
  candidate: Candidate,
  usersOfNodes: ReadonlyMap<YamlNode, readonly Candidate[]>,
  tree: Tree,
): Lock | undefined {
  for (const node of candidate.nodes) {
    const users = usersOfNodes.get(node)!;
    const other = users.find(({ image }) => !sameImage(image, candidate.image));
    if (other !== undefined) {
      const why = `shares its tag with "${printImageName(other.image)}", which would move along`;
      return { why, remedy: "Write the tag out for each image." };
    }
    const used = new Set<YamlNode>(users.flatMap(({ uses }) => uses));
    const stray = tree.aliases.get(node)?.some((alias) => !used.has(alias));
    if (stray) {
      const why = `has the anchor "&${node.anchor}", and what uses it would change too`;
      return { why, remedy: "Write the value out in both places." };
    }
  }
  return undefined;
}

/**
 * Returns why an anchor's own place must not change: it is a field of an object that has a meaning
 * to others. A place that is there to hold the text (`x-tag: &tag …`) has none.
 */
export function lockOfHolder(node: ScalarNode, key: string, { owner }: Mapping): Lock | undefined {
  if (owner === "" || /^[x._]|tag|image/i.test(key)) return undefined;
  const why = `takes its text from "${key}: &${node.anchor}", which would change too`;
  return { why, remedy: "Write the value out in both places." };
}
