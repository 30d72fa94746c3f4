import { asDigest, asTag, type Digest, type Tag } from "./ids.ts";

/** An image's name in full: Docker Hub's short forms are spelled out, so equal images are equal text. */
export interface ImageName {
  /** Host and optional port, for example `docker.io` or `localhost:5000`. */
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
const hubAliases = new Set([hub, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"]);
// Grammar: distribution/reference, as quoted by the OCI distribution specification.
const host = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const path = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

/** Returns the name that `text` spells, or undefined when it is no image name (a tag or digest makes it none). */
export function parseImageName(text: string): ImageName | undefined {
  const slash = text.indexOf("/");
  const first = slash < 0 ? "" : text.slice(0, slash);
  // Docker's rule: the first part is a host when it has a dot or a colon, or is `localhost`.
  const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
  const registry = hasHost ? first.toLowerCase() : hub;
  const repository = hasHost ? text.slice(slash + 1) : text;
  if (!host.test(registry) || !path.test(repository) || repository.length > 255) return undefined;
  if (!hubAliases.has(registry)) return { registry, repository };
  return { registry: hub, repository: repository.includes("/") ? repository : `library/${repository}` };
}

/** Returns the reference that `text` spells (`name[:tag][@digest]`), or undefined when it is none. */
export function parseImageRef(text: string): ImageRef | undefined {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : asDigest(text.slice(at + 1));
  if (at >= 0 && digest === undefined) return undefined;
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.lastIndexOf(":");
  const hasTag = colon > rest.lastIndexOf("/");
  const tag = hasTag ? asTag(rest.slice(colon + 1)) : undefined;
  if (hasTag && tag === undefined) return undefined;
  const name = parseImageName(hasTag ? rest.slice(0, colon) : rest);
  if (name === undefined) return undefined;
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** Returns whether the two names mean the same repository of the same registry. */
export function sameImage(a: ImageName, b: ImageName): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** Prints a name the way people write it: Docker Hub's host and `library/` are left out. */
export function printImageName(name: ImageName): string {
  if (name.registry !== hub) return `${name.registry}/${name.repository}`;
  return name.repository.replace(/^library\/(?=[^/]+$)/, "");
}
