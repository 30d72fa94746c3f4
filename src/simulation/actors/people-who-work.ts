/** People whose work changes what no pin holds: they edit, merge, and spell tags otherwise. */

import type { CommitId } from "../../core/ids.ts";
import { holdsPath } from "../../core/landing/holds-file.ts";
import type { Commit } from "../model/objects.ts";
import { publishedKey } from "../model/source.ts";
import { manifestsPath } from "../scenario.ts";
import type { PersonRun } from "./people.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Edits another file, or another line of a manifest. */
export function edit(tip: Commit, { world }: PersonRun) {
  const paths = [...tip.tree.keys()].filter((path) => path !== holdsPath);
  const path = paths[world.fate.choose(paths.length)]!;
  const text = decoder.decode(tip.tree.get(path));
  const counted = text.replace(/edited (\d+)/, (_, count) => `edited ${Number(count) + 1}`);
  const bytes = encoder.encode(counted === text ? `${text}more\n` : counted);
  return { changes: [{ path, bytes }], message: `docs: edit ${path}\n` };
}

/**
 * Edits a file as it was a while ago, and merges that with the branch: by `git pull`, which puts
 * the branch behind the work, or as a forge merges a request.
 */
export function merge(tip: Commit, { world }: PersonRun) {
  const { fate, objects } = world;
  let base = tip;
  for (let back = fate.lasts(1, 5); back > 0 && base.parent; back -= 1) {
    base = objects.get(base.parent);
  }
  const shared = [...tip.tree.keys()].filter((path) => base.tree.has(path) && path !== holdsPath);
  const path = shared[fate.choose(shared.length)]!;
  const work = { message: `docs: work on ${path}\n`, atSeconds: world.scheduler.nowSeconds };
  const own = objects.write({
    ...{ ...work, parent: base.id },
    changes: [{ path, bytes: worked(base.tree.get(path)!) }],
  });
  const parents: readonly CommitId[] = fate.choose(2) === 0 ? [own, tip.id] : [tip.id, own];
  const changes = [{ path, bytes: worked(tip.tree.get(path)!) }];
  return { changes, message: "Merge branch 'main'\n", parents };
}

/** Adds a line of work, which keeps every other line as it is. */
function worked(bytes: Uint8Array): Uint8Array {
  return encoder.encode(`${decoder.decode(bytes)}# worked on\n`);
}

/** Spells a tag with more digits of the revision that it names. */
export function retag(tip: Commit, { world, scene }: PersonRun) {
  const files = manifestsOf(tip);
  const { path, bytes } = files[world.fate.choose(files.length)]!;
  const text = decoder.decode(bytes).replace(/sha-([0-9a-f]{7})\b/, (short, digits: string) => {
    const revision = scene.source.find(digits);
    if (revision === undefined) return short;
    const longer = `sha-${revision.slice(0, 12)}`;
    for (const image of scene.images) scene.shelf.set(publishedKey(image, longer), revision);
    return longer;
  });
  return { changes: [{ path, bytes: encoder.encode(text) }], message: "chore: longer tags\n" };
}

/** Returns a manifest's path as it was before it was renamed. */
export function stemOf(path: string): string {
  return path.replace(/(?:-\d+)?\.yaml$/, "");
}

/** Returns the manifests of a commit. */
export function manifestsOf({ tree }: Commit) {
  return [...tree]
    .filter(([path]) => path.startsWith(`${manifestsPath}/`))
    .map(([path, bytes]) => ({ path, bytes }));
}
