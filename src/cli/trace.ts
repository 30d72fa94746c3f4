/** What `-v` shows: every git command and every HTTP request, with the time it took. */

import { channel, tracingChannel } from "node:diagnostics_channel";
import { plain } from "../report/safe-text.ts";
import type { Process } from "../settings/process.ts";

/** What adapters/git/run.ts tells of each command. */
interface GitCommand {
  readonly args: readonly string[];
  readonly error?: unknown;
}

/** What undici tells of each request, as far as it is shown. */
interface HttpRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
}

type Line = (what: string, sinceMs: number | undefined, how: string) => void;

/** Shows commands and requests until the returned function is called. */
export function trace(io: Process): () => void {
  const blacken = blackener(io.env);
  const line: Line = (what, sinceMs, how) => {
    const took = sinceMs === undefined ? "" : `  ${Math.round(performance.now() - sinceMs)} ms`;
    io.err(`${plain(blacken(`${what}${how}${took}`))}\n`);
  };
  const stops = [traceGit(line), traceHttp(line)];
  return () => {
    for (const stop of stops) stop();
  };
}

function traceGit(line: Line): () => void {
  const began = new WeakMap<object, number>();
  const onStart = (message: unknown) => began.set(message as object, performance.now());
  const onEnd = (message: unknown) => {
    const { args, error } = message as GitCommand;
    const how = error instanceof Error ? `  ${error.message}` : "";
    line(`git ${args.join(" ")}`, began.get(message as object), how);
  };
  const commands = tracingChannel("landfall:git");
  commands.start.subscribe(onStart);
  commands.asyncEnd.subscribe(onEnd);
  return () => {
    commands.start.unsubscribe(onStart);
    commands.asyncEnd.unsubscribe(onEnd);
  };
}

function traceHttp(line: Line): () => void {
  const began = new WeakMap<object, number>();
  // Queries may hold signatures that let their holder in.
  const nameOf = ({ method, origin, path }: HttpRequest) =>
    `${method} ${origin}${path.replace(/\?.*/s, "?…")}`;
  const on: Record<string, (message: never) => void> = {
    "undici:request:create": ({ request }: { request: HttpRequest }) =>
      began.set(request, performance.now()),
    "undici:request:headers": (m: { request: HttpRequest; response: { statusCode: number } }) =>
      line(nameOf(m.request), began.get(m.request), `  ${m.response.statusCode}`),
    "undici:request:error": ({ request, error }: { request: HttpRequest; error: Error }) =>
      line(nameOf(request), began.get(request), `  ${error.message}`),
  };
  const all = Object.entries(on) as [string, (message: unknown) => void][];
  for (const [name, listener] of all) channel(name).subscribe(listener);
  return () => {
    for (const [name, listener] of all) channel(name).unsubscribe(listener);
  };
}

/** We put no secret into a command or a URL. What a server or a user put there is blackened. */
function blackener(env: Process["env"]): (text: string) => string {
  const secrets = Object.entries(env).flatMap(([name, value = ""]) =>
    /(?:TOKEN|PASSWORD|SECRET|KEY)$/.test(name) && value.length > 3 ? [value] : [],
  );
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
