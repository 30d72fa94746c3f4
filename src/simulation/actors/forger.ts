/** Somebody who may write refs beside the branch, and has not the key to be taken along. */

import { asTag, type CommitId } from "../../core/ids.ts";
import { printImageName, sameImage } from "../../core/image-ref.ts";
import { writeMessage } from "../../core/landing/commit-message.ts";
import { writeWaiting } from "../../core/landing/waiting.ts";
import { findPlaces, printPinned } from "../../core/pins/index.ts";
import { idOf } from "../model/objects.ts";
import { manifestsPath, type Scenario } from "../scenario.ts";
import { startMs } from "../scheduler.ts";
import type { World } from "../world.ts";

/** Leaves a change, in every other way as it should be, that moves an image to a tag of theirs. */
export async function forge(world: World, { images, source }: Scenario): Promise<void> {
  const { scheduler, fate, server, objects } = world;
  await scheduler.before("forger", "leave", fate.lasts(200, 3_000));
  const base = server.tip;
  const image = images[fate.choose(images.length)]!;
  const files = [...objects.get(base).tree].map(([path, bytes]) => ({ path, bytes }));
  const pins = findPlaces(files, [image]).pins.filter((pin) => sameImage(pin.image, image));
  const to = "theirs";
  const deploy = "forged";
  const from = pins.map(printPinned).join(", ");
  const message = writeMessage({
    ...{ outcome: "landed", deploy, revision: source.tip, tags: [to], skipCi: true },
    moves: [{ image: printImageName(image), from, to }],
  });
  const text = writeWaiting({
    ...{ deploy, branch: "main", base, deadlineMs: startMs + 3_600_000, message },
    ...{ paths: [manifestsPath], images: [image], atSeconds: scheduler.nowSeconds },
    author: { name: "Somebody", email: "somebody@localhost" },
    pins: pins.map((pin) => ({ ...pin, before: printPinned(pin), tag: asTag(to) })),
  });
  const note = { deploy, text: `${text}\n${idOf("no key")}\n`, id: idOf(`${text}`) as CommitId };
  server.moveNote({ deploy, from: undefined, to: note });
}
