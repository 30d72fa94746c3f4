/** Blobs: read, and uploaded in one piece or in chunks. distribution-spec, "Pushing Blobs". */

import { digestOf } from "../adapters/registry/client.ts";
import { asDigest, type Digest } from "../core/ids.ts";
import {
  errorReply,
  type RegistryCall,
  type RegistryReply,
  unsupported,
} from "./registry-reply.ts";
import type { Store, Upload } from "./registry-store.ts";

/** Answers `/v2/NAME/blobs/DIGEST`. */
export function answerBlob(store: Store, call: RegistryCall): RegistryReply {
  if (call.method !== "GET" && call.method !== "HEAD") return unsupported;
  const digest = asDigest(call.reference);
  if (digest === undefined) return badDigest;
  const bytes = store.repository(call.repository).blobs.get(digest);
  if (bytes === undefined) return errorReply(404, "BLOB_UNKNOWN", "blob unknown to registry");
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": digest };
  return { status: 200, headers, body: bytes };
}

/** Answers `POST /v2/NAME/blobs/uploads/`. Mounts nothing, which the specification leaves open. */
export function openUpload(store: Store, call: RegistryCall): RegistryReply {
  if (call.method !== "POST") return unsupported;
  return progress(call, store.openUpload(call.repository), 0);
}

/** Answers `/v2/NAME/blobs/uploads/ID`: an upload's chunk, end, state or cancelling. */
export function answerUpload(store: Store, call: RegistryCall): RegistryReply {
  const id = call.reference;
  const upload = store.uploads.get(id);
  if (upload === undefined || upload.repository !== call.repository) {
    return errorReply(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  }
  switch (call.method) {
    case "GET":
      return { ...progress(call, id, upload.bytes.length), status: 204 };
    case "PATCH":
      return append(call, id, upload);
    case "PUT":
      return finish(store, call, upload);
    case "DELETE":
      store.uploads.delete(id);
      return { status: 204 };
    default:
      return unsupported;
  }
}

function append(call: RegistryCall, id: string, upload: Upload): RegistryReply {
  if (!continues(call, upload)) {
    const error = errorReply(416, "BLOB_UPLOAD_INVALID", "the chunk does not follow the last one");
    const { headers } = progress(call, id, upload.bytes.length);
    return { ...error, headers: { ...headers, ...error.headers } };
  }
  upload.bytes = Buffer.concat([upload.bytes, call.body]);
  return progress(call, id, upload.bytes.length);
}

function finish(store: Store, call: RegistryCall, upload: Upload): RegistryReply {
  const digest = asDigest(call.query.get("digest") ?? "");
  const bytes = Buffer.concat([upload.bytes, call.body]);
  store.uploads.delete(call.reference);
  if (digest === undefined || digestOf(bytes) !== digest) return badDigest;
  return keep(store, call, digest, bytes);
}

function continues(call: RegistryCall, upload: Upload): boolean {
  const range = /^(\d+)-\d+$/.exec(call.header("content-range"));
  return range === null || Number(range[1]) === upload.bytes.length;
}

function keep(store: Store, call: RegistryCall, digest: Digest, bytes: Buffer): RegistryReply {
  store.repository(call.repository).blobs.set(digest, bytes);
  const location = `/v2/${call.repository}/blobs/${digest}`;
  return { status: 201, headers: { location, "docker-content-digest": digest } };
}

function progress(call: RegistryCall, id: string, bytes: number): RegistryReply {
  const location = `/v2/${call.repository}/blobs/uploads/${id}`;
  const range = `0-${Math.max(0, bytes - 1)}`;
  return { status: 202, headers: { location, range, "docker-upload-uuid": id } };
}

const badDigest = errorReply(
  400,
  "DIGEST_INVALID",
  "provided digest did not match uploaded content",
);
