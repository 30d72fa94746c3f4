/** An OCI registry on loopback, in memory, true to the protocol: for the demo and the tests. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorReply, type RegistryReply } from "./registry-reply.ts";
import { answer, placeOf, type Rooms } from "./registry-routes.ts";
import { createStore, type Store } from "./registry-store.ts";
import { createGate, type RegistryAuth } from "./registry-tokens.ts";

/** A request as a fault sees it, before the registry does. */
export interface RegistryRequestSeen {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** How many requests came before this one. */
  readonly before: number;
}

/**
 * What a fault does to a request: nothing, answer in its place, cut the connection, never answer
 * (`hang`), answer without an end, or cut the true answer off in the middle.
 */
export type RegistryFault = "pass" | "drop" | "hang" | "endless" | "cut-short" | RegistryReply;

/** How the registry behaves. */
export interface RegistryServerOptions {
  /** Without it, everyone may do everything. */
  readonly auth?: RegistryAuth;
  /** Added before every answer. */
  readonly delayMs?: number;
  readonly fault?: (request: RegistryRequestSeen) => RegistryFault;
  /** Called when an answer is out, or can no longer get out. */
  readonly answered?: (request: RegistryRequestSeen) => void;
  /** What it has from before. Nothing, unless told. */
  readonly store?: Store;
  /** The largest body taken, 64 MiB unless told. */
  readonly bodyBytesMax?: number;
}

/** What was asked so far. */
interface RegistryStats {
  requests: number;
  /** By method and kind of path, for example `HEAD manifest` or `GET token`. */
  readonly kinds: Record<string, number>;
}

/** A registry that runs. */
export interface RegistryServer {
  /** `127.0.0.1:PORT`: the registry's name in image names. */
  readonly host: string;
  readonly stats: RegistryStats;
  /** Cuts every connection and stops. */
  close(): Promise<void>;
}

/** Starts a registry on a free port of 127.0.0.1. */
export async function startRegistry(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const stats: RegistryStats = { requests: 0, kinds: {} };
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry = { store: options.store ?? createStore(), gate: createGate(host, options.auth) };
  server.on("request", (request, response) => {
    serve(registry, { request, response, options, stats }).catch(() => response.destroy());
  });
  return {
    host,
    stats,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface RegistryExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: RegistryServerOptions;
  readonly stats: RegistryStats;
}

async function serve(rooms: Rooms, exchange: RegistryExchange): Promise<void> {
  const { request, response, options, stats } = exchange;
  const method = request.method ?? "GET";
  const path = request.url ?? "/";
  const seen = { method, path, headers: request.headers, before: stats.requests };
  const url = new URL(path, "http://registry");
  const place = placeOf(url.pathname);
  const kind = `${method} ${place.kind}`;
  stats.requests += 1;
  stats.kinds[kind] = (stats.kinds[kind] ?? 0) + 1;
  response.once("close", () => options.answered?.(seen));
  // Not waited for when the server is closed and nothing else is left to do.
  if (options.delayMs) await new Promise((done) => setTimeout(done, options.delayMs).unref());
  const fault = options.fault?.(seen) ?? "pass";
  if (fault === "drop") return void response.destroy();
  if (fault === "hang") return;
  if (fault === "endless") return drone(exchange);
  if (typeof fault === "object") return write(exchange, fault);
  const body = await readBody(request, options.bodyBytesMax ?? 64 * 1024 * 1024);
  if (body === undefined) {
    return write(exchange, errorReply(413, "SIZE_INVALID", "request body too large"));
  }
  const header = (name: string) => String(request.headers[name] ?? "");
  const query = url.searchParams;
  const reply = answer(rooms, place, { method, ...place, query, header, body });
  if (fault === "cut-short") return writeHalf(response, reply);
  write(exchange, reply);
}

/** Returns the body, or undefined when it is larger than `bytesMax`. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client hears the answer.
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  return bytes <= bytesMax ? Buffer.concat(chunks) : undefined;
}

function write({ request, response }: RegistryExchange, reply: RegistryReply): void {
  const body = Buffer.from(reply.body ?? "");
  response.writeHead(reply.status, {
    "docker-distribution-api-version": "registry/2.0",
    ...reply.headers,
    ...(reply.status === 204 ? {} : { "content-length": body.length }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** Promises a whole answer, and hangs up after half of it. */
function writeHalf(response: ServerResponse, reply: RegistryReply): void {
  const body = Buffer.from(reply.body ?? "");
  response.writeHead(reply.status, { ...reply.headers, "content-length": body.length + 1 });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

/** Talks until nobody listens. */
function drone({ request, response }: RegistryExchange): void {
  const breath = Buffer.alloc(64 * 1024, " ");
  response.writeHead(200, { "content-type": "application/vnd.oci.image.manifest.v1+json" });
  // An answer to HEAD ends where its body would begin.
  if (request.method === "HEAD") return void response.end();
  const more = () => {
    if (response.destroyed) return;
    if (response.write(breath)) setImmediate(more);
    else response.once("drain", more);
  };
  more();
}
