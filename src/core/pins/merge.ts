/** YAML merges (`<<: *base`) that take an image apart: the name from here, the tag from there. */

import { isSeq, type Node } from "yaml";
import { parseImageName, sameImage } from "../image-ref.ts";
import { type Fields, type Mapping, textOf } from "./manifest-tree.ts";
import { refuse, type Search } from "./slot.ts";

const parts = ["registry", "repository", "tag", "digest"] as const;

/**
 * Refuses a mapping that overrides a part of an image and inherits another: moving the tag of one
 * image would then move it for both.
 *
 * @throws Failure `bad-manifest` when either image is wanted.
 */
export function refuseHalfMerged({ fields }: Mapping, search: Search): void {
  const merge = fields.get("<<");
  if (merge === undefined) return;
  const inherited = inheritedParts(merge, search);
  const own = parts.filter((part) => fields.has(part));
  const taken = parts.filter((part) => inherited.has(part) && !fields.has(part));
  if (own.length === 0 || taken.length === 0) return;
  const image = wantedOf(new Map([...inherited, ...fields]), search) ?? wantedOf(inherited, search);
  if (image === undefined) return;
  throw refuse({ ...search, image }, merge, {
    why: `has its ${own.join(" and ")} here, and ${taken.join(" and ")} from another mapping`,
    remedy: "Write the whole image out here.",
  });
}

/** Returns the parts that a merge brings in. Of several sources the first one wins, says YAML. */
function inheritedParts(merge: Node, { tree }: Search): Fields {
  const sources = isSeq(merge) ? (merge.items as Node[]) : [merge];
  const fields = new Map<string, Node>();
  for (const source of sources.toReversed()) {
    const own = tree.fields.get(tree.targets.get(source) ?? source);
    for (const part of parts) {
      const value = own?.get(part);
      if (value !== undefined) fields.set(part, value);
    }
  }
  return fields;
}

function wantedOf(fields: Fields, search: Search) {
  const registry = textOf(fields.get("registry"), search.tree);
  const repository = textOf(fields.get("repository"), search.tree) ?? "";
  const name = parseImageName(registry ? `${registry}/${repository}` : repository);
  return name && search.wanted.find((image) => sameImage(image, name));
}
