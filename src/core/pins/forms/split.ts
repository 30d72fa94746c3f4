/** Pins whose name and tag are fields of their own: Helm values, and lists of named values. */

import { type ImageName, parseImageName, sameImage } from "../../image-ref.ts";
import type { YamlNode } from "../../yaml/node.ts";
import {
  type Candidate,
  digestSlot,
  type FieldText,
  type Held,
  isNothing,
  readDigestField,
  readTagField,
  type Search,
  standsTwice,
  tagSlot,
  toldOnly,
} from "../candidate.ts";
import { shorten } from "../manifest.ts";
import { keyAbove, type Listing, type Mapping, mappingOf, type Trail, type Tree } from "../tree.ts";
import { readValue, type Value } from "../value.ts";

/** What a field means, by the end of its key without dashes and in lower case. */
const roles = {
  registry: ["imageregistry", "registry", "hub"],
  repository: ["imagerepository", "repository", "imagerepo", "repo"],
  name: ["imagename", "name"],
  image: ["image"],
  // Where several are next to a name, the first of these is the image's.
  tag: ["imagetag", "imageversion", "tag", "version"],
  digest: ["imagedigest", "digest", "sha"],
} as const;

type Role = keyof typeof roles;

/** The words, the longest first, for `imagetag` is more than a `tag`. */
const words = Object.entries(roles)
  .flatMap(([role, all]) => all.map((word) => ({ role: role as Role, word })))
  .sort((a, b) => b.word.length - a.word.length);

/** A field that plays a role, and the word for it. */
interface Part {
  readonly node: YamlNode;
  readonly word: string;
  readonly trail: Trail;
}

type Group = Partial<Record<Role, Part>>;

/** Knows `repository`, `name`, `image` or `registry` beside a `tag`, `version` or `digest`. */
export function splitPins(mapping: Mapping, search: Search): Candidate[] {
  if (mapping.fields.has("newName") || mapping.fields.has("newTag")) return [];
  const { trail, owner } = mapping;
  const fields = Array.from(mapping.fields, ([key, node]) => {
    return { key, node, trail: { up: trail, step: key } };
  });
  const isRoot = trail === undefined && search.layer.depth === 0;
  const place = { owner, isRoot, above: keyAbove(trail) };
  return pinsOf(fields, place, search).map((pin) => {
    const isTwice = pin.uses.some((node) => usesTwice(node, mapping));
    return isTwice ? { ...pin, lock: standsTwice([...mapping.twice]) } : pin;
  });
}

function usesTwice(node: YamlNode, { fields, twice }: Mapping): boolean {
  return [...twice].some((key) => fields.get(key) === node);
}

/** Knows the same in lists of named values: Helm parameters of Argo CD, environment, OpenShift. */
export function namedPins(list: Listing, search: Search): Candidate[] {
  const fields = list.node.items.flatMap((item, step) => {
    if (item.kind !== "map") return [];
    const trail = { up: list.trail, step };
    const own = mappingOf(item, { trail, owner: list.owner }, search.tree).fields;
    const key = readValue(own.get("name"), search.tree)?.text;
    const node = own.get("value");
    if (key === undefined || node === undefined) return [];
    return [{ key, node, trail: { up: trail, step: "value" } }];
  });
  if (fields.length < 2) return [];
  return pinsOf(fields, { owner: list.owner, isRoot: false, above: "" }, search);
}

function rank({ role, word }: { readonly role: Role; readonly word: string }): number {
  return (roles[role] as readonly string[]).indexOf(word);
}

interface Field {
  readonly key: string;
  readonly node: YamlNode;
  readonly trail: Trail;
}

interface Place {
  readonly owner: string;
  readonly isRoot: boolean;
  /** The key that the fields are under. */
  readonly above: string;
}

function pinsOf(fields: readonly Field[], place: Place, search: Search): Candidate[] {
  const groups = new Map<string, Group>();
  for (const field of fields) {
    const key = field.key.toLowerCase().replace(/[-_]/g, "");
    const found = words.find(({ word }) => key.endsWith(word));
    if (found === undefined) continue;
    const prefix = key.slice(0, -found.word.length);
    if (!fits(found.word, prefix)) continue;
    const group = groups.get(prefix) ?? {};
    groups.set(prefix, group);
    const part = { node: field.node, word: found.word, trail: field.trail };
    const other = group[found.role];
    if (other === undefined || rank(found) < rank({ ...found, word: other.word })) {
      group[found.role] = part;
    }
  }
  return [...groups].flatMap(([prefix, group]) => {
    if (group.tag === undefined && group.digest === undefined) return [];
    const { owner, isRoot, above } = place;
    const pin = pinOf(group, { owner, isRoot, above: `${above}.${prefix}` }, search);
    return pin === undefined ? [] : [pin];
  });
}

/** `apiVersion` is not an image's version, and `containerName` is not an image's name. */
function fits(word: string, prefix: string): boolean {
  if (prefix === "" || prefix.endsWith(".")) return true;
  return /image|repository|^tag$|^digest$/.test(word);
}

