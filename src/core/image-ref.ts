/** Image references as people write them, made comparable. */

import { asDigest, asTag, type Digest, type Tag } from "./ids.ts";

/** An image's name in full. Docker Hub's short forms are spelled out: equal images, equal text. */
export interface ImageName {
  /** Host and optional port in lower case, for example `docker.io` or `localhost:5000`. */
  readonly registry: string;
  /** Path below the host, for example `library/nginx`. */
  readonly repository: string;
}

/** What an `image:` line holds: a name, and the tag and digest when they are written. */
export interface ImageRef {
  readonly name: ImageName;
  readonly tag?: Tag;
  readonly digest?: Digest;
}

const hub = "docker.io";
/** Hosts that Docker Hub answers under, besides the one that references are written with. */
const hubAliases = new Set(["index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);

// Grammar: distribution/reference, as quoted by the OCI distribution specification.
const label = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
const host = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:]+\\])(?::[0-9]+)?$`);
const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const path = new RegExp(`^${part}(?:/${part})*$`);
const nameLengthMax = 255;

/**
 * Returns the name that `text` spells, or undefined when it is not an image name. A tag or a digest
 * makes it none.
 */
export function parseImageName(text: string): ImageName | undefined {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(0, slash));
  const written = isHost(first) ? first.toLowerCase() : hub;
  const registry = hubAliases.has(written) ? hub : written;
  const repository = isHost(first) ? text.slice(slash + 1) : text;
  if (!host.test(registry) || !path.test(repository)) return undefined;
  if (registry.length + repository.length >= nameLengthMax) return undefined;
  const official = registry === hub && !repository.includes("/");
  return { registry, repository: official ? `library/${repository}` : repository };
}

/** Returns the reference `name[:tag][@digest]` that `text` spells, or undefined when it is none. */
export function parseImageRef(text: string): ImageRef | undefined {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : asDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) return undefined;
  const rest = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to a port.
  const colon = rest.lastIndexOf(":");
  const hasTag = colon > rest.lastIndexOf("/");
  const tag = hasTag ? asTag(rest.slice(colon + 1)) : undefined;
  if (hasTag && tag === undefined) return undefined;
  const name = parseImageName(hasTag ? rest.slice(0, colon) : rest);
  return name && { name, ...(tag && { tag }), ...(digest && { digest }) };
}

/** Returns whether the two names mean the same repository of the same registry. */
export function sameImage(a: ImageName, b: ImageName): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/**
 * Prints a name the way people write it: Docker Hub's host and `library/` are left out where what
 * is left still means the same.
 */
export function printImageName(name: ImageName): string {
  const full = `${name.registry}/${name.repository}`;
  const short = name.repository.replace(/^library\/(?=[^/]+$)/, "");
  const parsed = parseImageName(short);
  return parsed !== undefined && sameImage(parsed, name) ? short : full;
}

/** Docker's rule: a first part is a host when it has a dot or a colon, or is `localhost`. */
function isHost(first: string): boolean {
  return /[.:]/.test(first) || first === "localhost";
}
