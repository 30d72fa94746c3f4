/** Settings → how the network is reached. */

import { authoritiesIn } from "../adapters/http/authorities.ts";
import { proxyIn } from "../adapters/http/proxy-env.ts";
import type { Process } from "../settings/process.ts";

/**
 * Returns how the network is reached, whom it is believed, and when no longer. Throws `config` of a
 * wrong proxy or authority.
 */
export function networkOf(io: Process, config: { readonly ca?: string | undefined } | undefined) {
  const trusted = authoritiesIn(io.env, config?.ca);
  return { signal: io.signal, proxy: proxyIn(io.env), trusted };
}
