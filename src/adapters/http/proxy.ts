/**
 * Proxies of the environment. Only HTTPS goes through one, in a tunnel: it sees the names of hosts,
 * and no secret but its own.
 */

import { BlockList, isIP } from "node:net";
import { Agent, type buildConnector, type Dispatcher, Pool, ProxyAgent } from "undici";
import { bareHost, isLoopback } from "./hosts.ts";
import type { HttpsProxy } from "./proxy-env.ts";

/** Returns whether a URL is reached through the proxy. This machine and plain HTTP never are. */
export function isProxied(url: URL, proxy: HttpsProxy | undefined): proxy is HttpsProxy {
  if (proxy === undefined || url.protocol !== "https:" || isLoopback(url)) return false;
  return !proxy.except.some((entry) => isExcept(url, entry.toLowerCase()));
}

function isExcept(url: URL, entry: string): boolean {
  const host = bareHost(url);
  if (entry === "*") return true;
  const [, subnet, bits] = /^([\d.]+|[\da-f:]*:[\da-f:]*)\/(\d+)$/.exec(entry) ?? [];
  if (subnet !== undefined) return isIP(host) !== 0 && isWithin(host, subnet, Number(bits));
  const [, name = entry, port] = /^\[?(.*?)\]?:(\d+)$/.exec(isIP(entry) === 6 ? "" : entry) ?? [];
  if (port !== undefined && port !== (url.port || "443")) return false;
  const domain = name.replace(/^\*?\./, "");
  return host === domain || host.endsWith(`.${domain}`);
}

function isWithin(host: string, subnet: string, bits: number): boolean {
  const [family, most] = subnet.includes(":") ? (["ipv6", 128] as const) : (["ipv4", 32] as const);
  if (isIP(subnet) === 0 || bits > most) return false;
  const list = new BlockList();
  list.addSubnet(subnet, bits, family);
  return list.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

/** What connections are made with. */
export interface AgentOptions {
  readonly proxy: HttpsProxy | undefined;
  /** Whom to trust instead of Node's own authorities, PEM, where `connect` does not say. */
  readonly trusted?: string | undefined;
  /** As `tls.connect` takes it, for the servers that are asked. */
  readonly connect?: buildConnector.BuildOptions;
  /** How long a proxy may take to open a tunnel, in milliseconds. */
  readonly timeoutMs: number;
}

/** Returns what makes connections for a URL: through the proxy, or directly. */
export type Agents = (url: URL) => Agent | ProxyAgent;

/** Makes connections of their own. */
export function agentsFor({ proxy, timeoutMs, trusted, ...own }: AgentOptions): Agents {
  const connect = { ...(trusted !== undefined && { ca: trusted }), ...own.connect };
  const direct = new Agent({ connect });
  let tunnel: ProxyAgent | undefined;
  return (url) => {
    if (!isProxied(url, proxy)) return direct;
    tunnel ??= new ProxyAgent({
      uri: proxy.url.href,
      ...(Object.keys(connect).length > 0 && { requestTls: connect }),
      clientFactory: (origin, options) => new TunnelPool(origin, { ...options, timeoutMs }),
    });
    return tunnel;
  };
}

/** Nothing else ends the wait for a proxy that is silent, and the process waits with it. */
class TunnelPool extends Pool {
  readonly #timeoutMs: number;

  constructor(origin: URL, { timeoutMs, ...options }: Pool.Options & { timeoutMs: number }) {
    super(origin, options);
    this.#timeoutMs = timeoutMs;
  }

  override connect(options: Parameters<Pool["connect"]>[0]): Promise<Dispatcher.ConnectData>;
  override connect(...args: Parameters<Pool["connect"]>): void;
  override connect(options: Parameters<Pool["connect"]>[0]): Promise<Dispatcher.ConnectData> {
    return super.connect({ ...options, signal: AbortSignal.timeout(this.#timeoutMs) });
  }
}
