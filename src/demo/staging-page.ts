/** Stands in for a cluster that follows the branch: a page that shows what staging pins. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A page on loopback, until it is closed. */
export interface StagingPage {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a page that says which tag is built in. */
export async function startStagingPage(tag: () => Promise<string>): Promise<StagingPage> {
  const server = createServer(async (_request, response) => {
    response.end(`Build: ${await tag().catch(String)}\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
