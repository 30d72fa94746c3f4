/** Packs files into a real OCI image, without Docker: opencontainers/image-spec. */

import { gzipSync } from "node:zlib";
import { digestOf } from "../adapters/registry/client.ts";
import type { BlobContent, PackedImage } from "../adapters/registry/push.ts";
import { type TarFile, tar } from "./tar.ts";

/** What goes into an image. */
export interface ImageRecipe {
  readonly files: readonly TarFile[];
  readonly labels: Readonly<Record<string, string>>;
  /** Time of the image and of its files, in whole seconds since the epoch: the commit's date. */
  readonly createdSeconds: number;
}

/**
 * Returns an image of one layer, ready to be pushed. The same recipe gives the same digest, on one
 * version of Node: zlib may compress otherwise in another.
 *
 * @throws Failure `usage` when a path does not fit into a tar header.
 */
export function packImage({ files, labels, createdSeconds }: ImageRecipe): PackedImage {
  const layerTar = tar(files, createdSeconds);
  const layer = content("application/vnd.oci.image.layer.v1.tar+gzip", gzip(layerTar));
  const created = new Date(createdSeconds * 1000).toISOString().replace(".000Z", "Z");
  const config = jsonContent("application/vnd.oci.image.config.v1+json", {
    created,
    architecture: "amd64",
    os: "linux",
    config: { Labels: sorted(labels) },
    rootfs: { type: "layers", diff_ids: [digestOf(layerTar)] },
    history: [{ created, created_by: "landfall demo" }],
  });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = jsonContent(mediaType, {
    schemaVersion: 2,
    mediaType,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { manifest, config, layers: [layer] };
}

function gzip(bytes: Uint8Array): Uint8Array {
  const zipped = gzipSync(bytes, { level: 9 });
  // RFC 1952: byte 9 names the operating system, on which the image must not depend; 255: unknown.
  zipped[9] = 255;
  return zipped;
}

function jsonContent(mediaType: string, value: unknown): BlobContent {
  return content(mediaType, Buffer.from(JSON.stringify(value)));
}

function content(mediaType: string, bytes: Uint8Array): BlobContent {
  return { mediaType, digest: digestOf(bytes), bytes };
}

function descriptor({ mediaType, digest, bytes }: BlobContent): object {
  return { mediaType, digest, size: bytes.byteLength };
}

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
