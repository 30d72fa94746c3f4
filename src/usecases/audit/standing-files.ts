/** A branch's manifests as they are in the end, of all the versions that are read of them. */

import { Failure } from "../../core/failure.ts";
import type { FileChange } from "../../core/history/commits.ts";
import type { ImageName } from "../../core/image-ref.ts";
import {
  findPlaces,
  isManifestPath,
  type ManifestRules,
  type Mention,
  mayNameOneOf,
} from "../../core/pins/index.ts";
import type { ManifestFile } from "../../ports.ts";

/** Keeps those that name an image. */
export class StandingFiles {
  readonly #images: readonly ImageName[];
  readonly #pathsOf = new Map<string, string[]>();
  readonly #files: ManifestFile[] = [];

  /** @param changes All that ever happened to them, the oldest first. */
  constructor(changes: readonly FileChange[], images: readonly ImageName[]) {
    this.#images = images;
    const last = new Map(changes.map(({ path, after }) => [path, after]));
    for (const [path, content] of last) {
      if (content === undefined || !isManifestPath(path)) continue;
      this.#pathsOf.set(content, [...(this.#pathsOf.get(content) ?? []), path]);
    }
  }

  /** Takes note of a version. */
  note(content: string, bytes: Uint8Array): void {
    const paths = this.#pathsOf.get(content) ?? [];
    if (paths.length === 0 || !mayNameOneOf(bytes, this.#images)) return;
    for (const path of paths) this.#files.push({ path, bytes: bytes.slice() });
  }

  /** Returns the places that name the images, none where a file cannot be read. */
  mentions(rules: ManifestRules): readonly Mention[] {
    const files = this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    try {
      return findPlaces(files, this.#images, rules).mentions;
    } catch (error) {
      // That its pins cannot be told is a warning already.
      if (error instanceof Failure) return [];
      throw error;
    }
  }
}
