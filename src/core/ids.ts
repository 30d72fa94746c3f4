/**
 * The ids that cross rooms, checked once at the border and branded, so that nobody checks again.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A full 40-hex commit of the source repository. */
export type Revision = Branded<"Revision">;
/** A full 40-hex commit of the repository that holds the manifests. */
export type CommitId = Branded<"CommitId">;
/** A tag of an image, as the OCI distribution specification spells it. */
export type Tag = Branded<"Tag">;
/** A content digest, `sha256:` and 64 hex digits. */
export type Digest = Branded<"Digest">;

const fullId = /^[0-9a-f]{40}$/;
// Grammar of tags and digests: opencontainers/distribution-spec, "Pulling manifests".
const tagGrammar = /^\w[\w.-]{0,127}$/;
const digestGrammar = /^sha256:[0-9a-f]{64}$/;

/** Returns `text` as a revision, or undefined when it is not 40 lower-case hex digits. */
export function asRevision(text: string): Revision | undefined {
  return fullId.test(text) ? (text as Revision) : undefined;
}

/** Returns `text` as a commit id, or undefined when it is not 40 lower-case hex digits. */
export function asCommitId(text: string): CommitId | undefined {
  return fullId.test(text) ? (text as CommitId) : undefined;
}

/** Returns `text` as a tag, or undefined when no registry could hold it. */
export function asTag(text: string): Tag | undefined {
  return tagGrammar.test(text) ? (text as Tag) : undefined;
}

/** Returns `text` as a digest, or undefined when it is not a sha256 digest. */
export function asDigest(text: string): Digest | undefined {
  return digestGrammar.test(text) ? (text as Digest) : undefined;
}
