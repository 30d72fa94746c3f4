/** Settings → pages on loopback, and the clock by which they are kept fresh. */

import { type PageServer, type ServedPage, servePages } from "../adapters/http/page-server.ts";
import { clockUnder } from "../adapters/system.ts";
import type { Clock } from "../ports.ts";
import type { Process } from "../settings/process.ts";

export type { ServedPage };

/** Opens the server. It stops when the process is told to. */
export async function openPages(
  pageAt: (path: string) => Promise<ServedPage | undefined>,
  port: number,
  { signal }: Process,
): Promise<PageServer & { readonly clock: Clock }> {
  const server = await servePages(pageAt, { port, signal });
  return { ...server, clock: clockUnder(signal) };
}
