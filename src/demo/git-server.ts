/** A smart-HTTP git server on loopback: node:http in front of git's own http-backend. */

import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { httpBackend, runCgi, writeHead } from "./git-server-cgi.ts";

/** A request as a fault sees it. */
export interface GitRequestSeen {
  /** For example `git-upload-pack:GET`, `git-receive-pack:POST`. */
  readonly kind: string;
  /** How many requests of this kind came before. */
  readonly before: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** An answer that git did not give. */
export interface GitAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/**
 * What a fault does to a request: nothing (`pass`), answer in git's place, cut the connection
 * before git has seen it, be late, let another repository of the root answer, as a replica that
 * lags would (`from`), cut the connection once git has the whole request and is at work
 * (`drop-during`); or let git finish, and then keep the answer back for a while (`holdMs`), cut
 * it off in the middle (`cut-short`), drop it, reset the connection, or give another one (`after`).
 */
export type GitFault =
  | "pass"
  | "drop-before"
  | "drop-during"
  | "drop-after"
  | "reset-after"
  | "cut-short"
  | GitAnswer
  | { readonly after: GitAnswer }
  | { readonly delayMs: number }
  | { readonly holdMs: number }
  | { readonly from: string };

/** How the server behaves. */
export interface GitServerOptions {
  /** Directory with bare repositories. */
  readonly root: string;
  /** PATH of git's helpers, where git is not in the usual places. */
  readonly path?: string | undefined;
  /** Added before every request is looked at, in milliseconds. */
  readonly delayMs?: number;
  /** Who may read and write. Without it, everybody. */
  readonly login?: { readonly username: string; readonly password: string };
  readonly fault?: (request: GitRequestSeen) => GitFault | Promise<GitFault>;
  /** Called when an answer is out, or can no longer get out. */
  readonly answered?: (request: GitRequestSeen) => void;
}

/** What was asked so far. */
export interface GitServerStats {
  requests: number;
  bytesIn: number;
  bytesOut: number;
  readonly byKind: Record<string, number>;
}

/** A server that runs. */
export interface GitServer {
  /** `http://127.0.0.1:PORT`; a repository is at `/NAME.git` below it. */
  readonly url: string;
  readonly stats: GitServerStats;
  /** Cuts every connection, ends every child, and stops. */
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const program = httpBackend();
  const stats: GitServerStats = { requests: 0, bytesIn: 0, bytesOut: 0, byKind: {} };
  const stop = new AbortController();
  // As many as there are requests under way.
  setMaxListeners(0, stop.signal);
  const server = createServer((request, response) => {
    const exchange = { request, response, options, stats, program, stop: stop.signal };
    answer(exchange).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stats,
    async close() {
      stop.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly options: GitServerOptions;
  readonly stats: GitServerStats;
  readonly program: string;
  /** Ends children and waits. */
  readonly stop: AbortSignal;
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, options, stats, stop } = exchange;
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const service = url.searchParams.get("service") ?? url.pathname.split("/").at(-1);
  const kind = `${service}:${request.method}`;
  const seen = { kind, before: stats.byKind[kind] ?? 0, headers: request.headers };
  stats.requests += 1;
  stats.byKind[kind] = seen.before + 1;
  response.once("close", () => options.answered?.(seen));
  if (options.delayMs) await sleep(options.delayMs, undefined, { signal: stop });
  if (!isAllowed(request, options)) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const fault = (await options.fault?.(seen)) ?? "pass";
  if (fault === "drop-before") return void request.socket.destroy();
  if (typeof fault === "object" && "status" in fault) {
    request.resume();
    return sendInstead(response, fault);
  }
  if (typeof fault === "object" && "delayMs" in fault) {
    await sleep(fault.delayMs, undefined, { signal: stop });
  }
  if (typeof fault === "object" && "from" in fault) {
    url.pathname = url.pathname.replace(/^\/[^/]+/, `/${fault.from}`);
  }
  if (fault === "drop-during")
    request.once("end", () => setImmediate(() => request.socket.destroy()));
  const call = { ...exchange, ...options, url };
  if (!isShown(fault)) return sendLate(exchange, fault, await runCgi(call));
  await runCgi(call, response);
  response.end();
}

/** Whether git's answer goes out while git is writing it. */
function isShown(fault: GitFault): boolean {
  return fault === "pass" || (typeof fault === "object" && ("delayMs" in fault || "from" in fault));
}

/** Deals with an answer that git has given and the fault has kept back. */
async function sendLate(
  { request, response, stop }: Exchange,
  fault: GitFault,
  held: Buffer,
): Promise<void> {
  if (typeof fault === "object" && "after" in fault) return sendInstead(response, fault.after);
  if (fault === "drop-after") return void request.socket.destroy();
  if (fault === "reset-after") return void request.socket.resetAndDestroy();
  if (typeof fault === "object" && "holdMs" in fault) {
    await sleep(fault.holdMs, undefined, { signal: stop });
  }
  const rest = writeHead(held, response) ?? Buffer.alloc(0);
  if (fault !== "cut-short") return void response.end(rest);
  response.write(rest.subarray(0, rest.length / 2), () => request.socket.destroy());
}

function sendInstead(response: ServerResponse, answer: GitAnswer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(answer.status).end(answer.body ?? "");
}

function isAllowed(request: IncomingMessage, { login }: GitServerOptions): boolean {
  if (login === undefined) return true;
  const expected = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  const [scheme = "", sent] = (request.headers.authorization ?? "").split(" ");
  // RFC 9110: the scheme's case does not count; actions/checkout writes it small.
  return scheme.toLowerCase() === "basic" && sent === expected;
}
