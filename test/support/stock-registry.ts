/** Images in a registry before anybody asks it: pushing one takes seven requests. */

import type { PackedImage } from "../../src/adapters/registry/push.ts";
import type { Tag } from "../../src/core/ids.ts";
import { createStore, type Store } from "../../src/demo/registry-store.ts";

/** An image, and where it is. */
export interface StockedImage {
  readonly repository: string;
  readonly tag: Tag;
  readonly image: PackedImage;
}

/** Returns what a registry keeps after these images were pushed to it. */
export function stocked(images: readonly StockedImage[]): Store {
  const store = createStore();
  stock(store, images);
  return store;
}

/** Adds images to what a registry keeps, as if they had been pushed to it. */
export function stock(store: Store, images: readonly StockedImage[]): void {
  for (const { repository: name, tag, image } of images) {
    const { blobs, manifests, tags } = store.repository(name);
    for (const { digest, bytes } of [image.config, ...image.layers]) {
      blobs.set(digest, Buffer.from(bytes));
    }
    const { digest, mediaType, bytes } = image.manifest;
    manifests.set(digest, { digest, mediaType, bytes: Buffer.from(bytes) });
    tags.set(tag, digest);
  }
}
