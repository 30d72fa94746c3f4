/** Image manifests, indexes and tags. Where the specification leaves room: docker-registry 2.8. */

import { digestOf } from "../adapters/registry/client.ts";
import { manifestTypes, type OciManifest, parseManifest } from "../adapters/registry/manifest.ts";
import { asDigest, asTag } from "../core/ids.ts";
import {
  errorReply,
  jsonReply,
  pageNotFound,
  type RegistryCall,
  type RegistryReply,
  unsupported,
} from "./registry-reply.ts";
import type { Repository, Store } from "./registry-store.ts";

const [ociIndex, ociManifest] = manifestTypes;
const manifestBytesMax = 4 * 1024 * 1024;

/** Answers `/v2/NAME/manifests/REFERENCE`. */
export function answerManifest(store: Store, call: RegistryCall): RegistryReply {
  if (asTag(call.reference) === undefined && asDigest(call.reference) === undefined) {
    return pageNotFound;
  }
  const repository = store.repository(call.repository);
  if (call.method === "PUT") return putManifest(repository, call);
  if (call.method === "GET" || call.method === "HEAD") return getManifest(repository, call);
  return unsupported;
}

function getManifest(repository: Repository, call: RegistryCall): RegistryReply {
  const digest = asDigest(call.reference) ?? repository.tags.get(call.reference);
  const manifest = digest && repository.manifests.get(digest);
  if (manifest === undefined) return errorReply(404, "MANIFEST_UNKNOWN", "manifest unknown");
  const hidden = whyHidden(manifest.mediaType, call.header("accept"));
  if (hidden !== undefined) return errorReply(404, "MANIFEST_UNKNOWN", hidden);
  const headers = {
    "content-type": manifest.mediaType,
    "docker-content-digest": manifest.digest,
    etag: `"${manifest.digest}"`,
  };
  return { status: 200, headers, body: manifest.bytes };
}

/** docker-registry hides OCI types from clients that do not name them, even if they take all. */
function whyHidden(mediaType: string, accept: string): string | undefined {
  const accepted = accept.split(",").map((type) => type.split(";")[0]?.trim());
  if (accepted.includes(mediaType)) return undefined;
  if (mediaType === ociManifest) {
    return "OCI manifest found, but accept header does not support OCI manifests";
  }
  if (mediaType === ociIndex) {
    return "OCI index found, but accept header does not support OCI indexes";
  }
  return undefined;
}

function putManifest(repository: Repository, call: RegistryCall): RegistryReply {
  const bytes = call.body;
  if (bytes.length > manifestBytesMax) {
    return errorReply(413, "SIZE_INVALID", "manifest too large");
  }
  const mediaType = call.header("content-type");
  const manifest = parseManifest(bytes);
  if (manifest === undefined || !isOfType(manifest, mediaType)) {
    return errorReply(400, "MANIFEST_INVALID", "manifest invalid");
  }
  const digest = digestOf(bytes);
  const asked = asDigest(call.reference);
  if (asked !== undefined && asked !== digest) {
    return errorReply(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  }
  if (!hasParts(repository, manifest)) {
    return errorReply(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry");
  }
  repository.manifests.set(digest, { digest, mediaType, bytes });
  if (asked === undefined) repository.tags.set(call.reference, digest);
  const location = `/v2/${call.repository}/manifests/${digest}`;
  return { status: 201, headers: { location, "docker-content-digest": digest } };
}

function isOfType(manifest: OciManifest, mediaType: string): boolean {
  if (!manifestTypes.some((type) => type === mediaType)) return false;
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType) return false;
  const isIndex = mediaType.includes("index") || mediaType.includes("list");
  return isIndex ? manifest.manifests.length > 0 : manifest.config !== undefined;
}

function hasParts(repository: Repository, manifest: OciManifest): boolean {
  return (
    manifest.blobs.every((digest) => repository.blobs.has(digest)) &&
    manifest.manifests.every((digest) => repository.manifests.has(digest))
  );
}

/** Answers `/v2/NAME/tags/list`: sorted, `n` at a time, the next page in `Link`. */
export function answerTags(store: Store, call: RegistryCall): RegistryReply {
  if (call.method !== "GET") return unsupported;
  const { tags, manifests } = store.repository(call.repository);
  if (manifests.size === 0) {
    return errorReply(404, "NAME_UNKNOWN", "repository name not known to registry");
  }
  const last = call.query.get("last") ?? "";
  const rest = [...tags.keys()].sort().filter((tag) => tag > last);
  const asked = call.query.get("n") ?? "";
  const page = /^\d+$/.test(asked) ? rest.slice(0, Number(asked)) : rest;
  const reply = jsonReply(200, { name: call.repository, tags: page });
  if (page.length === 0 || page.length === rest.length) return reply;
  const next = new URLSearchParams({ last: page.at(-1)!, n: asked });
  const link = `</v2/${call.repository}/tags/list?${next}>; rel="next"`;
  return { ...reply, headers: { ...reply.headers, link } };
}
