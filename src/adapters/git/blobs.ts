/** Blobs by id: from memory, from our own repository, from the server, in this order. */

import { Failure } from "../../core/failure.ts";
import { readBlobs } from "./objects.ts";
import type { GitPlace } from "./run.ts";

/**
 * Returns blobs by id, those asked for and others.
 *
 * @throws Failure `remote-unreachable` when the server gives an answer without them.
 */
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
      const lacking = await read(missing);
      if (lacking.length > 0) throw withheld(lacking);
    }
    return known;
  };
}

function withheld(ids: readonly string[]): Failure {
  return new Failure(
    "remote-unreachable",
    `Cannot read ${ids.length} of the branch's files: the server did not send them`,
    "Run it again; if it stays so, the repository on the server is damaged.",
  );
}
