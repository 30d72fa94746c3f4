/** A JSON API on loopback that answers as each test tells it, and remembers what it was asked. */

import { createServer, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { createServer as createSecureServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { TLSSocket } from "node:tls";
import { onTestFinished } from "vitest";

/** One request, whole. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Whether the client showed a certificate that the server knows. */
  readonly isCertified: boolean;
}

/** An answer. A text goes out as it is, anything else as JSON. */
export interface ApiReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type ApiServer = Awaited<ReturnType<typeof serveApi>>;

/**
 * Serves until the test is over, with `tls` as https. What is not answered never is, until the test
 * ends.
 */
export async function serveApi(
  answer: (asked: Asked) => ApiReply | undefined,
  tls?: ServerOptions,
) {
  const asked: Asked[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? "/", "http://localhost");
    const text = Buffer.concat(chunks).toString();
    const { method = "", headers } = request;
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const isCertified = request.socket instanceof TLSSocket && request.socket.authorized;
    const where = { method, path: url.pathname, query: url.searchParams };
    const one = { ...where, headers, body, isCertified };
    asked.push(one);
    const reply = answer(one);
    if (reply === undefined) return;
    const isText = typeof reply.body === "string";
    const type = { "content-type": isText ? "text/html" : "application/json" };
    response.writeHead(reply.status ?? 200, { ...type, ...reply.headers });
    response.end(isText ? reply.body : JSON.stringify(reply.body));
  };
  const server = tls ? createSecureServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `${tls ? "https" : "http"}://${host}`, asked };
}

/** Returns an answer that goes from one to the next with every question, and stays at the last. */
export function inTurn<Item>(items: readonly Item[]): () => Item {
  let at = 0;
  return () => {
    const item = items[Math.min(at, items.length - 1)]!;
    at += 1;
    return item;
  };
}
