/** Whether and where a text names an image, without parsing it. */

import type { ImageName } from "../image-ref.ts";
import { glance } from "./manifest.ts";

/**
 * Returns whether a path is named like a manifest. Prose and scripts mention images, and pin none.
 */
export function isManifestPath(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path) || /(?:^|\/)Kustomization$/.test(path);
}

/**
 * Returns fixed strings, one of which is in every file that names one of the images: the last
 * part of each name, because the parts before it may be spelled apart (`registry:`) or escaped.
 * Each is there as UTF-16 has it, too, which is not edited, but must not be passed over.
 */
export function needlesOf(wanted: readonly ImageName[]): string[] {
  const parts = [...new Set(wanted.map(lastPart))];
  return parts.flatMap((part) => (part.length > 1 ? [part, [...part].join("\0")] : [part]));
}

/** Returns the last part of a name, which is spelled out wherever the image is named. */
export function lastPart({ repository }: ImageName): string {
  return repository.slice(repository.lastIndexOf("/") + 1);
}

const hub = "docker.io";
/** A slash, as JSON and YAML may write it. */
const slash = String.raw`(?:\/|\\\/|\\x2f|\\u002f)`;

/** What stands for a registry that is not written out: `$(REGISTRY)/`, `{{ .registry }}/`. */
const unknown = String.raw`(?<=[)}]|\$\w{1,64})\/`;

/** Returns a pattern (flags `gi`) for an image's name as a text may spell it, not a longer one. */
export function patternOf({ registry, repository }: ImageName): RegExp {
  const isHub = registry === hub;
  const path = repository.split("/").map(escapePattern).join(slash);
  const short = isHub ? path.replace(`library${slash}`, `(?:library${slash})?`) : path;
  const hosts = isHub
    ? String.raw`(?:index\.|registry-1\.|registry\.hub\.)?docker\.(?:io|com)`
    : escapePattern(registry);
  const host = `(?:${hosts}${slash}|${unknown})`;
  // A one-word name says something only where a tag follows, or its host is before it.
  const behind = isHub && short !== path ? "(?=[:@])" : String.raw`(?![\w/-]|\.\w)`;
  // Behind a dash it is another name, unless that is the one of `${VARIABLE:-`.
  const dash = String.raw`(?<!\$\{\w{1,64}:?)-`;
  const before = String.raw`(?<![\w.@]|${dash}|(?<!:\/)(?<![)}]|\$\w{1,64})\/)`;
  return new RegExp(`${before}${host}${isHub ? "?" : ""}${short}${behind}`, "gi");
}

/**
 * Returns a pattern for an image's name without its registry, which may be somewhere else in the
 * file; undefined where the name would be too short to mean only this.
 */
export function barePatternOf({ registry, repository }: ImageName): RegExp | undefined {
  if (registry === hub || !repository.includes("/")) return undefined;
  const path = repository.split("/").map(escapePattern).join(slash);
  return new RegExp(String.raw`(?<![\w./@-])${path}(?![\w/-]|\.\w)`, "gi");
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/**
 * Returns whether a text may name an image. It has its last part, and its registry unless that is
 * Docker Hub, or a variable where the registry should be.
 */
export function mayName(text: string, image: ImageName): boolean {
  if (!text.includes(lastPart(image))) return false;
  if (image.registry === hub || text.includes(image.registry)) return true;
  return new RegExp(escapePattern(image.registry), "i").test(text) || patternOf(image).test(text);
}

/** Returns whether bytes may name one of some images. */
export function mayNameOneOf(bytes: Uint8Array, images: readonly ImageName[]): boolean {
  const text = glance(bytes);
  return images.some((image) => mayName(text, image));
}

/** Returns the image names in a file, as they are spelled there, for people who mistyped one. */
export function namesIn(bytes: Uint8Array): string[] {
  const value = /\b(?:image|repository|newName|name)["']?[ \t]*:[ \t]*["']?([\w./:-]*\/[\w.-]+)/g;
  return [...new Set([...glance(bytes).matchAll(value)].map((match) => match[1]!))];
}
