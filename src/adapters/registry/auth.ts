/** Answers a registry's 401: Basic, or a Bearer token from the server that the registry names. */

import { Failure } from "../../core/failure.ts";
import type { Clock } from "../../ports.ts";
import { isLoopback, sameSite, speaksPlainHttp } from "../http/hosts.ts";
import { parseJson } from "../http/words.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { HttpReply, RegistryHttp } from "./http.ts";
import { printAnswer } from "./trouble.ts";

/** A user name and a password or token, for one registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** A login, or the refresh token that an OAuth2 login has left. */
export type Credentials = RegistryCredentials | { readonly identityToken: string };

/** What access is asked for. */
export interface TokenRequest {
  /** The registry as images name it, for example `docker.io`: the key of its credentials. */
  readonly registry: string;
  /** Where the registry is served. */
  readonly url: URL;
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
}

/** Keeps one Authorization header per access, so that a token is asked for once. */
export interface Authorizer {
  /** Returns the header to send, or undefined when none is known to be needed. */
  header(access: TokenRequest): Promise<string | undefined>;
  /**
   * Returns another header than `refused`, as the 401 asks for, or undefined when we have none.
   *
   * @throws Failure `registry-lied` when credentials would go to a host that is not the registry's,
   *   `registry-denied` when the token server says no, and what sending throws.
   */
  renew(
    access: TokenRequest,
    refused: string | undefined,
    reply: HttpReply,
  ): Promise<string | undefined>;
}

/** What the authorizer needs of the world. */
export interface AuthOptions {
  readonly http: RegistryHttp;
  readonly clock: Clock;
  readonly credentials: (registry: string) => Credentials | undefined;
  readonly insecureHosts: readonly string[];
  readonly whoIs?: ((registry: string) => string) | undefined;
  readonly tokenServers?: Readonly<Record<string, readonly string[]>> | undefined;
}

interface Grant {
  readonly header: string;
  readonly endsAtMs: number;
}

/** Token servers of another domain than their registry's, as their own clients have them. */
const realmsOf: readonly (readonly [registry: RegExp, host: string])[] = [
  [/^registry-1\.docker\.io$/, "auth.docker.io"],
  [/^rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud$/, "api.scaleway.com"],
  [/^lscr\.io$/, "ghcr.io"],
];
// Distribution's token specification: without `expires_in`, a token is good for 60 seconds.
const tokenSecondsDefault = 60;

/** Makes an authorizer with an empty memory. */
export function createAuthorizer(options: AuthOptions): Authorizer {
  const { clock } = options;
  const grants = new Map<string, Promise<Grant | undefined>>();

  async function current(key: string): Promise<string | undefined> {
    const grant = await grants.get(key);
    return grant !== undefined && clock.nowMs() < grant.endsAtMs ? grant.header : undefined;
  }

  return {
    header: (access) => current(keyOf(access)),
    async renew(access, refused, reply) {
      const key = keyOf(access);
      const before = grants.get(key);
      const present = await current(key);
      if (present !== undefined && present !== refused) return present;
      // Of those who were refused together, one asks and the others wait for its answer.
      if (grants.get(key) !== before) return await current(key);
      const grant = answer(options, access, reply.header("www-authenticate") ?? "");
      grants.set(key, grant);
      grant.catch(() => grants.delete(key));
      const header = (await grant)?.header;
      return header === refused ? undefined : header;
    },
  };
}

function keyOf(access: TokenRequest): string {
  return `${access.url.host} ${access.repository} ${access.actions}`;
}

async function answer(
  options: AuthOptions,
  access: TokenRequest,
  header: string,
): Promise<Grant | undefined> {
  const challenges = parseChallenges(header);
  const credentials = options.credentials(access.registry);
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) return await fetchToken(options, access, bearer);
  const isBasic = challenges.some(({ scheme }) => scheme === "basic");
  if (!isBasic || credentials === undefined || "identityToken" in credentials) return undefined;
  return { header: basic(credentials), endsAtMs: Number.POSITIVE_INFINITY };
}

