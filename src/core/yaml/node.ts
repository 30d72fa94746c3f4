/** The nodes of a YAML document, with where each is in the text, in UTF-16 units. */

/** What every node has. Both offsets count from the start of the file. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  /** The name behind `&`. */
  anchor?: string | undefined;
  /** As it is written: `!!str`, `!Ref`. */
  tag?: string | undefined;
}

/** Text. An empty `plain` one is what YAML calls null: nothing is there. */
export interface ScalarNode extends Stretch {
  readonly kind: "scalar";
  readonly style: "plain" | "single" | "double" | "literal" | "folded";
  /** How far the lines of a block scalar are indented. */
  readonly indent: number;
}

/** `*name`. */
export interface AliasNode extends Stretch {
  readonly kind: "alias";
  readonly name: string;
}

/** A list. */
export interface ListNode extends Stretch {
  readonly kind: "list";
  readonly items: YamlNode[];
}

/** A mapping, its pairs in the order of the text. */
export interface MapNode extends Stretch {
  readonly kind: "map";
  readonly pairs: { readonly key: YamlNode; readonly value: YamlNode }[];
}

export type YamlNode = ScalarNode | AliasNode | ListNode | MapNode;

/** What makes a text no YAML to the programs that read manifests, and where. */
export class YamlError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}
