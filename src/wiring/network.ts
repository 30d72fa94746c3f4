/** Settings → how the network is reached. */

import { proxyIn } from "../adapters/http/proxy-env.ts";
import type { Process } from "../settings/process.ts";

/** Returns how the network is reached, and when no longer. Throws `config` of a wrong proxy. */
export function networkOf(io: Process) {
  return { signal: io.signal, proxy: proxyIn(io.env) };
}
