/** The only place of undici: requests bounded in time and size, none redirected. */

import { type Dispatcher, request as send } from "undici";
import { Failure, type FailureCode } from "../../core/failure.ts";
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
export interface HttpOptions {
  readonly tls?: Tls;
  /** The wall-clock limit of one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly proxy?: HttpsProxy | undefined;
  /** Whom to trust instead of Node's own authorities, PEM, where `tls` does not say. */
  readonly trusted?: string | undefined;
  /** The code of what gets no answer; a cluster's unless given. */
  readonly unreachable?: Unreachable;
}

/** What a server is called that gives no answer. */
export type Unreachable = Extract<FailureCode, `${string}-unreachable`>;

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT";
  readonly url: URL;
  /** For messages, after "Cannot": `read the Application "x"`. */
  readonly doing: string;
  /** Goes to the URL's host and nowhere else, because no redirect is followed. */
  readonly token?: string | undefined;
  readonly accept: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The media type of the body, if it is not plain JSON. */
  readonly contentType?: string | undefined;
  /** Where reading the body stops. */
  readonly bodyBytesMax: number;
  /** The wall-clock limit of this request, in milliseconds, where it is less than that of all. */
  readonly limitMs?: number | undefined;
}

/** An answer, whatever its status. */
export interface HttpReply {
  readonly status: number;
  readonly body: Uint8Array;
  /** Whether the body went on after what was read. */
  readonly isCut: boolean;
  header(name: string): string | undefined;
}

/** Sends requests. */
export interface HttpClient {
  /**
   * Returns the answer.
   *
   * @throws Failure `…-unreachable` when there is none in time, `certificate-untrusted`,
   *   `interrupted`, or `config` when a token would travel in the clear.
   */
  send(request: HttpRequest): Promise<HttpReply>;
}

/** Makes a sender of its own connections, which close by themselves when idle. */
export function httpClient(options: HttpOptions): HttpClient {
  const { tls = {}, timeoutMs, signal, unreachable = "cluster-unreachable" } = options;
  const { proxy, trusted } = options;
  const agents = agentsFor({ proxy, trusted, connect: connectionOptions(tls), timeoutMs });
  const limits = limitsUnder(signal);
  return {
    async send(request) {
      refuseOpenSecret(request);
      const { method, url, token, accept, body, contentType = "application/json" } = request;
      const limit = limits.start(Math.min(timeoutMs, request.limitMs ?? timeoutMs));
      try {
        return await exchange({
          ...{ method, url, bytesMax: request.bodyBytesMax, signal: limit.signal },
          headers: {
            ...{ ...request.headers, accept, "cache-control": "no-cache" },
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && { "content-type": contentType }),
          },
          body: body === undefined ? null : JSON.stringify(body),
          dispatcher: agents(url),
        });
      } catch (error) {
        if (signal?.aborted) throw interrupted(request.doing);
        throw unanswered({ ...request, host: url.host, unreachable }, error);
      } finally {
        limit.end();
      }
    },
  };
}

function connectionOptions(tls: Tls) {
  return {
    ...(tls.authority !== undefined && { ca: tls.authority }),
    ...(tls.certificate !== undefined && { cert: tls.certificate, key: tls.key ?? "" }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    ...(tls.certificates === "unchecked" && { rejectUnauthorized: false }),
  };
}

/** One request on its way. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | null;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** Where reading the body stops. */
  readonly bytesMax: number;
}

/** Sends one request and reads its answer. Throws what undici and Node throw. */
export async function exchange({ url, headers, bytesMax, ...rest }: Exchange): Promise<HttpReply> {
  const reply = await send(url, {
    ...rest,
    method: rest.method as Dispatcher.HttpMethod,
    // Compressed bodies would be small on the wire and endless in memory.
    headers: { ...headers, "accept-encoding": "identity", "user-agent": "landfall" },
    // Both count idle time only and are coarse; the signal is the wall clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    status: reply.statusCode,
    ...(await collect(reply.body, bytesMax)),
    header: (name) => [reply.headers[name]].flat().filter(Boolean).join(", ") || undefined,
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

function refuseOpenSecret({ url, token, doing }: HttpRequest): void {
  if (token === undefined || url.protocol === "https:" || isLoopback(url)) return;
  throw new Failure(
    "config",
    `Cannot ${doing}: a token would go to "${url.host}" in the clear`,
    "Write its address with https.",
  );
}

/** Returns the failure of a request that was told to stop. */
export function interrupted(doing: string): Failure {
  return new Failure("interrupted", `Cannot ${doing}: interrupted`, "Run it again.");
}

// What waiting does not cure. Node's own names, from tls and OpenSSL's X509 verification.
const certificateCode =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL_(?:WRONG_VERSION|PACKET_LENGTH)/;

/** Returns the failure that an error of the network is. */
export function unanswered(
  { doing, host, unreachable }: { doing: string; host: string; unreachable: Unreachable },
  error: unknown,
): Failure {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  const why = error instanceof Error && error.message !== "" ? error.message : code;
  const said = `Cannot ${doing}: the connection to "${host}" failed: ${why}`;
  if (!certificateCode.test(code)) {
    return new Failure(unreachable, said, "Check the address and the network.", { cause: error });
  }
  return new Failure("certificate-untrusted", said, certificateHints[unreachable], {
    cause: error,
  });
}

const trustIt = "Check the address, and that the authority behind its certificate is trusted here";
const certificateHints: Readonly<Record<Unreachable, string>> = {
  "registry-unreachable": `${trustIt} (\`ca\` in landfall.yaml, or NODE_EXTRA_CA_CERTS); list a host that speaks plain HTTP.`,
  "remote-unreachable": `${trustIt} (\`ca\` in landfall.yaml, or NODE_EXTRA_CA_CERTS).`,
  "cluster-unreachable": `${trustIt}: verify.argocd.ca, the kubeconfig, \`ca\` in landfall.yaml, or NODE_EXTRA_CA_CERTS.`,
};