function pinOf(group: Group, place: Place, search: Search): Candidate | undefined {
  const named = nameIn(group, place, search);
  if (named === undefined) return undefined;
  if (group.tag?.word === "version" && isPackage(place, search)) return undefined;
  const shared = { form: "values", owner: place.owner, image: named.image } as const;
  const held = heldByFields({ tag: group.tag?.node, digest: group.digest?.node }, search);
  if (held === undefined) return undefined;
  if ("unclear" in held) {
    const { trail } = (group.tag ?? group.digest)!;
    return toldOnly({ ...shared, trail, uses: named.uses }, held.unclear);
  }
  const first = held.slots.tag === undefined ? group.digest : group.tag;
  const uses = [...named.uses, ...held.uses];
  return { ...shared, ...held, trail: first!.trail, uses };
}

/** A package.json has a repository and a version, too. */
function isPackage({ isRoot }: Place, { layer }: Search): boolean {
  return isRoot && layer.manifest.path.endsWith(".json");
}

/** Returns the image that the parts of a name spell, a wanted one if they spell several. */
function nameIn(group: Group, place: Place, search: Search) {
  const text = (part: Part | undefined) => readValue(part?.node, search.tree);
  const registry = text(group.registry);
  // A registry that is not text could be any.
  if (group.registry !== undefined && registry === undefined) return undefined;
  const host = registry === undefined || isNothing(registry) ? "" : registry.text;
  const parts = [group.repository, group.image, group.name].filter((part) => part !== undefined);
  const texts = parts.map((part) => text(part)?.text ?? "");
  const [repository = ""] = group.repository ? texts : [];
  const joined = texts.slice(1).map((name) => (repository === "" ? "" : `${repository}/${name}`));
  const names = [...joined, ...texts.filter((name, at) => counts(parts[at]!, name, place))]
    .filter((name) => name !== "")
    .map((name) => (host === "" || name.startsWith(`${host}/`) ? name : `${host}/${name}`));
  if (parts.length === 0) names.push(host);
  const images = names.flatMap((name) => parseImageName(name) ?? []);
  const isWanted = (image: ImageName) => search.wanted.some((name) => sameImage(name, image));
  const image = images.find(isWanted) ?? images[0];
  const uses = [group.registry, ...parts].flatMap((part) => part?.node ?? []);
  return image && { image, uses };
}

/** A `name` may be anything's. It is an image's if the form says so, or if there is only one. */
function counts(part: Part, name: string, { above }: Place): boolean {
  return part.word !== "name" || name.includes("/") || /image/i.test(above);
}

/** A field and what it holds. */
interface ReadField extends FieldText {
  readonly value: Value;
}

/**
 * Returns what fields for a tag and a digest hold, undefined when that is nothing, or why nobody
 * can tell: a template, a range of versions.
 */
export function heldByFields(
  parts: { readonly tag: YamlNode | undefined; readonly digest: YamlNode | undefined },
  { tree, layer }: Search,
): (Held & Pick<Candidate, "uses">) | { readonly unclear: string } | undefined {
  const tag = readField(parts.tag, readTagField, tree);
  const own = readField(parts.digest, readDigestField, tree);
  if (tag === "unclear") return { unclear: unclear("tag", parts.tag, tree) };
  if (own === "unclear") return { unclear: unclear("digest", parts.digest, tree) };
  const inDigest = own?.digest === undefined ? tag : own;
  const digest = inDigest?.digest;
  // What is empty beside something that is not stays empty: the other one is what counts.
  const fills = tag !== undefined && (tag.tag !== undefined || digest === undefined);
  const slots = {
    tag: fills ? tagSlot(tag.value, tag, layer) : undefined,
    digest: inDigest && digestSlot(inDigest.value, inDigest, layer),
  };
  if (fills !== (slots.tag !== undefined)) return undefined;
  if ((digest !== undefined) !== (slots.digest !== undefined)) return undefined;
  if (!fills && digest === undefined) return undefined;
  const changed = [fills ? tag : undefined, digest ? inDigest : undefined];
  return {
    ...{ tag: tag?.tag, digest, slots },
    nodes: [...new Set(changed.flatMap((field) => field?.value.node ?? []))],
    uses: [parts.tag, parts.digest].flatMap((node) => node ?? []),
  };
}

function unclear(what: string, node: YamlNode | undefined, tree: Tree): string {
  const text = readValue(node, tree)?.text;
  return `has ${text === undefined ? "a collection" : JSON.stringify(shorten(text))} for a ${what}`;
}

function readField(
  node: YamlNode | undefined,
  read: (value: Value) => FieldText | undefined,
  tree: Tree,
): ReadField | "unclear" | undefined {
  if (node === undefined) return undefined;
  const value = readValue(node, tree);
  const held = value && read(value);
  return value === undefined || held === undefined ? "unclear" : { ...held, value };
}
