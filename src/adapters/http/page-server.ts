/** Pages on loopback that are only read: for a browser on this machine, and no other page in it. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../../core/failure.ts";
import { onAbort } from "../abort.ts";

/** What is shown at a path. */
export interface ServedPage {
  readonly type: "text/html" | "image/svg+xml" | "application/json";
  readonly text: string;
  /** After how many seconds a browser asks again by itself. Undefined: it does not. */
  readonly refreshSeconds?: number;
}

/** Pages that are served. */
export interface PageServer {
  /** With a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves pages on 127.0.0.1 until told to stop.
 *
 * @param pageAt Returns what is at a path, or undefined where nothing is.
 * @param port 0 leaves the choice to the system.
 * @throws Failure `usage` when the port cannot be had.
 */
export async function servePages(
  pageAt: (path: string) => Promise<ServedPage | undefined>,
  { port, signal }: { readonly port: number; readonly signal: AbortSignal },
): Promise<PageServer> {
  const server = createServer((request, response) => {
    void answer(request, response, pageAt);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(unavailable(port, cause)));
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onAbort(signal, () => void close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}

function unavailable(port: number, cause: NodeJS.ErrnoException): Failure {
  const why = cause.code === "EADDRINUSE" ? "another program has it" : cause.message;
  const hint = "Name another --port, or none: the system then chooses one.";
  return new Failure("usage", `Cannot serve on port ${port}: ${why}`, hint, { cause });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pageAt: (path: string) => Promise<ServedPage | undefined>,
): Promise<void> {
  const reply = (status: number, text: string, headers: Record<string, string> = {}) => {
    const plain = { "content-type": "text/plain; charset=utf-8", ...safely, ...headers };
    response.writeHead(status, plain);
    response.end(request.method === "HEAD" ? "" : text);
  };
  // A name that somebody points at this machine must not read what only this machine may.
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? "")) {
    reply(421, "Ask for 127.0.0.1 or localhost.\n");
  } else if (request.method !== "GET" && request.method !== "HEAD") {
    reply(405, "Only GET and HEAD: nothing can be changed here.\n", { allow: "GET, HEAD" });
  } else {
    try {
      const page = await pageAt(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
      if (page === undefined) reply(404, "There is no such page.\n");
      else reply(200, page.text, headersOf(page));
    } catch (error) {
      reply(500, `This is a bug in Landfall, please report it: ${String(error)}\n`);
    }
  }
}

function headersOf({ type, refreshSeconds }: ServedPage): Record<string, string> {
  return {
    "content-type": `${type}; charset=utf-8`,
    ...(refreshSeconds === undefined ? {} : { refresh: String(refreshSeconds) }),
  };
}

const safely = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-resource-policy": "same-origin",
};
