/** Moves pins in files, without git: what to write is known in full before the first byte is. */

import { exit, Failure, printPlace } from "../core/failure.ts";
import { printImageName, sameImage } from "../core/image-ref.ts";
import type { Target } from "../core/landing/change.ts";
import { nearest } from "../core/nearest.ts";
import {
  editManifests,
  findPlaces,
  type ManifestRules,
  type Mention,
  moveTo,
  namesIn,
  needlesOf,
  type Pin,
  type PinMove,
  pinHolds,
  printPinned,
  refuseMentions,
} from "../core/pins/index.ts";
import { type MentionReport, reportMentions } from "../core/results/mention.ts";
import type { ImageReport, PinReport } from "../core/results/promote.ts";
import type { Files, ManifestFile } from "../ports.ts";
import type { AskedImage } from "./promote/promotion.ts";

/** What to set, and where. */
export interface SetRequest {
  readonly images: readonly AskedImage[];
  readonly paths: readonly string[];
  readonly rules?: ManifestRules;
}

/** What was set. Every pin of every image is named, whether it moved or was there already. */
export interface SetResult {
  readonly version: 1;
  readonly command: "set";
  readonly outcome: "written" | "unchanged";
  readonly exit: number;
  readonly images: readonly ImageReport[];
  /** The files that were written. */
  readonly files: readonly string[];
  /** Other places that name the images, and were not moved. */
  readonly mentions: readonly MentionReport[];
}

/**
 * Sets the tags of images in every manifest under the paths. Doing it twice is doing it once.
 *
 * @throws Failure `usage` when an image has no tag or two, or a path is wrong; `image-not-pinned`
 *   when no manifest pins an image; `bad-manifest` when a file that mentions one cannot be edited
 *   safely. Nothing is written then.
 */
export async function setImages(request: SetRequest, files: Files): Promise<SetResult> {
  const targets = targetsOf(request.images);
  const names = targets.map(({ image }) => image);
  const manifests = await files.find(request.paths, needlesOf(names));
  const { rules = {} } = request;
  const { pins, mentions } = findPlaces(manifests, names, rules);
  for (const { image } of targets) {
    if (pins.some((pin) => sameImage(pin.image, image))) continue;
    const own = mentions.filter((mention) => mention.image && sameImage(mention.image, image));
    if (own.length > 0) throw onlyMentioned(image, own);
    throw notPinned(image, request.paths, await files.find(request.paths, []));
  }

  const moves = pins
    .map((pin) => moveOf(pin, targets))
    .filter(({ pin, tag, digest }) => !pinHolds(pin, { tag, digest }));
  for (const move of moves) if (move.isDerived) throw otherBuild(move);
  if (moves.length > 0) refuseMentions(mentions, rules);
  const edits = editManifests(manifests, moves);
  const written = edits.map(({ file, bytes }) => ({ path: file.path, bytes }));
  await files.replace(written);

  return {
    version: 1,
    command: "set",
    outcome: written.length > 0 ? "written" : "unchanged",
    exit: exit.done,
    images: targets.map((target) => reportOf(target, pins)),
    files: written.map(({ path }) => path),
    mentions: reportMentions(mentions, targets),
  };
}

function targetsOf(images: readonly AskedImage[]): readonly Target[] {
  return images.map(({ image, tag, digest }, at) => {
    const name = printImageName(image);
    const hint = "Write each image once, as NAME=TAG or NAME=TAG@sha256:DIGEST.";
    if (tag === undefined) throw new Failure("usage", `Cannot set "${name}": it has no tag`, hint);
    if (images.slice(0, at).some((other) => sameImage(other.image, image))) {
      throw new Failure("usage", `Cannot set "${name}": it is given twice`, hint);
    }
    return { image, tag, digest };
  });
}

function moveOf(pin: Pin, targets: readonly Target[]): PinMove {
  return moveTo(pin, targets.find(({ image }) => sameImage(image, pin.image))!);
}

/** Nobody is asked here whether the other build of the new revision is there. */
function otherBuild({ pin, tag }: PinMove): Failure {
  const { file, line, column, image } = pin;
  const name = printImageName(image);
  return new Failure(
    "bad-manifest",
    `Cannot set "${name}": it runs ${pin.tag}, another build of the same revision`,
    `Leave it out with --exclude or --only, or set it alone, as ${name}=${tag}.`,
    { place: { file, line, column } },
  );
}

function reportOf(target: Target, pins: readonly Pin[]): ImageReport {
  const own = pins.filter((pin) => sameImage(pin.image, target.image));
  return {
    image: printImageName(target.image),
    tag: target.tag,
    digest: target.digest,
    outcome: own.every((pin) => pinHolds(pin, target)) ? "unchanged" : "moved",
    pins: own.map((pin) => pinReport(pin, target)),
  };
}

/** Says what became of a pin. One that held the target already is as it was. */
function pinReport(pin: Pin, target: Target): PinReport {
  const { file, line, column, slots } = pin;
  const tag = slots.tag ? target.tag : undefined;
  const digest = slots.digest ? target.digest : undefined;
  const from = printPinned(pin);
  const to = pinHolds(pin, target) ? from : printPinned({ tag, digest });
  return { file, line, column, from, to };
}

/** Makes the failure of an image that is named, but nowhere with a tag that could be moved. */
function onlyMentioned(image: Target["image"], mentions: readonly Mention[]): Failure {
  const [first] = mentions;
  const said = mentions.slice(0, 3).map(({ why, ...place }) => `${printPlace(place)} ${why}`);
  const more = mentions.length > 3 ? `, and ${mentions.length - 3} more` : "";
  return new Failure(
    "image-not-pinned",
    `Cannot set "${printImageName(image)}": nothing pins it: ${said.join(", ")}${more}`,
    "Write a tag beside the name, as NAME:TAG or in a field tag.",
    { place: { file: first!.file, line: first!.line, column: first!.column } },
  );
}

function notPinned(
  image: Target["image"],
  paths: readonly string[],
  manifests: readonly ManifestFile[],
): Failure {
  const name = printImageName(image);
  const where = paths.map((path) => `"${path}"`).join(", ");
  const near = nearest(name, [...new Set(manifests.flatMap(({ bytes }) => namesIn(bytes)))]);
  return new Failure(
    "image-not-pinned",
    `Cannot set "${name}": no manifest under ${where} pins it`,
    near === undefined
      ? "Looked at *.yaml, *.yml and *.json. Name the image as they do, and their folder."
      : `Did you mean "${near}"?`,
  );
}
