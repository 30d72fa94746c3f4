import { digestOf } from "../../src/adapters/registry/client.ts";
import type { BlobContent, PackedImage } from "../../src/adapters/registry/push.ts";
import { asRevision, asTag, type Revision, type Tag } from "../../src/core/ids.ts";
import { packImage } from "../../src/demo/pack-image.ts";

export const revisionLabel = "org.opencontainers.image.revision";
export const revision = asRevision("1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d") as Revision;

export function tag(text: string): Tag {
  const known = asTag(text);
  if (known === undefined) throw new Error(`"${text}" is no tag`);
  return known;
}

/** An image of one small file whose text makes it different from others. */
export function sampleImage(text: string, labels: Record<string, string> = {}): PackedImage {
  const files = [{ path: "app/hello.txt", bytes: Buffer.from(text), mode: 0o644 }];
  return packImage({ files, labels, createdSeconds: 1_700_000_000 });
}

/** An index of images, each for the architecture that is named with it. */
export function indexOf(images: readonly (readonly [string, PackedImage])[]): BlobContent {
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const manifests = images.map(([architecture, { manifest }]) => ({
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size: manifest.bytes.byteLength,
    platform: { architecture, os: architecture === "unknown" ? "unknown" : "linux" },
  }));
  return jsonContent(mediaType, { schemaVersion: 2, mediaType, manifests });
}

/** The same image with annotations on its manifest. */
export function annotated(image: PackedImage, annotations: Record<string, string>): PackedImage {
  const { manifest } = image;
  const parsed = JSON.parse(Buffer.from(manifest.bytes).toString());
  return { ...image, manifest: jsonContent(manifest.mediaType, { ...parsed, annotations }) };
}

function jsonContent(mediaType: string, value: unknown): BlobContent {
  const bytes = Buffer.from(JSON.stringify(value));
  return { mediaType, digest: digestOf(bytes), bytes };
}
