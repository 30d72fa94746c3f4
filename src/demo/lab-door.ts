/**
 * A door into a lab: passes connections from a port on all interfaces to a server on loopback. Only
 * for a container that holds nothing but the lab; the servers themselves never leave loopback.
 */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Opens a door. Returns what closes it and every connection through it. */
export async function forwardPort(port: number, target: string): Promise<() => Promise<void>> {
  const { hostname, port: inner } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((outside) => {
    const inside = connect(Number(inner), hostname);
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(one);
      one.on("error", () => other.destroy()).on("close", () => open.delete(one));
      one.pipe(other);
    }
  });
  server.listen(port);
  await once(server, "listening");
  return async () => {
    for (const one of open) one.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
}
