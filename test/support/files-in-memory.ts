/**
 * The port `Files`, kept in memory. test/contract/files.test.ts holds it to the real one's laws.
 */

import { Failure } from "../../src/core/failure.ts";
import { isManifestPath } from "../../src/core/pins/index.ts";
import type { Files } from "../../src/ports.ts";

/** The port, and a look at what it holds. */
export type MemoryFiles = Files & { at(path: string): Uint8Array };

/** Makes files that can be looked at. Paths are folders or files, as on disk. */
export function filesInMemory(files: ReadonlyMap<string, Uint8Array | string>): MemoryFiles {
  const held = new Map<string, Uint8Array>(
    [...files].map(([path, content]) => [path, new Uint8Array(Buffer.from(content))]),
  );
  return {
    at: (path) => held.get(path)!,
    async find(paths, needles) {
      for (const root of paths) {
        const exists = [...held.keys()].some((path) => under(path, root));
        if (!exists) throw new Failure("usage", `Cannot read "${root}"`, "It was never made.");
      }
      return [...held]
        .filter(([path]) => isManifestPath(path) && !path.includes("/.git/"))
        .filter(([path]) => paths.some((root) => under(path, root)))
        .filter(([, bytes]) => {
          const content = Buffer.from(bytes);
          return needles.length === 0 || needles.some((needle) => content.includes(needle));
        })
        .map(([path, bytes]) => ({ path, bytes }))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    async replace(changed) {
      for (const { path, bytes } of changed) held.set(path, bytes);
    },
  };
}

function under(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`);
}
