/** Whether a file can hold a pin, without parsing it: most cannot, and are not to be judged. */

import { type ImageName, parseImageName, sameImage } from "../image-ref.ts";

/**
 * Returns whether a path is named like a manifest. Prose and scripts mention images, and pin none.
 */
export function isManifestPath(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path) || /(?:^|\/)Kustomization$/.test(path);
}

/**
 * Returns fixed strings, one of which stands in every file that pins one of the images: the last
 * part of each name, because the parts before it may be spelled apart (`registry:`) or escaped.
 */
export function needlesOf(wanted: readonly ImageName[]): string[] {
  return [...new Set(wanted.map(lastPart))];
}

/** Returns whether a file may pin one of the images. It may say yes too often, but never no. */
export function mayPin(bytes: Uint8Array, wanted: readonly ImageName[]): boolean {
  const source = glance(bytes);
  if (!needlesOf(wanted).some((needle) => source.includes(needle))) return false;
  // JSON may write a slash as `\/`, and YAML in other ways, too.
  const text = source.replace(/\\(?:\/|x2f|u002f)/gi, "/");
  return wanted.some((name) => {
    if (whole(name.repository.replace(/^library\//, "")).test(text)) return true;
    return /\brepository["']?\s*:/.test(text) && whole(lastPart(name)).test(text);
  });
}

/**
 * Returns the wanted image that a text spells although it is no reference, for example
 * `$(REGISTRY)/shop/api:{{ .Values.tag }}`. A part unknown in front of the name could be its own.
 */
export function spelledIn(text: string, wanted: readonly ImageName[]): ImageName | undefined {
  for (const run of text.replace(/\$\w+/g, "$").match(/[\w./:-]+/g) ?? []) {
    const spelled = run.replace(/:[^/]*$/, "");
    const name = parseImageName(spelled);
    const found = wanted.find((image) => {
      if (name !== undefined) return sameImage(name, image);
      return spelled.startsWith("/") && `/${image.registry}/${image.repository}`.endsWith(spelled);
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the image names in a file, as they are spelled there, for people who mistyped one. */
export function namesIn(bytes: Uint8Array): string[] {
  const value = /\b(?:image|repository|newName|name)["']?[ \t]*:[ \t]*["']?([\w./:-]*\/[\w.-]+)/g;
  return [...new Set([...glance(bytes).matchAll(value)].map((match) => match[1]!))];
}

/** Returns bytes as text for a first look: what is not UTF-8 is replaced, not refused. */
export function glance(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Matches a part of a name that is not a part of a longer word. */
function whole(part: string): RegExp {
  const pattern = part.replaceAll(".", "\\.");
  return new RegExp(`(?<![\\w.-])${pattern}(?![\\w/-]|\\.\\w)`);
}

function lastPart(name: ImageName): string {
  return name.repository.slice(name.repository.lastIndexOf("/") + 1);
}
