/** The start of a race of processes: nobody sets off before everybody is there. */

import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A start line that is ready. */
export interface StartLine {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** How long to wait for the last one, in milliseconds. */
const patienceMs = 120_000;

/** Waits for `count` different names on a free port of 127.0.0.1, and then answers all of them. */
export async function startLine(count: number): Promise<StartLine> {
  const waiting = new Map<string, ServerResponse>();
  const server = createServer((request, response) => {
    waiting.set(request.url ?? "", response);
    if (waiting.size < count) return;
    for (const one of waiting.values()) one.end();
  });
  // Node would answer 408 by itself after five minutes; a race that is not complete is over sooner.
  const late = setTimeout(() => {
    for (const one of waiting.values()) {
      one.writeHead(503).end(`only ${waiting.size} of ${count} came to the start`);
    }
  }, patienceMs);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      clearTimeout(late);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Goes to the start line under a name, and returns when the race is on and its delay has passed.
 *
 * @throws Error when not everybody came.
 */
export async function waitAtStart(
  url: string,
  { name, delayMs }: { readonly name: string; readonly delayMs: number },
): Promise<void> {
  const request = get(`${url}/${encodeURIComponent(name)}`, { timeout: 2 * patienceMs });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const words = (await response.setEncoding("utf8").toArray()).join("");
  if (response.statusCode !== 200) throw new Error(`The race did not start: ${words}`);
  await sleep(delayMs);
}
