/** What a form of pin finds, and how its slots are made. */

import { asDigest, asTag, type Digest, type Tag } from "../ids.ts";
import type { ImageName, ImageRef } from "../image-ref.ts";
import type { ScalarNode, YamlNode } from "../yaml/node.ts";
import type { Stretch } from "../yaml/text.ts";
import type { Layer } from "./manifest.ts";
import type { Lock, Pin, Slot } from "./pin.ts";
import type { Trail, Tree } from "./tree.ts";
import type { Value } from "./value.ts";

/** A document that is searched. */
export interface Search {
  readonly layer: Layer;
  readonly tree: Tree;
  readonly wanted: readonly ImageName[];
  /** Further fields that hold whole references, by key or by the end of their path. */
  readonly fields: readonly string[];
}

/** A pin before its line is known and before anybody asked whose image it is. */
export interface Candidate extends Pick<Pin, "form" | "owner" | "image" | "tag" | "digest"> {
  readonly trail: Trail;
  readonly slots: Pin["slots"];
  /** The scalars that an edit changes. */
  readonly nodes: readonly ScalarNode[];
  /** All that the pin consists of, as it is in its place: its name, too. */
  readonly uses: readonly YamlNode[];
  readonly lock?: Lock | undefined;
  /** Why it is no pin, though it names an image: it is only told. */
  readonly told?: string | undefined;
  /**
   * `bare`: a container's name without a tag, which gets one if nothing else pins it. `renamed`: an
   * entry of kustomize that gives the name only, and leaves the tag to another one.
   */
  readonly weak?: "bare" | "renamed" | undefined;
}

/** Returns a candidate that is no pin, and why. */
export function toldOnly(
  about: Pick<Candidate, "form" | "owner" | "image" | "trail" | "uses">,
  told: string,
): Candidate {
  const slots = { tag: undefined, digest: undefined };
  return { ...about, tag: undefined, digest: undefined, slots, nodes: [], told };
}

/** A tag and a digest with where they are. */
export type Held = Pick<Candidate, "tag" | "digest" | "slots" | "nodes">;

/**
 * Returns what a whole reference holds, or undefined when its tag is put together from variables.
 *
 * @param from Where in the value the reference begins.
 */
export function heldByReference(
  value: Value,
  ref: ImageRef,
  from: number,
  layer: Layer,
): Held | undefined {
  const { tag, digest } = ref;
  const end = value.text.length;
  const afterTag = end - (digest === undefined ? 0 : digest.length + 1);
  const tagAt = tag && value.stretch(afterTag - tag.length, afterTag);
  const digestAt = digest && value.stretch(afterTag + 1, end);
  if ((tag && !tagAt) || (digest && !digestAt) || from >= end) return undefined;
  // With a name in front, nothing looks like a number.
  const slotAt = (at: { start: number; end: number }, before: Slot["before"] = ""): Slot => {
    const { start, end: until } = layer.inFile(at);
    return { start, end: until, before, quote: undefined, writes: "whole" };
  };
  if (tag === undefined && digest === undefined) {
    const at = { start: value.endOf(end), end: value.endOf(end) };
    const slots = { tag: slotAt(at, ":"), digest: undefined };
    return { tag, digest, slots, nodes: [value.node] };
  }
  const slots = { tag: tagAt && slotAt(tagAt), digest: digestAt && slotAt(digestAt) };
  return { tag, digest, slots, nodes: [value.node] };
}

/** Returns the lock of a pin whose own keys occur twice: readers do not agree which one counts. */
export function standsTwice(keys: readonly string[]): Lock {
  const why = `has the key "${keys.join('", "')}" twice in one mapping`;
  return { why, remedy: "Delete one of them." };
}

/** What a field of its own holds. */
export interface FieldText {
  readonly tag: Tag | undefined;
  readonly digest: Digest | undefined;
  readonly isEmpty: boolean;
}

/** Returns what a field holds, `v1`, `v1@sha256:…` or nothing; undefined when that is not a tag. */
export function readTagField(value: Value): FieldText | undefined {
  if (isNothing(value)) return { tag: undefined, digest: undefined, isEmpty: true };
  const [, first = "", , second] = /^([^@]*)(@(.*))?$/s.exec(value.text) ?? [];
  const digest = second === undefined ? undefined : asDigest(second);
  const tag = asTag(first);
  if ((second !== undefined && digest === undefined) || (first !== "" && tag === undefined)) {
    const alone = asDigest(value.text);
    return alone && { tag: undefined, digest: alone, isEmpty: false };
  }
  return { tag, digest, isEmpty: false };
}

