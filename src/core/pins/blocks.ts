/** YAML inside of a block of text: the values of a chart, a patch, a file in a ConfigMap. */

import { decodeScalar } from "../yaml/decode.ts";
import type { ScalarNode } from "../yaml/node.ts";
import type { Layer } from "./manifest.ts";
import { keyAbove, type Trail } from "./tree.ts";

/** Text that only tells of YAML, and what keeps a copy of another text. */
const prose = /^(?:description|message|summary|notes?|comment|title|example|annotations)$/i;
const depthMax = 4;

/** Returns the layer that a block's text is, or undefined when it is no YAML of anybody's. */
export function layerIn(node: ScalarNode, trail: Trail, outer: Layer): Layer | undefined {
  if (outer.depth >= depthMax || isProse(trail)) return undefined;
  const isBlock = node.style === "literal" || node.style === "folded";
  const read = decodeScalar(outer.text, node);
  // A patch may be in quotes, on a line of its own; so may values with their line ends escaped.
  const inQuotes = /^\s*(?:\[|\{(?!\{))|^[- ]*[\w.-]+:\s[\s\S]*\n|\n[\w.-]+:(?:\s|$)/;
  const looksLike = isBlock ? /:(?:\s|$)|^\s*[[{]/ : inQuotes;
  if (node.style === "plain" || !looksLike.test(read.value)) return undefined;
  const own = node.style === "double" ? "'" : node.style === "single" ? '"' : undefined;
  return {
    manifest: outer.manifest,
    text: read.value,
    depth: outer.depth + 1,
    quotes: own === undefined ? outer.quotes : outer.quotes.filter((quote) => quote === own),
    inFile({ start, end }) {
      if (end > start) return outer.inFile(read.stretch(start, end));
      const at = start === 0 ? read.stretch(0, 1).start : read.endOf(start);
      return outer.inFile({ start: at, end: at });
    },
  };
}

function isProse(trail: Trail): boolean {
  if (prose.test(keyAbove(trail))) return true;
  for (let at = trail; at !== undefined; at = at.up) if (at.step === "annotations") return true;
  return false;
}
