/** Publishes images by the OCI distribution protocol, and gives them tags. It builds none. */

import { Failure } from "../../core/failure.ts";
import { asDigest, type Digest, type Tag } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Tagger } from "../../ports.ts";
import {
  createRegistryClient,
  lied,
  type RegistryClient,
  type RegistryOptions,
  refusal,
  verifiedDigest,
} from "./client.ts";
import type { HttpReply } from "./http.ts";
import { manifestTypes } from "./manifest.ts";

/** Bytes with the type and the digest by which a registry keeps them. */
export interface BlobContent {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** An image as a registry keeps it. */
export interface PackedImage {
  readonly manifest: BlobContent;
  readonly config: BlobContent;
  readonly layers: readonly BlobContent[];
}

/** Publishes images. Everything may be repeated: content is named by its digest. */
export interface Pusher extends Tagger {
  /**
   * Uploads what the registry does not have yet and names the image `tag`.
   *
   * @returns the digest of its manifest.
   * @throws Failure as `Registry.find` does.
   */
  pushImage(image: ImageName, tag: Tag, content: PackedImage): Promise<Digest>;
  /**
   * Uploads one manifest or index, whose parts the registry has already, under a tag or its digest.
   * Throws as `pushImage`.
   */
  pushManifest(image: ImageName, reference: Tag | Digest, manifest: BlobContent): Promise<Digest>;
}

/** Makes a publisher with its own connections. */
export function createPusher(options: RegistryOptions): Pusher {
  const client = createRegistryClient(options);
  return {
    async pushImage(image, tag, { manifest, config, layers }) {
      for (const blob of [config, ...layers]) await pushBlob(client, image, blob);
      return pushManifest(client, image, { reference: tag, manifest });
    },
    pushManifest: (image, reference, manifest) =>
      pushManifest(client, image, { reference, manifest }),
    async addTag(image, from, to) {
      const manifest = await readManifest(client, image, from);
      return pushManifest(client, image, { reference: to, manifest });
    },
  };
}

async function pushBlob(
  client: RegistryClient,
  image: ImageName,
  blob: BlobContent,
): Promise<void> {
  if (await hasBlob(client, image, blob.digest)) return;
  const doing = `upload "${blob.digest}" to "${printImageName(image)}"`;
  const start = { method: "POST", image, at: "blobs/uploads/", doing } as const;
  const started = await client.send(start);
  if (started.status !== 202) throw refusal(start, started);
  const body = { bytes: blob.bytes, mediaType: "application/octet-stream" };
  const put = { method: "PUT", image, at: uploadUrl(started, blob, doing), body, doing } as const;
  const done = await client.send(put);
  if (done.status === 201) return;
  // A repeated PUT finds its upload gone if the first one's answer got lost on the way.
  if (done.status === 404 && (await hasBlob(client, image, blob.digest))) return;
  throw refusal(put, done);
}

function uploadUrl(started: HttpReply, { digest }: BlobContent, doing: string): string {
  const location = started.header("location") ?? "";
  if (!URL.canParse(location, started.url.href)) {
    throw lied(doing, "the upload location is not a web address");
  }
  const url = new URL(location, started.url.href);
  url.searchParams.set("digest", digest);
  return url.href;
}

async function hasBlob(client: RegistryClient, image: ImageName, digest: Digest): Promise<boolean> {
  const doing = `look for "${digest}" in "${printImageName(image)}"`;
  const request = { method: "HEAD", image, at: `blobs/${digest}`, doing } as const;
  const reply = await client.send(request);
  if (reply.status === 200) return true;
  if (reply.status === 404) return false;
  throw refusal(request, reply);
}

async function pushManifest(
  client: RegistryClient,
  image: ImageName,
  { reference, manifest }: { reference: Tag | Digest; manifest: BlobContent },
): Promise<Digest> {
  const doing = `publish "${printImageName(image)}" as "${reference}"`;
  const at = `manifests/${reference}`;
  const request = { method: "PUT", image, at, body: manifest, doing } as const;
  const reply = await client.send(request);
  if (reply.status !== 201) throw refusal(request, reply);
  const kept = reply.header("docker-content-digest") ?? manifest.digest;
  if (kept !== manifest.digest) throw lied(doing, `it was kept as "${kept}"`);
  return manifest.digest;
}

async function readManifest(
  client: RegistryClient,
  image: ImageName,
  from: Tag | Digest,
): Promise<BlobContent> {
  const doing = `read "${printImageName(image)}" at "${from}"`;
  const accept = manifestTypes.join(", ");
  const request = { method: "GET", image, at: `manifests/${from}`, accept, doing } as const;
  const reply = await client.send(request);
  if (reply.status === 404) throw notThere(image, from);
  if (reply.status !== 200) throw refusal(request, reply);
  const digest = verifiedDigest(reply, doing, asDigest(from));
  return { mediaType: reply.header("content-type") ?? "", digest, bytes: reply.body };
}

function notThere(image: ImageName, from: Tag | Digest): Failure {
  const separator = asDigest(from) === undefined ? ":" : "@";
  return new Failure(
    "image-missing",
    `Cannot give another tag: the registry does not have "${printImageName(image)}${separator}${from}"`,
    "Publish the image first, or check its tag.",
  );
}
