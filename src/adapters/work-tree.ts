/** The files of a work tree, as far as they say how it is built and deployed. */

import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { WorkTree } from "../ports.ts";

/** Larger files are not written by people. */
const bytesMax = 1024 * 1024;
/** So many files are looked at. */
const filesMax = 50_000;
const skipped = new Set([".git", "node_modules", "dist", "target", ".venv", "__pycache__"]);

/**
 * Opens the work tree at `root`.
 *
 * @param isRead Whether a file's text is of interest; of the others only the paths are returned.
 */
export function openWorkTree(root: string, isRead: (path: string) => boolean): WorkTree {
  return {
    async files() {
      const files = [];
      for (const path of pathsUnder(root)) {
        if (files.length >= filesMax) break;
        const isSmall = lstatSync(join(root, path)).size <= bytesMax;
        const text = isSmall && isRead(path) ? readFileSync(join(root, path), "utf8") : "";
        files.push({ path, text });
      }
      return files;
    },

    async create({ path, text }) {
      const at = join(root, path);
      mkdirSync(dirname(at), { recursive: true });
      // Never over a file that is there, nor through a link.
      writeFileSync(at, text, { flag: "wx" });
    },
  };
}

function* pathsUnder(root: string, folder = ""): Generator<string> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* pathsUnder(root, path);
    else if (entry.isFile()) yield path;
  }
}
