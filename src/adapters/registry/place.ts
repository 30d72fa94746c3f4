/** Where a registry is reached. */

import { connect } from "node:tls";
import { bareHost, isLoopback, registryUrl } from "../http/hosts.ts";

/** How long a server on this machine may take to answer a TLS greeting, in milliseconds. */
const greetingMs = 2_000;

/**
 * Returns where a registry is served. One on this machine is asked whether it speaks TLS, which
 * docker does too: it may be a tunnel to a real one. Listed as insecure, it is not asked.
 */
export async function placeOf(registry: string, insecureHosts: readonly string[]): Promise<URL> {
  const url = registryUrl(registry, insecureHosts);
  if (!isLoopback(url) || insecureHosts.includes(url.host)) return url;
  const secure = new URL(url);
  secure.protocol = "https:";
  return (await speaksTls(secure)) ? secure : url;
}

function speaksTls(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const port = Number(url.port || "443");
    // Whom its certificate names is looked at by the requests; nothing is sent here.
    const socket = connect({ host: bareHost(url), port, rejectUnauthorized: false });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(greetingMs, () => end(false));
    socket.once("secureConnect", () => end(true)).once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
