/** A proxy on loopback that opens tunnels: every name leads to one server. */

import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";

/** One tunnel that was asked for: all that a proxy ever sees. */
export interface TunnelAsked {
  /** `host:port`. */
  readonly to: string;
  readonly headers: IncomingHttpHeaders;
}

/** Serves until the test is over. `answer` decides: a tunnel, a refusal, or silence. */
export async function serveProxy(port: number, answer: "tunnel" | "407" | "silence" = "tunnel") {
  const tunnels: TunnelAsked[] = [];
  const plain: string[] = [];
  const server = createServer((request, response) => {
    plain.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  let left = 0;
  const sockets = new Set<Duplex>();
  server.on("connect", ({ url = "", headers }, socket) => {
    tunnels.push({ to: url, headers });
    sockets.add(socket);
    socket
      .on("error", () => {})
      .on("end", () => {
        left += 1;
        socket.end();
      });
    // Unless it is read, nobody notices that it was closed.
    if (answer === "silence") socket.resume();
    if (answer === "silence") return;
    if (answer === "407") {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const through = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(through).pipe(socket);
    });
    through.on("error", () => socket.destroy());
    socket.on("close", () => through.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const { port: own } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${own}`, tunnels, plain, left: () => left };
}
