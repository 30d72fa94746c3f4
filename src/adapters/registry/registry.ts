/** The port `Registry` over the OCI distribution protocol. */

import { asDigest, type Digest, type Revision, type Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { ImageDigests, ImageFact, Registry } from "../../ports.ts";
import { registryErrors } from "../http/words.ts";
import {
  createRegistryClient,
  lied,
  type RegistryClient,
  type RegistryOptions,
  refusal,
  verifiedDigest,
} from "./client.ts";
import type { HttpReply } from "./http.ts";
import { manifestTypes, type OciManifest, parseManifest, revisionOfConfig } from "./manifest.ts";

// How many platforms of one index are asked for a label before it counts as having none.
const platformsMax = 8;
// Harbor says NOT_FOUND where the specification says MANIFEST_UNKNOWN or NAME_UNKNOWN.
const missingCodes: ReadonlySet<string> = new Set([
  "MANIFEST_UNKNOWN",
  "NAME_UNKNOWN",
  "NOT_FOUND",
]);

/**
 * Makes a reader of registries that remembers what it found: a tag is resolved once, and everything
 * later is asked by its digest. What is missing is asked again, because it may be on its way.
 */
export function createRegistry(options: RegistryOptions): Registry & ImageDigests {
  const client = createRegistryClient(options);
  const facts = new Map<string, Promise<ImageFact>>();
  const revisions = new Map<string, Promise<Revision | undefined>>();

  function findOnce(image: ImageName, reference: Tag | Digest): Promise<ImageFact> {
    const key = printReference(image, reference);
    const known = facts.get(key);
    if (known !== undefined) return known;
    const asked = find(client, image, reference);
    facts.set(key, asked);
    const forget = () => facts.delete(key);
    asked.then((fact) => fact.kind === "missing" && forget(), forget);
    return asked;
  }

  return {
    find: findOnce,
    async revisionOf(image, reference) {
      const digest = asDigest(reference) ?? digestIn(await findOnce(image, reference));
      if (digest === undefined) return undefined;
      const key = printReference(image, digest);
      const known = revisions.get(key);
      if (known !== undefined) return known;
      const asked = readRevision(client, image, digest);
      revisions.set(key, asked);
      asked.catch(() => revisions.delete(key));
      return asked;
    },
    async digestsOf(image, reference) {
      const digest = asDigest(reference) ?? digestIn(await findOnce(image, reference));
      if (digest === undefined) return [];
      return [digest, ...((await getManifest(client, image, digest))?.platforms ?? [])];
    },
  };
}

function digestIn(fact: ImageFact): Digest | undefined {
  return fact.kind === "found" ? fact.digest : undefined;
}

async function find(
  client: RegistryClient,
  image: ImageName,
  reference: Tag | Digest,
): Promise<ImageFact> {
  const doing = `look up "${printReference(image, reference)}"`;
  const head = await askManifest(client, { method: "HEAD", image, reference, doing });
  const promised = asDigest(head.header("docker-content-digest") ?? "");
  if (head.status === 200 && promised !== undefined) {
    const asked = asDigest(reference);
    if (asked !== undefined && asked !== promised) {
      throw lied(doing, `the registry promises the digest "${promised}"`);
    }
    return { kind: "found", digest: promised, mediaType: mediaTypeOf(head) };
  }
  // Asking again would try a wrong password twice, and some accounts are locked for less.
  if (head.status === 401) throw refusal({ image, doing }, head);
  // An answer to HEAD has no words, and "404" alone may mean a type that the registry hides.
  const manifest = await getManifest(client, image, reference);
  if (manifest === undefined) return { kind: "missing" };
  return { kind: "found", digest: manifest.digest, mediaType: manifest.mediaType };
}

async function readRevision(
  client: RegistryClient,
  image: ImageName,
  digest: Digest,
): Promise<Revision | undefined> {
  const top = await getManifest(client, image, digest);
  if (top === undefined) return undefined;
  const own = await revisionOfManifest(client, image, top);
  if (own !== undefined) return own;
  for (const platform of top.platforms.slice(0, platformsMax)) {
    const child = await getManifest(client, image, platform);
    const found = child && (await revisionOfManifest(client, image, child));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Annotations go first: labels can be a base image's, which every image built on it inherits. */
async function revisionOfManifest(
  client: RegistryClient,
  image: ImageName,
  manifest: OciManifest,
): Promise<Revision | undefined> {
  if (manifest.revision !== undefined || manifest.config === undefined) return manifest.revision;
  const doing = `read the labels of "${printReference(image, manifest.config)}"`;
  const request = { method: "GET", image, at: `blobs/${manifest.config}`, doing } as const;
  const reply = await client.send(request);
  if (reply.status !== 200) throw refusal(request, reply);
  verifiedDigest(reply, doing, manifest.config);
  return revisionOfConfig(reply.body);
}

interface FoundManifest extends OciManifest {
  readonly digest: Digest;
  readonly mediaType: string;
}

/** Returns a manifest whose bytes match their digest, or undefined when the registry has none. */
async function getManifest(
  client: RegistryClient,
  image: ImageName,
  reference: Tag | Digest,
): Promise<FoundManifest | undefined> {
  const doing = `read "${printReference(image, reference)}"`;
  const reply = await askManifest(client, { method: "GET", image, reference, doing });
  if (saysMissing(reply)) return undefined;
  if (reply.status !== 200) throw refusal({ image, doing }, reply);
  const digest = verifiedDigest(reply, doing, asDigest(reference));
  const manifest = parseManifest(reply.body);
  if (manifest === undefined) throw lied(doing, "the reply is not an image manifest");
  const declared = mediaTypeOf(reply);
  const mediaType = manifest.mediaType ?? declared;
  // The same bytes must not be one thing to us and another to a cluster (CVE-2021-41190).
  if (mediaType !== declared && manifestTypes.some((type) => type === declared)) {
    throw lied(doing, `it is declared as "${declared}", but says it is "${mediaType}"`);
  }
  return { ...manifest, digest, mediaType };
}

interface ManifestQuestion {
  readonly method: "GET" | "HEAD";
  readonly image: ImageName;
  readonly reference: Tag | Digest;
  readonly doing: string;
}

function askManifest(client: RegistryClient, question: ManifestQuestion): Promise<HttpReply> {
  const { method, image, reference, doing } = question;
  return client.send({
    method,
    image,
    at: `manifests/${reference}`,
    accept: manifestTypes.join(", "),
    doing,
    // A proxy's "404 page not found" says nothing about the image.
    isNoStatement: (reply) =>
      method === "GET" && reply.status === 404 && registryErrors(reply.body) === undefined,
  });
}

function saysMissing(reply: HttpReply): boolean {
  if (reply.status !== 404) return false;
  return (registryErrors(reply.body) ?? []).some(
    ({ code, message }) => missingCodes.has(code) && !/accept header/i.test(message),
  );
}

function mediaTypeOf(reply: HttpReply): string {
  return (reply.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

function printReference(image: ImageName, reference: Tag | Digest): string {
  const separator = asDigest(reference) === undefined ? ":" : "@";
  return `${printImageName(image)}${separator}${reference}`;
}
