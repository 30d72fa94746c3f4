/** "Builds" the sample app's images without Docker and publishes them to the embedded registry. */

import { createPusher } from "../adapters/registry/push.ts";
import type { Revision, Tag } from "../core/ids.ts";
import type { ImageName } from "../core/image-ref.ts";
import type { Clock, Random } from "../ports.ts";
import { packImage } from "./pack-image.ts";
import type { TarFile } from "./tar.ts";

/** An image of the sample app. */
export interface AppImage {
  readonly name: ImageName;
  readonly files: readonly TarFile[];
}

/** Packs and pushes each image under the revision's tag, labelled as a build would label it. */
export async function publishApp(
  images: readonly AppImage[],
  at: { readonly revision: Revision; readonly tag: Tag; readonly source: string },
  world: {
    readonly clock: Clock;
    readonly random: Random;
    readonly login: { readonly username: string; readonly password: string };
  },
): Promise<void> {
  const { clock, random, login } = world;
  const pusher = createPusher({ credentials: () => login, clock, random, timeoutMs: 30_000 });
  const createdSeconds = Math.floor(clock.nowMs() / 1000);
  const labels = {
    "org.opencontainers.image.revision": at.revision,
    "org.opencontainers.image.source": at.source,
    "org.opencontainers.image.created": new Date(createdSeconds * 1000).toISOString(),
  };
  for (const { name, files } of images) {
    await pusher.pushImage(name, at.tag, packImage({ files, labels, createdSeconds }));
  }
}
