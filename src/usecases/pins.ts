/** Lists every pin of some images at the tip of the manifests branch. */

import type { CommitId } from "../core/ids.ts";
import { type ImageName, printImageName, sameImage } from "../core/image-ref.ts";
import { plainTagOf, printPinned } from "../core/pins/index.ts";
import { type MentionReport, reportMentions } from "../core/results/mention.ts";
import type { Remote } from "../ports.ts";
import { snapshotAt } from "./landing/snapshot.ts";

/** One pin, as people and programs read it. */
export interface PinRow {
  readonly image: string;
  readonly tag: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The object around it, for example `Deployment/rbs-frontend`. */
  readonly owner: string;
  readonly keyPath: string;
  readonly form: "reference" | "kustomize" | "values";
}

/** What `landfall pins` prints. The field `version` changes when a reader would have to. */
export interface PinsResult {
  readonly version: 1;
  readonly command: "pins";
  readonly exit: 0;
  readonly tip: CommitId;
  readonly pins: readonly PinRow[];
  /** Images that no manifest under the paths names. */
  readonly unpinned: readonly string[];
  /** Images that are pinned at more than one tag. */
  readonly mixed: readonly string[];
  /** Other places that name the images, and are not moved. */
  readonly mentions: readonly MentionReport[];
}

/**
 * Reads the tip and lists the pins, in the order of files and lines. Throws what the remote throws.
 */
export async function listPins(
  images: readonly ImageName[],
  paths: readonly string[],
  remote: Remote,
): Promise<PinsResult> {
  const tip = await remote.fetchTip();
  const { pins, mentions } = await snapshotAt(tip, { images, paths }, remote);
  const rows = pins.map((pin) => ({
    image: printImageName(pin.image),
    tag: printPinned(pin),
    file: pin.file,
    line: pin.line,
    column: pin.column,
    owner: pin.owner,
    keyPath: pin.keyPath,
    form: pin.form,
  }));
  // A variant is another build of the same tag.
  const tagsOf = (image: ImageName) =>
    new Set(
      pins
        .filter((pin) => sameImage(pin.image, image))
        .map((pin) =>
          printPinned({ tag: plainTagOf(pin), digest: pin.variant ? undefined : pin.digest }),
        ),
    );
  return {
    version: 1,
    command: "pins",
    exit: 0,
    tip,
    pins: rows,
    unpinned: images.filter((image) => tagsOf(image).size === 0).map(printImageName),
    mixed: images.filter((image) => tagsOf(image).size > 1).map(printImageName),
    mentions: reportMentions(mentions),
  };
}
