/** Reads image manifests and indexes: opencontainers/image-spec, manifest.md and image-index.md. */

import { asDigest, asRevision, type Digest, type Revision } from "../../core/ids.ts";
import { parseJson } from "../http/words.ts";

/** What a registry must be told we read, or it hides images of the types left out. */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/** The parts of an image manifest or index that we use. */
export interface OciManifest {
  readonly mediaType: string | undefined;
  /** The revision that the annotations name, when they do. */
  readonly revision: Revision | undefined;
  /** The config blob, of an image manifest. */
  readonly config: Digest | undefined;
  /** The image manifests of the platforms, of an index, in its order. */
  readonly platforms: readonly Digest[];
  /** Every digest it refers to, in the same repository. */
  readonly blobs: readonly Digest[];
  readonly manifests: readonly Digest[];
}

const revisionKey = "org.opencontainers.image.revision";

/** Returns a manifest's parts, or undefined when the bytes are not a manifest. */
export function parseManifest(bytes: Uint8Array): OciManifest | undefined {
  const root = asObject(parseJson(bytes));
  if (root === undefined || root.schemaVersion !== 2) return undefined;
  const config = digestIn(root.config);
  const children = asArray(root.manifests).map(asObject);
  return {
    mediaType: typeof root.mediaType === "string" ? root.mediaType : undefined,
    revision: revisionIn(root.annotations),
    config,
    platforms: children.filter(isPlatform).map(digestIn).filter(isPresent),
    blobs: [config, ...asArray(root.layers).map(digestIn)].filter(isPresent),
    manifests: children.map(digestIn).filter(isPresent),
  };
}

/** Returns the revision that an image config's labels name, when they do. */
export function revisionOfConfig(bytes: Uint8Array): Revision | undefined {
  const config = asObject(asObject(parseJson(bytes))?.config);
  return revisionIn(config?.Labels);
}

function revisionIn(labels: unknown): Revision | undefined {
  const value = asObject(labels)?.[revisionKey];
  return typeof value === "string" ? asRevision(value) : undefined;
}

/** BuildKit lists its attestations as images of the platform `unknown`. */
function isPlatform(child: Record<string, unknown> | undefined): boolean {
  return asObject(child?.platform)?.architecture !== "unknown";
}

function digestIn(descriptor: unknown): Digest | undefined {
  const digest = asObject(descriptor)?.digest;
  return typeof digest === "string" ? asDigest(digest) : undefined;
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isPresent<Value>(value: Value | undefined): value is Value {
  return value !== undefined;
}
