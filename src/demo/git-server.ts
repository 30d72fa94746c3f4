/** A smart-HTTP git server on loopback: node:http in front of git's own http-backend. */

import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

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
 * before git has seen it, be late; or let git finish, and then keep the answer back for a while
 * (`holdMs`), cut it off in the middle (`cut-short`), drop it, or give another one (`after`).
 */
export type GitFault =
  | "pass"
  | "drop-before"
  | "drop-after"
  | "cut-short"
  | GitAnswer
  | { readonly after: GitAnswer }
  | { readonly delayMs: number }
  | { readonly holdMs: number };

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
  const program = join(execFileSync("git", ["--exec-path"]).toString().trim(), "git-http-backend");
  const stats: GitServerStats = { requests: 0, bytesIn: 0, bytesOut: 0, byKind: {} };
  const stop = new AbortController();
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
  const before = stats.byKind[kind] ?? 0;
  stats.requests += 1;
  stats.byKind[kind] = before + 1;
  if (options.delayMs) await sleep(options.delayMs, undefined, { signal: stop });
  if (!isAllowed(request, options)) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const fault = (await options.fault?.({ kind, before, headers: request.headers })) ?? "pass";
  if (fault === "drop-before") return void request.socket.destroy();
  if (typeof fault === "object" && "status" in fault) {
    request.resume();
    return sendInstead(response, fault);
  }
  if (typeof fault === "object" && "delayMs" in fault) {
    await sleep(fault.delayMs, undefined, { signal: stop });
  }
  const isShown = fault === "pass" || (typeof fault === "object" && "delayMs" in fault);
  const held = await serve(exchange, url, isShown ? response : undefined);
  if (isShown) return void response.end();
  await sendLate(exchange, fault, held);
}

/** Deals with an answer that git has given and the fault has kept back. */
async function sendLate(
  { request, response, stop }: Exchange,
  fault: GitFault,
  held: Buffer,
): Promise<void> {
  if (typeof fault === "object" && "after" in fault) return sendInstead(response, fault.after);
  if (fault === "drop-after") return void request.socket.destroy();
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
  return request.headers.authorization === `Basic ${expected}`;
}

/**
 * Lets http-backend (a CGI program) work. Its answer streams into `output`, or is returned when
 * there is none.
 */
async function serve(
  exchange: Exchange,
  url: URL,
  output: ServerResponse | undefined,
): Promise<Buffer> {
  const { request, stats, program, stop } = exchange;
  const env = cgiEnvironment(exchange, url);
  const child = spawn(program, { env, signal: stop, killSignal: "SIGKILL" });
  child.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    stats.bytesIn += chunk.length;
  });
  request.pipe(child.stdin);
  // A client that goes away, and a backend that has read enough, are both no trouble of ours.
  child.stdin.on("error", () => {});
  request.once("close", () => child.stdin.end());
  child.stderr.resume();
  const chunks: Buffer[] = [];
  let headDone = false;
  child.stdout.on("data", (chunk: Buffer) => {
    stats.bytesOut += chunk.length;
    if (headDone) return void output?.write(chunk);
    chunks.push(chunk);
    const rest = output && writeHead(Buffer.concat(chunks), output);
    if (rest === undefined) return;
    headDone = true;
    output?.write(rest);
  });
  await new Promise((resolve) => child.once("close", resolve));
  return Buffer.concat(chunks);
}

/** Writes the CGI head once it is complete, and returns what follows it. */
function writeHead(buffer: Buffer, response: ServerResponse): Buffer | undefined {
  const end = buffer.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  let status = 200;
  for (const line of buffer.toString("latin1", 0, end).split("\r\n")) {
    const [name = "", ...value] = line.split(":");
    if (name.toLowerCase() === "status") status = Number.parseInt(value.join(":"), 10);
    else response.setHeader(name, value.join(":").trim());
  }
  response.writeHead(status);
  return buffer.subarray(end + 4);
}

function cgiEnvironment({ request, options }: Exchange, url: URL): NodeJS.ProcessEnv {
  const header = (name: string) => String(request.headers[name] ?? "");
  return {
    PATH: options.path ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: options.root,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: header("content-type"),
    ...(request.headers["content-length"] ? { CONTENT_LENGTH: header("content-length") } : {}),
    HTTP_CONTENT_ENCODING: header("content-encoding"),
    GIT_PROTOCOL: header("git-protocol"),
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_USER: "demo",
  };
}
