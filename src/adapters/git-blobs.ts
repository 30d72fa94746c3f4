/** Blobs by id: from memory, from our own repository, from the server, in this order. */

import { readBlobs } from "./git-objects.ts";
import type { GitPlace } from "./git-run.ts";

/** Returns blobs by id. What the server does not give is missing from the answer. */
export type BlobReader = (ids: readonly string[]) => Promise<ReadonlyMap<string, Buffer>>;

/**
 * Makes a reader that remembers: few files change from tip to tip, and every question that need not
 * be asked is a process less.
 *
 * @param fetchBlobs Brings blobs from the server into our repository, all of them in one request.
 */
export function blobReader(
  inside: GitPlace,
  fetchBlobs: (ids: readonly string[]) => Promise<void>,
): BlobReader {
  const known = new Map<string, Buffer>();
  async function read(ids: readonly string[]): Promise<readonly string[]> {
    for (const [id, bytes] of await readBlobs(inside, ids)) known.set(id, bytes);
    return ids.filter((id) => !known.has(id));
  }
  return async (wanted) => {
    const missing = await read([...new Set(wanted)].filter((id) => !known.has(id)));
    if (missing.length > 0) {
      await fetchBlobs(missing);
      await read(missing);
    }
    return known;
  };
}
