/** Requests to registries: bounded in time, size and tries, redirected only where they may be. */

import pRetry from "p-retry";
import { Agent, type ProxyAgent } from "undici";
import { Failure, mayPass } from "../../core/failure.ts";
import type { Clock, Random } from "../../ports.ts";
import { exchange, interrupted, unanswered } from "../http/client.ts";
import type { Reach } from "../http/hosts.ts";
import { limitsUnder } from "../http/limit.ts";
import { type Agents, agentsFor, isProxied } from "../http/proxy.ts";
import type { HttpsProxy } from "../http/proxy-env.ts";
import { secretsIn, wordsOf } from "../http/words.ts";
import {
  allowedBeyondProxy,
  allowedFrom,
  guardedLookup,
  isRedirect,
  redirectTarget,
  refuseNear,
} from "./redirect.ts";
import { type Asked, noStatement, passingFailure, retryWaitMs } from "./trouble.ts";

/** One request, repeated while its answers may pass. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT";
  readonly url: URL;
  /** Names in lower case. `authorization` goes to the URL's origin and nowhere else. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** What of the body must not be repeated in messages. */
  readonly secrets?: readonly string[];
  /** For messages, after "Cannot": `look up "x:y"`. */
  readonly doing: string;
  /** Says that an answer states nothing (a proxy's page), so that asking again may help. */
  readonly isNoStatement?: (reply: HttpReply) => boolean;
}

/** A final answer: any status but those that may pass. */
export interface HttpReply {
  /** Who we said that we are, for messages. Undefined: nobody has asked. */
  readonly askedAs?: string | undefined;
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly body: Uint8Array;
  /** What the body of a refusal says, printable, without our credentials. */
  readonly words: string;
  header(name: string): string | undefined;
}

/** How requests are bounded. */
export interface HttpOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The wall-clock limit of one request with its retries and waits; a single try gets a third. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
  /** Authorities of certificates, as PEM, by the host that has one of its own. */
  readonly authorities?: Readonly<Record<string, string>> | undefined;
  /** Whom to trust instead of Node's own authorities at all others, PEM. */
  readonly trusted?: string | undefined;
}

/** Sends requests. */
export interface RegistryHttp {
  /**
   * Returns the final answer.
   *
   * @throws Failure `registry-unreachable`, `throttled`, `registry-lied` (too many bytes, or a
   *   redirect to where it must not lead) or `interrupted`.
   */
  send(request: HttpRequest): Promise<HttpReply>;
}

const retriesMax = 3;
const redirectsMax = 3;
// The least that a registry must accept for a manifest, and what ours may be at most:
// opencontainers/distribution-spec, "Pushing Manifests".
const bodyBytesMax = 4 * 1024 * 1024;

/** Makes a sender of its own connections, which close by themselves when idle. */
export function registryHttp(options: HttpOptions): RegistryHttp {
  const { clock, random, timeoutMs, signal, proxy, authorities = {} } = options;
  const ways = { proxy, agents: agentsByHost(options), authorities };
  const limits = limitsUnder(signal);

  async function attempt(request: HttpRequest, endsAtMs: number): Promise<HttpReply> {
    const limitMs = Math.min(timeoutMs / 3, endsAtMs - clock.nowMs());
    const limit = limits.start(Math.max(1, limitMs));
    const { doing, url } = request;
    try {
      const reply = await follow(request, ways, limit.signal);
      const failure = failureIn(reply, request, { doing, host: url.host, nowMs: clock.nowMs() });
      if (failure !== undefined) throw failure;
      return reply;
    } catch (error) {
      if (signal?.aborted) throw interrupted(doing);
      if (error instanceof Failure) throw error;
      throw unanswered({ doing, host: url.host, unreachable: "registry-unreachable" }, error);
    } finally {
      limit.end();
    }
  }

  async function waitFor(failure: Failure, retry: number, endsAtMs: number): Promise<boolean> {
    const waitMs = retryWaitMs(failure, retry, random.unit());
    if (clock.nowMs() + waitMs >= endsAtMs) return false;
    await Promise.race([clock.sleepMs(waitMs), limits.outerEnd]);
    return true;
  }

  return {
    send(request) {
      const endsAtMs = clock.nowMs() + timeoutMs;
      return pRetry(() => attempt(request, endsAtMs), {
        retries: retriesMax,
        // Its own waiting has no jitter at the cap and knows no Retry-After, so it never waits.
        minTimeout: 0,
        maxTimeout: 0,
        // Not told of the signal: it would throw a good answer away.
        shouldRetry: async ({ error, attemptNumber }) =>
          error instanceof Failure &&
          mayPass(error) &&
          (await waitFor(error, attemptNumber, endsAtMs)),
      });
    },
  };
}

