/** Requests and replies of the embedded registry, apart from sockets. */

/** A request to one repository, with its body read. */
export interface RegistryCall {
  readonly method: string;
  readonly repository: string;
  /** What follows the repository's name: a tag, a digest, an upload's id, or nothing. */
  readonly reference: string;
  readonly query: URLSearchParams;
  header(name: string): string;
  readonly body: Buffer;
}

/** What goes back. */
export interface RegistryReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The codes of opencontainers/distribution-spec, "Error Codes", that this registry uses. */
export type ErrorCode =
  | "BLOB_UNKNOWN"
  | "BLOB_UPLOAD_INVALID"
  | "BLOB_UPLOAD_UNKNOWN"
  | "DIGEST_INVALID"
  | "MANIFEST_BLOB_UNKNOWN"
  | "MANIFEST_INVALID"
  | "MANIFEST_UNKNOWN"
  | "NAME_UNKNOWN"
  | "SIZE_INVALID"
  | "UNAUTHORIZED"
  | "DENIED"
  | "UNSUPPORTED";

/** Makes an error reply in the specification's JSON. */
export function errorReply(status: number, code: ErrorCode, message: string): RegistryReply {
  return jsonReply(status, { errors: [{ code, message }] });
}

/** Makes a reply of JSON. */
export function jsonReply(status: number, value: unknown): RegistryReply {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, body: JSON.stringify(value) };
}

/** The reply of a router to a path that it does not know, as docker-registry words it. */
export const pageNotFound: RegistryReply = {
  status: 404,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "404 page not found\n",
};

/** The reply to a method that a known path does not take, for example every DELETE. */
export const unsupported = errorReply(405, "UNSUPPORTED", "The operation is unsupported.");
