/** git's own http-backend, run as the CGI program that it is: one process a request. */

import { execFileSync, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";

/** A request for http-backend, and what it runs with. */
export interface CgiCall {
  readonly program: string;
  readonly request: IncomingMessage;
  readonly url: URL;
  /** Directory with bare repositories. */
  readonly root: string;
  /** PATH of git's helpers. */
  readonly path?: string | undefined;
  readonly stats: { bytesIn: number; bytesOut: number };
  /** Ends the program. */
  readonly stop: AbortSignal;
}

let backend: string | undefined;

/** Returns where http-backend is. git is asked once. */
export function httpBackend(): string {
  backend ??= join(execFileSync("git", ["--exec-path"]).toString().trim(), "git-http-backend");
  return backend;
}

/**
 * Lets http-backend work. Its answer streams into `output`, or is returned whole when there is
 * none.
 */
export async function runCgi(call: CgiCall, output?: ServerResponse): Promise<Buffer> {
  const { request, stats, program, stop } = call;
  const child = spawn(program, { env: environment(call), signal: stop, killSignal: "SIGKILL" });
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
export function writeHead(buffer: Buffer, response: ServerResponse): Buffer | undefined {
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

function environment({ request, url, root, path }: CgiCall): NodeJS.ProcessEnv {
  const header = (name: string) => String(request.headers[name] ?? "");
  return {
    PATH: path ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: root,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_PROJECT_ROOT: root,
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