/** Returns what a field for a digest holds. Grafana's charts leave `sha256:` out. */
export function readDigestField(value: Value): FieldText | undefined {
  if (isNothing(value)) return { tag: undefined, digest: undefined, isEmpty: true };
  const digest = asDigest(value.text) ?? asDigest(`sha256:${value.text}`);
  return digest && { tag: undefined, digest, isEmpty: false };
}

/** Returns whether a field holds nothing: no text, YAML's nulls, empty quotes. */
export function isNothing({ node, text }: Value): boolean {
  const isPlain = node.style === "plain" && node.tag === undefined;
  return text === "" || (isPlain && /^(?:~|null|Null|NULL)$/.test(text));
}

/** Returns the slot of a field's tag, which is filled in where there is none. */
export function tagSlot(
  value: Value,
  { tag, digest, isEmpty }: FieldText,
  layer: Layer,
): Slot | undefined {
  const quote = digest === undefined ? quoteFor(value, layer) : undefined;
  const about = { layer, quote };
  if (!isEmpty) return slotOf(tag && value.stretch(0, tag.length), "", about);
  const { node } = value;
  if (node.style === "plain" && node.start === node.end) {
    const { at, before } = emptyPlace(node.start, layer);
    return slotOf({ start: at, end: at }, before, about);
  }
  return slotOf(value.stretch(0, value.text.length), "", about);
}

function slotOf(
  at: Stretch | undefined,
  before: Slot["before"],
  { layer, quote }: { readonly layer: Layer; readonly quote: Slot["quote"] },
): Slot | undefined {
  if (at === undefined) return undefined;
  const { start, end } = layer.inFile(at);
  return { start, end, before, quote, isJson: isJson(layer), writes: "whole" };
}

/** Returns the slot of a field's digest. */
export function digestSlot(
  value: Value,
  { tag, digest }: FieldText,
  layer: Layer,
): Slot | undefined {
  if (digest === undefined) return undefined;
  const from = tag === undefined ? (value.text.startsWith("@") ? 1 : 0) : tag.length + 1;
  const at = value.stretch(from, value.text.length);
  const writes = /^[0-9a-f]{64}$/.test(value.text) ? "hex" : "whole";
  return at && { ...layer.inFile(at), before: "", quote: undefined, writes };
}

/** Behind a colon with nothing: after one blank, and before the next or the end of the line. */
function emptyPlace(behind: number, { text }: Layer): { at: number; before: Slot["before"] } {
  const [, first = "", second = ""] =
    /^([ \t]?)([\s\S]?)/.exec(text.slice(behind, behind + 2)) ?? [];
  const fits = first !== "" && /^[ \t\r\n]?$/.test(second);
  return { at: fits ? behind + 1 : behind, before: fits ? "" : " " };
}

/** What was counted of a text, so that it is counted once. */
const liked = new WeakMap<Layer, '"' | "'">();

/** Returns the quotes that a text has more of. */
function likedQuote(layer: Layer): '"' | "'" {
  const known = liked.get(layer);
  if (known !== undefined) return known;
  let single = 0;
  for (const { 0: sign } of layer.text.matchAll(/(?<=[:[,-][ \t])["']/g)) {
    single += sign === "'" ? 1 : -1;
  }
  const quote = single > 0 ? "'" : '"';
  liked.set(layer, quote);
  return quote;
}

/** Returns the quotes to write around what does not read as text: the file's own, if it has any. */
function quoteFor({ node }: Value, layer: Layer): Slot["quote"] {
  if (node.style !== "plain" || (node.tag !== undefined && node.start < node.end)) return undefined;
  if (isJson(layer)) return '"';
  const own = likedQuote(layer);
  return layer.quotes.includes(own) ? own : layer.quotes[0];
}

const json = new WeakMap<Layer, boolean>();

/** Returns whether a text is to stay JSON: by the file's name, or because it is. */
function isJson(layer: Layer): boolean {
  const known = json.get(layer);
  if (known !== undefined) return known;
  const isNamed = layer.depth === 0 && /\.json$/i.test(layer.manifest.path);
  const is = isNamed || (/^\s*[[{]/.test(layer.text) && parses(layer.text));
  json.set(layer, is);
  return is;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