async function fetchToken(
  options: AuthOptions,
  access: TokenRequest,
  challenge: Challenge,
): Promise<Grant> {
  const realm = trustedRealm(access, challenge.params.get("realm") ?? "", options);
  const scope =
    challenge.params.get("scope") ?? `repository:${access.repository}:${access.actions}`;
  const asked = { realm, scope, service: challenge.params.get("service") };
  const credentials = options.credentials(access.registry);
  const doing = `get a token for "${access.registry}/${access.repository}"`;
  const askedAtMs = options.clock.nowMs();
  const request =
    credentials !== undefined && "identityToken" in credentials
      ? refreshing(asked, credentials.identityToken)
      : asking(asked, credentials);
  const reply = await options.http.send({ ...request, doing });
  if (reply.status !== 200)
    throw tokenRefused(doing, { ...reply, askedAs: options.whoIs?.(access.registry) });
  const granted = parseJson(reply.body) as Record<string, unknown> | null | undefined;
  const token = granted?.token ?? granted?.access_token;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    // Its words are not shown: a token may be among them.
    throw tokenRefused(doing, { ...reply, words: "no token" });
  }
  const seconds = Number(granted?.expires_in) || tokenSecondsDefault;
  return { header: `Bearer ${token}`, endsAtMs: askedAtMs + seconds * 1000 };
}

/** What a token server is asked for. */
interface TokenQuestion {
  readonly realm: URL;
  readonly scope: string;
  readonly service: string | undefined;
}

/** Distribution's token specification: by the address, as a user or anonymously. */
function asking({ realm, scope, service }: TokenQuestion, login: RegistryCredentials | undefined) {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const part of scope.split(" ")) url.searchParams.append("scope", part);
  const headers: Record<string, string> = login ? { authorization: basic(login) } : {};
  return { method: "GET", url, headers } as const;
}

/** The same by OAuth2, as Docker does: the refresh token is in the body, not in the address. */
function refreshing({ realm, scope, service }: TokenQuestion, identityToken: string) {
  const form = new URLSearchParams({
    ...{ grant_type: "refresh_token", refresh_token: identityToken, client_id: "landfall" },
    ...(service === undefined ? {} : { service }),
    scope,
  });
  const sent = new URLSearchParams({ "": identityToken }).toString().slice(1);
  return {
    method: "POST",
    url: realm,
    body: Buffer.from(form.toString()),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    secrets: [identityToken, sent],
  } as const;
}

/**
 * Returns the token server's URL if it is the registry's own: HTTPS on the same registrable domain
 * or the known other one. Plain HTTP only where the registry itself speaks it, and to such a host.
 *
 * @throws Failure `registry-lied` when it is not: our credentials would go there.
 */
export function trustedRealm(
  access: Pick<TokenRequest, "registry" | "url">,
  realm: string,
  { insecureHosts, tokenServers }: Pick<AuthOptions, "insecureHosts" | "tokenServers">,
): URL {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "")
    throw realmRefused(access, realm);
  const bothLoopback = isLoopback(url) && isLoopback(access.url);
  const isKnown =
    realmsOf.some(([registry, host]) => registry.test(access.url.host) && host === url.host) ||
    (tokenServers?.[access.registry]?.includes(url.host) ?? false);
  const isOurs = bothLoopback || sameSite(url, access.url) || isKnown;
  const isSafe =
    url.protocol === "https:" ||
    (url.protocol === "http:" &&
      access.url.protocol === "http:" &&
      speaksPlainHttp(url, insecureHosts));
  if (!isOurs || !isSafe) throw realmRefused(access, url.origin);
  return url;
}

function basic({ username, password }: RegistryCredentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function realmRefused({ registry }: Pick<TokenRequest, "registry">, realm: string): Failure {
  return new Failure(
    "registry-lied",
    `Cannot authenticate to "${registry}": it names a token server that is not its own, ` +
      `"${realm.slice(0, 200)}"`,
    "No credentials were sent there. Check the registry's address; if the server is its own, list it " +
      "in landfall.yaml: registries: { HOST: { tokenServers: [SERVER] } }.",
  );
}

function tokenRefused(doing: string, reply: HttpReply): Failure {
  const isNo = reply.status === 401 || reply.status === 403;
  return new Failure(
    isNo || reply.status === 400 || reply.status === 404
      ? "registry-denied"
      : "registry-unreachable",
    `Cannot ${doing}: "${reply.url.host}" answered ${printAnswer(reply)}`,
    `${reply.askedAs === undefined ? "" : `It was asked ${reply.askedAs}. `}` +
      "Check the registry's user name and password or token, and what they may read.",
  );
}
