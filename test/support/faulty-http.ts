/** An HTTP server on loopback that answers as each test tells it, right or wrong. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A reply, or a function that writes to the socket by itself. */
export type Answer = Reply | ((response: ServerResponse) => void);

/** Serves until the test is over. Every request is remembered in order. */
export async function serveFaulty(answer: (seen: Seen, count: number) => Answer) {
  const requests: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const seen = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    requests.push(seen);
    const reply = answer(seen, requests.length);
    if (typeof reply === "function") return reply(response);
    response.writeHead(reply.status, reply.headers);
    response.end(method === "HEAD" ? undefined : reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, requests, lines: () => requests.map(({ method, path }) => `${method} ${path}`) };
}

/** The specification's error JSON. */
export function ociError(status: number, code: string, message: string): Reply {
  const headers = { "content-type": "application/json" };
  return { status, headers, body: JSON.stringify({ errors: [{ code, message }] }) };
}
