/** Which part of the embedded registry answers a path, and who may ask. */

import { answerBlob, answerUpload, openUpload } from "./registry-blobs.ts";
import { answerManifest, answerTags } from "./registry-manifests.ts";
import {
  jsonReply,
  pageNotFound,
  type RegistryCall,
  type RegistryReply,
} from "./registry-reply.ts";
import type { Store } from "./registry-store.ts";
import type { Gate } from "./registry-tokens.ts";

/** What is behind the paths. */
export interface Rooms {
  readonly store: Store;
  readonly gate: Gate;
}

/** What a path names. */
export interface Route {
  readonly kind: "base" | "token" | "manifest" | "tags" | "blob" | "uploads" | "upload" | "unknown";
  readonly repository: string;
  readonly reference: string;
}

// Grammar of <name>: opencontainers/distribution-spec, "Pulling manifests".
const part = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const below = new RegExp(
  `^/v2/(${part}(?:/${part})*)/(manifests|tags|blobs|blobs/uploads)/([^/]*)$`,
);

/** Returns what a path without its query names. */
export function placeOf(path: string): Route {
  if (path === "/v2/") return { kind: "base", repository: "", reference: "" };
  if (path === "/token") return { kind: "token", repository: "", reference: "" };
  const [, repository = "", room = "", reference = ""] = below.exec(path) ?? [];
  const at = { repository, reference };
  if (room === "manifests") return { kind: "manifest", ...at };
  if (room === "tags" && reference === "list") return { kind: "tags", ...at };
  if (room === "blobs") return { kind: "blob", ...at };
  if (room === "blobs/uploads") return { kind: reference === "" ? "uploads" : "upload", ...at };
  return { kind: "unknown", ...at };
}

/** Answers a request whose body is read, after asking whether it may pass. */
export function answer({ store, gate }: Rooms, { kind }: Route, call: RegistryCall): RegistryReply {
  const authorization = call.header("authorization");
  if (kind === "token") return gate.answerToken(authorization, call.query);
  if (kind === "unknown") return pageNotFound;
  const action = call.method === "GET" || call.method === "HEAD" ? "pull" : "push";
  const need = kind === "base" ? undefined : ({ repository: call.repository, action } as const);
  const turnedAway = gate.check(authorization, need);
  if (turnedAway !== undefined) return turnedAway;
  switch (kind) {
    case "base":
      return jsonReply(200, {});
    case "manifest":
      return answerManifest(store, call);
    case "tags":
      return answerTags(store, call);
    case "blob":
      return answerBlob(store, call);
    case "uploads":
      return openUpload(store, call);
    case "upload":
      return answerUpload(store, call);
  }
}
