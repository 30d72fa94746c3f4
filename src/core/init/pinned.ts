/** Which of the images that manifests seem to name are pinned in them, as every command sees it. */

import { Failure } from "../failure.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import { findPlaces, type Pin } from "../pins/index.ts";
import type { RepositoryFile } from "./find-images.ts";

/** Returns the files with pins of each image, under its printed name. */
export function filesWithPins(
  files: readonly RepositoryFile[],
  images: readonly ImageName[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  // A file by itself, so that one that cannot be read hides no other.
  for (const file of files) {
    const pins = pinsIn([file], images);
    if (pins instanceof Failure) continue;
    for (const pin of pins) {
      const name = printImageName(pin.image);
      found.set(name, (found.get(name) ?? new Set()).add(file.path));
    }
  }
  return new Map([...found].map(([name, paths]) => [name, [...paths]]));
}

/** Returns the files that no command could read, and that would stop each of them. */
export function unreadableFiles(
  files: readonly RepositoryFile[],
  images: readonly ImageName[],
): readonly string[] {
  const pins = pinsIn(files, images);
  if (!(pins instanceof Failure) || pins.place === undefined) return [];
  const { file } = pins.place;
  const others = files.filter(({ path }) => path !== file);
  return [file, ...unreadableFiles(others, images)];
}

function pinsIn(
  files: readonly RepositoryFile[],
  images: readonly ImageName[],
): readonly Pin[] | Failure {
  const encoder = new TextEncoder();
  const sources = files.map(({ path, text }) => ({ path, bytes: encoder.encode(text) }));
  try {
    return findPlaces(sources, images, { mentions: "ignore" }).pins;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
