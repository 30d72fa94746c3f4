/** What a registry keeps, in memory: blobs and manifests by digest, tags by name, open uploads. */

import { randomUUID } from "node:crypto";
import type { Digest } from "../core/ids.ts";

/** A manifest exactly as it was pushed. */
interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** One repository. Blobs are visible in it only when they were pushed into it. */
export interface Repository {
  readonly blobs: Map<Digest, Buffer>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly tags: Map<string, Digest>;
}

/** An upload that has begun: the bytes so far. */
export interface Upload {
  readonly repository: string;
  bytes: Buffer;
}

/** All repositories of one registry. */
export interface Store {
  /** Returns the repository of that name, an empty one when it is new. */
  repository(name: string): Repository;
  /** Opens an upload and returns its id. */
  openUpload(repository: string): string;
  readonly uploads: Map<string, Upload>;
}

/** Makes an empty store. */
export function createStore(): Store {
  const repositories = new Map<string, Repository>();
  const uploads = new Map<string, Upload>();
  return {
    uploads,
    repository(name) {
      const known = repositories.get(name);
      if (known !== undefined) return known;
      const fresh: Repository = { blobs: new Map(), manifests: new Map(), tags: new Map() };
      repositories.set(name, fresh);
      return fresh;
    },
    openUpload(repository) {
      const id = randomUUID();
      uploads.set(id, { repository, bytes: Buffer.alloc(0) });
      return id;
    },
  };
}
