/** The only place of undici and p-retry: requests bounded in time, size and tries. */

import pRetry from "p-retry";
import { Agent, type ProxyAgent, request as send } from "undici";
import { Failure } from "../../core/failure.ts";
import type { Clock, Random } from "../../ports.ts";
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
import {
  type Asked,
  noStatement,
  Retryable,
  retryableAnswer,
  retryableError,
  retryWaitMs,
} from "./trouble.ts";

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
  const { clock, random, timeoutMs, signal, proxy } = options;
  const ways = { proxy, agents: agentsFor({ proxy, timeoutMs: timeoutMs / 3 }) };
  const limits = limitsUnder(signal);

  async function attempt(request: HttpRequest, endsAtMs: number): Promise<HttpReply> {
    const limitMs = Math.min(timeoutMs / 3, endsAtMs - clock.nowMs());
    const limit = limits.start(Math.max(1, limitMs));
    const asked = { doing: request.doing, host: request.url.host };
    try {
      const reply = await follow(request, ways, limit.signal);
      const now = { ...asked, nowMs: clock.nowMs() };
      const trouble = troubleIn(reply, request, now);
      if (trouble !== undefined) throw trouble;
      return reply;
    } catch (error) {
      if (signal?.aborted) throw interrupted(request.doing);
      if (error instanceof Failure || error instanceof Retryable) throw error;
      throw retryableError({ ...asked, nowMs: clock.nowMs() }, error);
    } finally {
      limit.end();
    }
  }

  async function waitFor(trouble: Retryable, retry: number, endsAtMs: number): Promise<boolean> {
    if (trouble.leastWaitMs === undefined) return false;
    const waitMs = retryWaitMs(trouble.leastWaitMs, retry, random.unit());
    if (clock.nowMs() + waitMs >= endsAtMs) return false;
    await Promise.race([clock.sleepMs(waitMs), limits.outerEnd]);
    return true;
  }

  return {
    async send(request) {
      const endsAtMs = clock.nowMs() + timeoutMs;
      try {
        return await pRetry(() => attempt(request, endsAtMs), {
          retries: retriesMax,
          // Its own waiting has no jitter at the cap and knows no Retry-After, so it never waits.
          minTimeout: 0,
          maxTimeout: 0,
          // Not told of the signal: it would throw a good answer away.
          shouldRetry: async ({ error, attemptNumber }) =>
            error instanceof Retryable && (await waitFor(error, attemptNumber, endsAtMs)),
        });
      } catch (error) {
        throw error instanceof Retryable ? error.failure : error;
      }
    },
  };
}

function troubleIn(reply: HttpReply, request: HttpRequest, asked: Asked): Retryable | undefined {
  const answer = { ...reply, retryAfter: reply.header("retry-after") };
  const trouble = retryableAnswer(asked, answer);
  return trouble ?? (request.isNoStatement?.(reply) ? noStatement(asked, answer) : undefined);
}

/** How hosts are reached. */
interface Ways {
  readonly proxy: HttpsProxy | undefined;
  readonly agents: Agents;
}

async function follow(request: HttpRequest, ways: Ways, signal: AbortSignal): Promise<HttpReply> {
  const guarded: Agent[] = [];
  let hop: Hop = { url: request.url, agent: ways.agents(request.url), isOwnOrigin: true };
  try {
    for (let redirects = 0; ; redirects += 1) {
      const reply = await exchange(request, hop, signal);
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
    return new Agent({ connect: { lookup: guardedLookup(from, allowed) } });
  }
  await refuseNear(url, from, allowed);
  return ways.agents(url);
}

interface Hop {
  readonly url: URL;
  readonly agent: Agent | ProxyAgent;
  readonly isOwnOrigin: boolean;
}

async function exchange(request: HttpRequest, hop: Hop, signal: AbortSignal): Promise<HttpReply> {
  const { authorization, ...open } = request.headers;
  const own = authorization !== undefined && hop.isOwnOrigin ? { authorization } : {};
  const { statusCode, headers, body } = await send(hop.url, {
    method: request.method,
    // Compressed bodies would be small on the wire and endless in memory.
    headers: { ...open, ...own, "accept-encoding": "identity", "user-agent": "landfall" },
    body: request.body ?? null,
    dispatcher: hop.agent,
    signal,
    // Both count idle time only and are coarse; the signal is the wall clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const bytes = await collect(body, request);
  const secrets = [...secretsIn(authorization), ...(request.secrets ?? [])];
  return {
    status: statusCode,
    url: hop.url,
    body: bytes,
    words: statusCode < 300 ? "" : wordsOf(bytes, secrets),
    header: (name) => [headers[name]].flat().filter(Boolean).join(", ") || undefined,
  };
}

async function collect(body: AsyncIterable<Uint8Array>, request: HttpRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw tooManyBytes(request);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function interrupted(doing: string): Failure {
  return new Failure("interrupted", `Cannot ${doing}: interrupted`, "Run it again.");
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
