/** Links and submodules of a tree. No edit goes through them, so what they lead to is reported. */

import { isUnder, leadsOut, targetOfLink } from "../../core/manifest-paths.ts";
import { isManifestPath } from "../../core/pins/index.ts";
import type { ManifestFile } from "../../ports.ts";
import type { BlobReader } from "./blobs.ts";
import type { TreeEntry } from "./objects.ts";

/** A tree, as far as the paths go. */
interface Tree {
  readonly paths: readonly string[];
  /** What it has at and under the paths, at least. */
  readonly listed: readonly TreeEntry[];
  readonly blobs: BlobReader;
  /** Lists what it has elsewhere. */
  readonly list: (path: string) => Promise<readonly TreeEntry[]>;
}

const nothing = Buffer.alloc(0);

/** Returns the links and submodules under the paths, in their order. */
export function detours(
  listed: readonly TreeEntry[],
  paths: readonly string[],
): readonly TreeEntry[] {
  const isAll = paths.includes(".");
  return listed.filter(
    ({ mode, path }) => (mode === "120000" || mode === "160000") && (isAll || isUnder(path, paths)),
  );
}

/**
 * Returns those of the detours that lead out of what is read: to a folder, to a file with one of
 * the needles, or to where nobody can look. What leads nowhere is nobody's.
 */
export async function leadingOut(
  entries: readonly TreeEntry[],
  tree: Tree,
  needles: readonly string[],
): Promise<readonly ManifestFile[]> {
  const blobs = await tree.blobs(entries.filter(isLink).map(({ id }) => id));
  const found: ManifestFile[] = [];
  for (const { mode, path, id } of entries) {
    if (mode === "160000") {
      const unread = "is a submodule, whose files are not on this branch";
      found.push({ path, bytes: nothing, unread });
      continue;
    }
    const to = blobs.get(id)!.toString("utf8");
    const bytes = await behind(path, to, tree);
    if (bytes === undefined) continue;
    const isNaming = bytes.length === 0 || needles.some((needle) => bytes.includes(needle));
    if (isNaming) found.push({ path, bytes, unread: leadsOut(to) });
  }
  return found;
}

/** Returns whether an entry is a symbolic link. */
export function isLink({ mode }: TreeEntry): boolean {
  return mode === "120000";
}

/** How many links may lead to each other. */
const stepsMax = 8;

/** What a chain of links ends at. Without a path, that is outside of the repository. */
interface End {
  readonly path?: string;
  /** None: a folder, or nothing at all. */
  readonly entry?: TreeEntry | undefined;
  readonly isThere: boolean;
  /** Whether it is at or under the paths. */
  readonly isInside: boolean;
}

async function follow(path: string, text: string, tree: Tree): Promise<End> {
  const { paths, listed, blobs, list } = tree;
  let to = targetOfLink(path, text);
  for (let steps = 0; to !== undefined && steps < stepsMax; steps += 1) {
    const target: string = to;
    const isInside = paths.includes(".") || isUnder(target, paths);
    const entries = isInside ? listed : await list(target);
    const entry = entries.find((each) => each.path === target);
    if (entry === undefined || !isLink(entry)) {
      const isThere = isInside || entries.length > 0;
      return { path: target, entry, isThere, isInside };
    }
    to = targetOfLink(target, (await blobs([entry.id])).get(entry.id)!.toString("utf8"));
  }
  return { isThere: to === undefined, isInside: false };
}

/** Returns the file behind a link, no bytes for a folder, or undefined when nothing is missed. */
async function behind(path: string, text: string, tree: Tree): Promise<Buffer | undefined> {
  const { entry, path: target, isThere, isInside } = await follow(path, text, tree);
  if (!isThere) return undefined;
  // A link out of the repository is for a machine where something is there.
  if (target === undefined) return isManifestPath(path) ? nothing : undefined;
  if (entry?.mode.startsWith("100") !== true) return isInside ? undefined : nothing;
  if (!isManifestPath(path) || (isInside && isManifestPath(target))) return undefined;
  const bytes = (await tree.blobs([entry.id])).get(entry.id)!;
  return bytes.length === 0 ? undefined : bytes;
}
