/** Requests to Argo CD, Kubernetes and pages: each bounded in time and size, none redirected. */

import { type Dispatcher, request as send } from "undici";
import { Failure } from "../../core/failure.ts";
import { isLoopback } from "./hosts.ts";
import { limitsUnder } from "./limit.ts";
import { agentsFor } from "./proxy.ts";
import type { HttpsProxy } from "./proxy-env.ts";

/** What a server's certificate is held against, and ours, as PEM. */
export interface Tls {
  /** Authorities to trust instead of the system's. */
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the server's certificate, where that is not its host. */
  readonly serverName?: string | undefined;
  readonly certificates?: "checked" | "unchecked";
}

/** How requests are bounded. */
export interface ClusterHttpOptions {
  readonly tls?: Tls;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
}

/** One request. */
export interface ClusterRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  /** For messages, after "Cannot": `read the Application "x"`. */
  readonly doing: string;
  /** Goes to the URL's host and nowhere else, because no redirect is followed. */
  readonly token?: string | undefined;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Where reading the body stops. */
  readonly bodyBytesMax: number;
  /** The wall-clock limit of this request, in milliseconds, where it is less than that of all. */
  readonly limitMs?: number | undefined;
}

/** An answer, whatever its status. */
export interface ClusterReply {
  readonly status: number;
  readonly body: Uint8Array;
  /** Whether the body went on after what was read. */
  readonly isCut: boolean;
  header(name: string): string | undefined;
}

/** Sends requests. */
export interface ClusterHttp {
  /**
   * Returns the answer.
   *
   * @throws Failure `cluster-unreachable` when there is none in time, `interrupted`, or `config`
   *   when a token would travel in the clear.
   */
  send(request: ClusterRequest): Promise<ClusterReply>;
}

/** Makes a sender of its own connections, which close by themselves when idle. */
export function clusterHttp(options: ClusterHttpOptions): ClusterHttp {
  const { tls = {}, timeoutMs, signal, proxy } = options;
  const connect = {
    ...(tls.authority !== undefined && { ca: tls.authority }),
    ...(tls.certificate !== undefined && { cert: tls.certificate, key: tls.key ?? "" }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(tls.certificates === "unchecked" && { rejectUnauthorized: false }),
  };
  const agents = agentsFor({ proxy, connect, timeoutMs });
  const limits = limitsUnder(signal);
  return {
    async send(request) {
      refuseOpenSecret(request);
      const limit = limits.start(Math.min(timeoutMs, request.limitMs ?? timeoutMs));
      try {
        return await exchange(request, agents(request.url), limit.signal);
      } catch (error) {
        throw signal?.aborted ? interrupted(request) : unreachable(request, error);
      } finally {
        limit.end();
      }
    },
  };
}

async function exchange(
  { method, url, token, accept, body, bodyBytesMax }: ClusterRequest,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): Promise<ClusterReply> {
  const reply = await send(url, {
    method,
    headers: {
      accept,
      // Compressed bodies would be small on the wire and endless in memory.
      "accept-encoding": "identity",
      "cache-control": "no-cache",
      "user-agent": "landfall",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    dispatcher,
    signal,
    // Both count idle time only and are coarse; the signal is the wall clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const { headers } = reply;
  return {
    status: reply.statusCode,
    ...(await collect(reply.body, bodyBytesMax)),
    header: (name) => [headers[name]].flat().filter(Boolean).join(", ") || undefined,
  };
}

/** Leaving the loop destroys the body, and its connection with it. */
async function collect(body: AsyncIterable<Uint8Array>, bytesMax: number) {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let isCut = false;
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes += chunk.byteLength;
    isCut = bytes > bytesMax;
    if (isCut) break;
  }
  return { body: Buffer.concat(chunks), isCut };
}

function refuseOpenSecret({ url, token, doing }: ClusterRequest): void {
  if (token === undefined || url.protocol === "https:" || isLoopback(url)) return;
  throw new Failure(
    "config",
    `Cannot ${doing}: a token would go to "${url.host}" in the clear`,
    "Write its address with https.",
  );
}

function interrupted({ doing }: ClusterRequest): Failure {
  return new Failure("interrupted", `Cannot ${doing}: interrupted`, "Run it again.");
}

// What waiting does not cure. Node's own names, from tls and OpenSSL's X509 verification.
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL/;

function unreachable({ doing, url }: ClusterRequest, error: unknown): Failure {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  const why = error instanceof Error && error.message !== "" ? error.message : code;
  return new Failure(
    "cluster-unreachable",
    `Cannot ${doing}: the connection to "${url.host}" failed: ${why}`,
    certificateCode.test(code)
      ? "Check the address, and that the authority behind its certificate is trusted here."
      : "Check the address and the network.",
    { cause: error },
  );
}
