/** One registry call: where, with which credentials, and what a refusal means. */

import { createHash } from "node:crypto";
import { Failure } from "../../core/failure.ts";
import { asDigest, type Digest } from "../../core/ids.ts";
import { type ImageName, printImageName } from "../../core/image-ref.ts";
import type { Clock, Random } from "../../ports.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { type Credentials, createAuthorizer, type TokenRequest } from "./auth.ts";
import { type HttpReply, type HttpRequest, registryHttp } from "./http.ts";
import { placeOf } from "./place.ts";
import { printAnswer } from "./trouble.ts";

/** What every use of a registry needs. */
export interface RegistryOptions {
  /** Returns the credentials of a registry, as images name it (`docker.io`, `localhost:5000`). */
  readonly credentials: (registry: string) => Credentials | undefined;
  /** Says who that is, for messages, after "asked": `anonymously`. */
  readonly whoIs?: ((registry: string) => string) | undefined;
  /** Further token servers, by the registry that they are for. */
  readonly tokenServers?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Hosts (`host` or `host:port`) that speak plain HTTP though they are not this machine. */
  readonly insecureHosts?: readonly string[];
  /** The wall-clock limit of one request with its retries and waits; a single try gets a third. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
  /** Authorities of certificates, as PEM, by the host that has one of its own. */
  readonly authorities?: Readonly<Record<string, string>> | undefined;
  /** Whom to trust instead of Node's own authorities at all others, PEM. */
  readonly trusted?: string | undefined;
}

/** A request below `/v2/REPOSITORY/` of an image's registry. */
export interface RegistryRequest {
  readonly method: HttpRequest["method"];
  readonly image: ImageName;
  /** Path below the repository, for example `manifests/v1`; or a URL that the registry named. */
  readonly at: string;
  readonly accept?: string;
  readonly body?: { readonly bytes: Uint8Array; readonly mediaType: string };
  /** For messages, after "Cannot": `look up "x:y"`. */
  readonly doing: string;
  readonly isNoStatement?: (reply: HttpReply) => boolean;
}

/** Sends requests with the credentials that the registry asks for. */
export interface RegistryClient {
  /** Returns the answer, a 401 only when ours are refused. Throws as `RegistryHttp.send` does. */
  send(request: RegistryRequest): Promise<HttpReply>;
}

/** Makes a client with its own connections and its own memory of tokens. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const insecureHosts = options.insecureHosts ?? [];
  const http = registryHttp(options);
  const authorizer = createAuthorizer({ ...options, http, insecureHosts });
  const places = new Map<string, Promise<URL>>();
  const placeOnce = (registry: string) => {
    const place = places.get(registry) ?? placeOf(registry, insecureHosts);
    places.set(registry, place);
    return place;
  };
  return {
    async send(request) {
      const access = accessOf(request, await placeOnce(request.image.registry));
      const first = await authorizer.header(access);
      const reply = await http.send(httpRequestOf(request, access, first));
      // Only the registry itself may ask for its credentials, not where it redirects to.
      if (reply.status !== 401 || reply.url.origin !== access.url.origin) return reply;
      const second = await authorizer.renew(access, first, reply);
      const askedAs = options.whoIs?.(access.registry);
      if (second === undefined) return { ...reply, askedAs };
      return { ...(await http.send(httpRequestOf(request, access, second))), askedAs };
    },
  };
}

function accessOf({ image, method }: RegistryRequest, url: URL): TokenRequest {
  return {
    registry: image.registry,
    url,
    repository: image.repository,
    actions: method === "GET" || method === "HEAD" ? "pull" : "pull,push",
  };
}

function httpRequestOf(
  request: RegistryRequest,
  { url }: TokenRequest,
  authorization: string | undefined,
): HttpRequest {
  const { method, accept, body, doing, isNoStatement } = request;
  return {
    method,
    url: withinRegistry(request, url),
    headers: {
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { "content-type": body.mediaType }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(body === undefined ? {} : { body: body.bytes }),
    doing,
    ...(isNoStatement === undefined ? {} : { isNoStatement }),
  };
}

/** Returns the URL asked for, which is on the registry's host: credentials go there. */
function withinRegistry({ image, at, doing }: RegistryRequest, url: URL): URL {
  const target = new URL(at, new URL(`/v2/${image.repository}/`, url));
  if (target.host !== url.host || target.username !== "" || target.password !== "") {
    throw lied(doing, `the registry leads to another host, "${target.host}"`);
  }
  // A registry behind a proxy may not know that the world reaches it by HTTPS.
  target.protocol = url.protocol;
  return target;
}

function asked({ askedAs }: HttpReply): string {
  return askedAs === undefined ? "" : `It was asked ${askedAs}. `;
}

/** Returns the failure that a final answer other than success means. */
export function refusal(
  request: Pick<RegistryRequest, "image" | "doing">,
  reply: HttpReply,
): Failure {
  const said = `Cannot ${request.doing}: "${reply.url.host}" answered ${printAnswer(reply)}`;
  if (reply.status === 401 || reply.status === 403) {
    return new Failure(
      "registry-denied",
      said,
      `${asked(reply)}Check the credentials for "${request.image.registry}" and their access to ` +
        `"${printImageName(request.image)}". A repository that does not exist is often denied too.`,
    );
  }
  if (reply.status >= 400 && reply.status < 500 && reply.status !== 404) {
    return new Failure(
      "registry-denied",
      said,
      "The registry will not take this request as it is.",
    );
  }
  return new Failure(
    "registry-unreachable",
    said,
    "This says nothing of the image. Check the registry's address, and proxies in between.",
  );
}

/** Returns the sha256 digest of bytes. */
export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
}

/**
 * Returns the digest of a body after comparing it with the one that was asked for and the one in
 * the header `Docker-Content-Digest`, where there are such.
 *
 * @throws Failure `registry-lied` when they differ.
 */
export function verifiedDigest(reply: HttpReply, doing: string, asked?: Digest): Digest {
  const actual = digestOf(reply.body);
  const promised = asDigest(reply.header("docker-content-digest") ?? "");
  for (const expected of [asked, promised]) {
    if (expected !== undefined && expected !== actual) {
      throw lied(doing, `the digest of what came is "${actual}", not "${expected}"`);
    }
  }
  return actual;
}

/** Makes the failure of an answer that contradicts itself or the question. */
export function lied(doing: string, why: string): Failure {
  return new Failure(
    "registry-lied",
    `Cannot ${doing}: ${why}`,
    "Do not deploy it. Check the registry, and the proxy or cache in between.",
  );
}
