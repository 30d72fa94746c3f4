/** Who may do what at the embedded registry: Basic, or Bearer tokens from its own token server. */

import { randomUUID } from "node:crypto";
import { errorReply, jsonReply, type RegistryReply } from "./registry-reply.ts";

/** How clients prove who they are. */
export type RegistryAuth =
  | { readonly kind: "basic"; readonly users: Readonly<Record<string, string>> }
  | {
      readonly kind: "bearer";
      readonly users: Readonly<Record<string, string>>;
      /** Tokens for reading are given to everyone. */
      readonly anonymousPull: boolean;
    };

/** What a request needs: an action on a repository, or (for `/v2/`) nothing but to be known. */
interface Need {
  readonly repository: string;
  readonly action: "pull" | "push";
}

/** Decides on requests. */
export interface Gate {
  /** Returns the reply that turns a request away, or undefined when it may pass. */
  check(authorization: string, need: Need | undefined): RegistryReply | undefined;
  /** Answers the token server's `GET /token`. */
  answerToken(authorization: string, query: URLSearchParams): RegistryReply;
}

const tokenSeconds = 300;

/** Makes the gate of the registry at `host`. */
export function createGate(host: string, auth: RegistryAuth | undefined): Gate {
  if (auth === undefined) return { check: () => undefined, answerToken: () => noTokens };
  const isUser = (authorization: string) => knows(auth.users, authorization);
  if (auth.kind === "basic") {
    const challenge = `Basic realm="${host}"`;
    return {
      check: (authorization) => (isUser(authorization) ? undefined : turnedAway(challenge)),
      answerToken: () => noTokens,
    };
  }
  const granted = new Map<string, readonly string[]>();
  return {
    check(authorization, need) {
      const grants = granted.get(authorization.replace(/^bearer +/i, ""));
      if (grants !== undefined && (need === undefined || grants.includes(grantOf(need)))) {
        return undefined;
      }
      const why = grants === undefined ? "" : ',error="insufficient_scope"';
      const scope = need === undefined ? "" : `,scope="${scopeOf(need)}"`;
      return turnedAway(`Bearer realm="http://${host}/token",service="${host}"${scope}${why}`);
    },
    answerToken(authorization, query) {
      if (authorization !== "" ? !isUser(authorization) : !auth.anonymousPull) {
        return turnedAway(`Basic realm="${host}"`);
      }
      const token = randomUUID();
      const asked = query.getAll("scope").flatMap(grantsIn);
      const isAllowed = (grant: string) => authorization !== "" || grant.endsWith(":pull");
      granted.set(token, asked.filter(isAllowed));
      return jsonReply(200, { token, access_token: token, expires_in: tokenSeconds });
    },
  };
}

const noTokens = errorReply(404, "UNSUPPORTED", "this registry gives no tokens");

function turnedAway(challenge: string): RegistryReply {
  const reply = errorReply(401, "UNAUTHORIZED", "authentication required");
  return { ...reply, headers: { ...reply.headers, "www-authenticate": challenge } };
}

function knows(users: Readonly<Record<string, string>>, authorization: string): boolean {
  const encoded = /^basic +([a-z0-9+/=]+)$/i.exec(authorization)?.[1] ?? "";
  const [, name = "", password] = /^([^:]*):(.*)$/s.exec(decode(encoded)) ?? [];
  return Object.hasOwn(users, name) && users[name] === password;
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}

/** Reads `repository:NAME:pull,push` as one grant per action. */
function grantsIn(scope: string): readonly string[] {
  const [, name, actions = ""] = /^repository:([^:]+):([a-z,]+)$/.exec(scope) ?? [];
  return actions.split(",").map((action) => `${name}:${action}`);
}

function grantOf({ repository, action }: Need): string {
  return `${repository}:${action}`;
}

function scopeOf({ repository, action }: Need): string {
  return `repository:${repository}:${action === "push" ? "pull,push" : "pull"}`;
}