/** Returns what makes connections, with the authority that a host has of its own. */
function agentsByHost({ proxy, timeoutMs, trusted, authorities = {} }: HttpOptions): Agents {
  const common = { proxy, trusted, timeoutMs: timeoutMs / 3 };
  const usual = agentsFor(common);
  const own = new Map(
    Object.entries(authorities).map(([host, ca]) => [
      host,
      agentsFor({ ...common, connect: { ca } }),
    ]),
  );
  return (url) => (own.get(url.host) ?? usual)(url);
}

function failureIn(reply: HttpReply, request: HttpRequest, asked: Asked): Failure | undefined {
  const answer = { ...reply, retryAfter: reply.header("retry-after") };
  const failure = passingFailure(asked, answer);
  return failure ?? (request.isNoStatement?.(reply) ? noStatement(asked, answer) : undefined);
}

/** How hosts are reached. */
interface Ways {
  readonly proxy: HttpsProxy | undefined;
  readonly agents: Agents;
  readonly authorities: Readonly<Record<string, string>>;
}

async function follow(request: HttpRequest, ways: Ways, signal: AbortSignal): Promise<HttpReply> {
  const guarded: Agent[] = [];
  let hop: Hop = { url: request.url, agent: ways.agents(request.url), isOwnOrigin: true };
  try {
    for (let redirects = 0; ; redirects += 1) {
      const reply = await exchangeAt(request, hop, signal);
      const location = reply.header("location");
      const mayFollow = request.method === "GET" || request.method === "HEAD";
      if (!mayFollow || !isRedirect(reply.status) || location === undefined) return reply;
      if (redirects === redirectsMax) throw tooManyRedirects(request);
      const isBeyond = isProxied(request.url, ways.proxy);
      const allowed = await (isBeyond ? allowedBeyondProxy : allowedFrom)(request.url);
      const url = redirectTarget(hop.url, location, allowed);
      if (url.origin === hop.url.origin) {
        hop = { ...hop, url };
        continue;
      }
      const agent = await agentAway(url, { from: hop.url, allowed, ways });
      if (agent instanceof Agent) guarded.push(agent);
      hop = { url, agent, isOwnOrigin: false };
    }
  } finally {
    await Promise.all(guarded.map((agent) => agent.destroy()));
  }
}

interface Away {
  readonly from: URL;
  readonly allowed: ReadonlySet<Reach>;
  readonly ways: Ways;
}

/** Where a name leads is checked at the connection; a proxy, which makes it, gets no bad name. */
async function agentAway(url: URL, { from, allowed, ways }: Away): Promise<Agent | ProxyAgent> {
  if (!isProxied(url, ways.proxy)) {
    const ca = ways.authorities[url.host];
    const lookup = guardedLookup(from, allowed);
    return new Agent({ connect: { lookup, ...(ca !== undefined && { ca }) } });
  }
  await refuseNear(url, from, allowed);
  return ways.agents(url);
}

interface Hop {
  readonly url: URL;
  readonly agent: Agent | ProxyAgent;
  readonly isOwnOrigin: boolean;
}

async function exchangeAt(request: HttpRequest, hop: Hop, signal: AbortSignal): Promise<HttpReply> {
  const { authorization, ...open } = request.headers;
  const isShown = authorization !== undefined && hop.isOwnOrigin;
  const headers = isShown ? request.headers : open;
  const { method, body = null } = request;
  const reply = await exchange({
    ...{ method, url: hop.url, headers, body, signal },
    dispatcher: hop.agent,
    bytesMax: bodyBytesMax,
  });
  if (reply.isCut) throw tooManyBytes(request);
  const secrets = [...secretsIn(authorization), ...(request.secrets ?? [])];
  const words = reply.status < 300 ? "" : wordsOf(reply.body, secrets);
  return { ...reply, url: hop.url, words };
}

function tooManyRedirects({ doing, url }: HttpRequest): Failure {
  return new Failure(
    "registry-lied",
    `Cannot ${doing}: "${url.host}" redirects more than ${redirectsMax} times`,
    "Check the registry's address.",
  );
}

function tooManyBytes({ doing, url }: HttpRequest): Failure {
  return new Failure(
    "registry-lied",
    `Cannot ${doing}: "${url.host}" sent more than ${bodyBytesMax} bytes`,
    "Check the registry's address, and the proxy or storage behind it.",
  );
}
