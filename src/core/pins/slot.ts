/** Where in a scalar's source a tag or digest stands, or why it is not replaced there. */

import { isAlias, type Node, type Scalar } from "yaml";
import type { Failure } from "../failure.ts";
import { type ImageName, type ImageRef, printImageName } from "../image-ref.ts";
import { type Manifest, uneditable } from "./manifest-text.ts";
import { startOf, type Tree } from "./manifest-tree.ts";
import type { Pin, Slot } from "./pin.ts";

/** A document, and what is searched for in it. */
export interface Search {
  readonly manifest: Manifest;
  readonly tree: Tree;
  readonly wanted: readonly ImageName[];
}

/** A search that has come to something that names one of the images. */
export interface Spot extends Search {
  readonly image: ImageName;
}

/** A pin before its line is known. */
export type FoundPin = Omit<Pin, "file" | "line" | "column">;

/** Makes the failure for a node that names the image in a way that is not edited. */
export function refuse(spot: Spot, node: Node, say: { why: string; remedy: string }): Failure {
  const why = `"${printImageName(spot.image)}" ${say.why}`;
  return uneditable(spot.manifest, startOf(node), { why, remedy: say.remedy });
}

/** Returns the slots of a reference. A bare name has room for a tag behind it. */
export function slotsOfReference(spot: Spot, node: Node, ref: ImageRef): Pin["slots"] {
  const { end } = contentOf(spot, node);
  const tag = ref.tag === undefined ? "" : `:${ref.tag}`;
  const digest = ref.digest === undefined ? "" : `@${ref.digest}`;
  const afterTag = end - digest.length;
  const afterName = afterTag - tag.length;
  const written = spot.manifest.text.slice(afterName, end);
  if (written !== `${tag}${digest}`) throw escaped(spot, node);
  // With a name in front, no tag looks like a number.
  const shared = { prefix: "", reading: "text" } as const;
  if (tag === "" && digest === "") {
    return { tag: { ...shared, prefix: ":", start: end, end }, digest: undefined };
  }
  return {
    tag: tag === "" ? undefined : { ...shared, start: afterName + 1, end: afterTag },
    digest: digest === "" ? undefined : { ...shared, start: afterTag + 1, end },
  };
}

/** Returns the slot of a scalar that is a tag or a digest and nothing else. */
export function slotOfField(spot: Spot, node: Node): Slot {
  const content = contentOf(spot, node);
  const written = spot.manifest.text.slice(content.start, content.end);
  if (written !== String((node as Scalar).value)) throw escaped(spot, node);
  return { ...content, prefix: "" };
}

/** Returns the stretch between a scalar's quotes. */
function contentOf(spot: Spot, node: Node): Omit<Slot, "prefix"> {
  if (isAlias(node)) {
    throw refuse(spot, node, {
      why: `is given by the alias "*${node.source}", and its anchor may mean more than the image`,
      remedy: "Write the value out here.",
    });
  }
  // What has a text, and is no alias, is a scalar.
  const { type, tag, anchor, range } = node as Scalar.Parsed;
  if (spot.tree.aliased.has(node)) {
    throw refuse(spot, node, {
      why: `has the anchor "&${anchor}", and what uses it would change too`,
      remedy: "Write the value out in both places.",
    });
  }
  const [start, end] = range;
  switch (type) {
    case "PLAIN":
      return { start, end, reading: tag === undefined || start === end ? "plain" : "text" };
    case "QUOTE_SINGLE":
    case "QUOTE_DOUBLE":
      return { start: start + 1, end: end - 1, reading: "text" };
    default:
      throw blockOfText(spot, node);
  }
}

/** Makes the failure for a mapping or a list that stands where text should. */
export function notText(spot: Spot, node: Node): Failure {
  const why = "has a mapping or a list where text should stand, as a template without quotes is";
  return refuse(spot, node, { why, remedy: "Write a tag there. Templates are not edited." });
}

/** Makes the failure for `|` and `>`. */
export function blockOfText(spot: Spot, node: Node): Failure {
  const why = "is written as a block of text";
  return refuse(spot, node, { why, remedy: "Write it on one line." });
}

function escaped(spot: Spot, node: Node): Failure {
  return refuse(spot, node, {
    why: "is spelled with escapes or over several lines",
    remedy: "Write it on one line, as it is.",
  });
}
