/** What is wrong with landfall.yaml → one Failure: the key, its place, the remedy. */

import { type Document, isMap, isNode, isPair, type Node } from "yaml";
import type { z } from "zod";
import { Failure, type Place } from "../core/failure.ts";
import { nearest } from "../core/nearest.ts";

/** The settings file as it was read. */
export interface SettingsFile {
  readonly document: Document;
  /** What the document says, as data. */
  readonly raw: unknown;
  /** Returns the place of an offset in the file. */
  readonly at: (offset: number) => Place;
}

/** The part of JSON Schema that tells which keys there are. */
export interface KeyTree {
  readonly properties?: Readonly<Record<string, KeyTree>>;
  readonly items?: KeyTree;
  /** The forms that a value may have. */
  readonly anyOf?: readonly KeyTree[];
}

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/**
 * Returns the failure for the mistake that explains most: an unknown key before what its absence
 * under the right name causes, else the first in the file.
 */
export function firstError(issues: readonly Issue[], file: SettingsFile, keys: KeyTree): Failure {
  const troubles = issues.flatMap(inMeantForm).map((issue) => {
    const isUnknownKey = issue.code === "unrecognized_keys";
    const path = isUnknownKey ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
    const offset = offsetOf(file.document, path, isUnknownKey ? keyAt : nodeAt);
    return { issue, path, isUnknownKey, offset };
  });
  troubles.sort((a, b) => Number(b.isUnknownKey) - Number(a.isUnknownKey) || a.offset - b.offset);
  const [first] = troubles;
  if (first === undefined) throw new Error("zod refused the settings without an issue");
  const place = file.at(first.offset);
  if (first.isUnknownKey) return unknownKey(first.path, keys, place);
  const { message, hint } = explain(first.issue, valueAt(file.raw, first.path));
  return new Failure("config", message, hint, { place });
}

/** Of the forms that a value may have, the mistake reported is that of the one that was meant. */
function inMeantForm(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isMeant = (form: readonly Issue[]) =>
    form.length > 0 && form.every(({ code, path }) => code !== "invalid_type" || path.length > 0);
  const meant = issue.errors.find(isMeant);
  if (meant === undefined) return [issue];
  return meant
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap(inMeantForm);
}

const secretName = /token|passw|secret|credential|api.?key/i;

function unknownKey(path: Path, keys: KeyTree, place: Place): Failure {
  const key = String(path.at(-1));
  const siblings = Object.keys(propertiesOf(treeAt(keys, path.slice(0, -1))));
  const meant = nearest(key, siblings) ?? pathsTo(key, keys)[0];
  const isSecret = secretName.test(key);
  const known = `Known keys: ${siblings.join(", ")}.`;
  const secrets = "Secrets are never read from this file: pass them by the environment.";
  const hint = meant === undefined ? (isSecret ? secrets : known) : `Did you mean "${meant}"?`;
  return new Failure("config", `Unknown key "${printPath(path)}"`, hint, { place });
}

function explain(issue: Issue, found: unknown): { message: string; hint: string } {
  const key = issue.path.length === 0 ? "the file" : `"${printPath(issue.path)}"`;
  if (found === undefined) {
    return { message: `Missing key ${key}`, hint: "See `landfall schema` for what it takes." };
  }
  const isSecret = secretName.test(String(issue.path.at(-1)));
  const message = `Wrong value of ${key}${isSecret ? "" : shown(found)}`;
  if (issue.code === "invalid_type") {
    const needsQuotes = issue.expected === "string" && typeof found !== "object";
    const quotes = needsQuotes ? ", in quotes" : "";
    return { message, hint: `Write ${kinds[issue.expected] ?? issue.expected}${quotes}.` };
  }
  if (issue.code === "invalid_value") {
    const names = issue.values.map(String);
    const meant = typeof found === "string" ? nearest(found, names) : undefined;
    const all = `Write one of: ${names.join(", ")}.`;
    return { message, hint: meant === undefined ? all : `Did you mean "${meant}"? ${all}` };
  }
  return { message, hint: issue.message };
}

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "keys and their values",
  record: "names and their values",
};

/** Shows a wrong value, unless it is long or could hold a secret. */
function shown(found: unknown): string {
  if (typeof found === "object" || typeof found === "function") return "";
  const text = String(found);
  return text.length > 80 || /:\/\/[^/]*@/.test(text) ? "" : `: "${text}"`;
}

function printPath(path: Path): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
  return text.join("").replace(/^\./, "");
}

function treeAt(keys: KeyTree, path: Path): KeyTree {
  return path.reduce<KeyTree>((node, part) => {
    const next = typeof part === "number" ? itemsOf(node) : propertiesOf(node)[String(part)];
    return next ?? {};
  }, keys);
}

function propertiesOf({ properties, anyOf = [] }: KeyTree): Readonly<Record<string, KeyTree>> {
  return properties ?? anyOf.find((form) => form.properties)?.properties ?? {};
}

function itemsOf({ items, anyOf = [] }: KeyTree): KeyTree | undefined {
  return items ?? anyOf.find((form) => form.items)?.items;
}

/** Returns where else in the file a key of this very name belongs. */
function pathsTo(key: string, node: KeyTree): string[] {
  const [properties, items] = [propertiesOf(node), itemsOf(node)];
  const inside = Object.entries(properties).flatMap(([name, child]) => [
    ...(name === key ? [name] : []),
    ...pathsTo(key, child).map((rest) => `${name}${rest.startsWith("[") ? "" : "."}${rest}`),
  ]);
  return [...inside, ...(items ? pathsTo(key, items).map((rest) => `[].${rest}`) : [])];
}

function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | null | undefined)?.[part],
    raw,
  );
}

/** Returns where a value or a key begins, or the nearest thing around it that the file has. */
function offsetOf(document: Document, path: Path, find: typeof nodeAt): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = find(document, path.slice(0, depth));
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function nodeAt(document: Document, path: Path): Node | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return isNode(node) ? node : undefined;
}

function keyAt(document: Document, path: Path): Node | undefined {
  const map = nodeAt(document, path.slice(0, -1));
  if (!isMap(map)) return undefined;
  const pair = map.items.find(({ key }) => isNode(key) && String(key) === String(path.at(-1)));
  return isPair(pair) && isNode(pair.key) ? pair.key : undefined;
}
