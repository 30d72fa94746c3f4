/** The proxy that the environment names. Loaded at every start, so it brings no HTTP along. */

import { Failure } from "../../core/failure.ts";

/** A proxy, and what is reached without it. */
export interface HttpsProxy {
  /** With the proxy's own user and password in it, where it wants them. */
  readonly url: URL;
  /** NO_PROXY: hosts, domains, subnets, each with a port or without, or `*`. */
  readonly except: readonly string[];
}

/**
 * Returns the proxy that the environment names as curl and git know it: `https_proxy`, else
 * `all_proxy`, in either case, and `no_proxy`.
 *
 * @throws Failure `config` when it is not a web address.
 */
export function proxyIn(env: Readonly<Record<string, string | undefined>>): HttpsProxy | undefined {
  const read = (name: string) => env[name] || env[name.toUpperCase()] || "";
  const text = read("https_proxy") || read("all_proxy");
  if (text === "") return undefined;
  // curl takes `proxy.example:3128` for http.
  const spelled = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(spelled) ? new URL(spelled) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) throw noProxy();
  return {
    url,
    except: read("no_proxy")
      .split(/[\s,]+/)
      .filter(Boolean),
  };
}

function noProxy(): Failure {
  return new Failure(
    "config",
    "Cannot use the proxy in HTTPS_PROXY or ALL_PROXY: it is not an http or https address",
    "Write it like http://proxy.example:3128, or name the hosts to reach without it in NO_PROXY.",
  );
}
