/** The parser of the `yaml` package, for text that may be made to hurt. */

import {
  type CST,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  Parser,
  parseDocument,
  type SchemaOptions,
  YAMLParseError,
} from "yaml";

/**
 * Manifests nest a dozen deep. The package composes by recursion and runs out of stack at about
 * 790 levels (yaml 2.9.1 on Node 20). That is not always an exception: a regular expression that is
 * compiled near the end of the stack ends the process.
 */
export const depthMax = 400;

/** Parses one document. What nests deeper than `depthMax` has an error, and no contents. */
export function parseYaml(
  text: string,
  options: ParseOptions & DocumentOptions & SchemaOptions = {},
): Document {
  const tooDeep = findTooDeep(text);
  if (tooDeep === undefined) return parseDocument(text, options);
  const document = parseDocument("");
  const message = `it nests deeper than ${depthMax} levels`;
  document.errors.push(new YAMLParseError([tooDeep, tooDeep + 1], "UNEXPECTED_TOKEN", message));
  return document;
}

/** Returns the offset at which a text nests too deep. Its tokens are read and walked in a loop. */
function findTooDeep(text: string): number | undefined {
  const open = [...new Parser().parse(text)].map((token) => ({ token, depth: 0 }));
  for (let last = open.pop(); last !== undefined; last = open.pop()) {
    const { token, depth } = last;
    if (depth > depthMax) return "offset" in token ? token.offset : 0;
    for (const child of childrenOf(token)) open.push({ token: child, depth: depth + 1 });
  }
  return undefined;
}

function childrenOf(token: CST.Token): CST.Token[] {
  const items: readonly CST.CollectionItem[] = "items" in token ? token.items : [];
  const nodes = items.flatMap(({ key, value }) => [key, value]);
  if (token.type === "document") nodes.push(token.value);
  return nodes.filter((node): node is CST.Token => node !== undefined && node !== null);
}
