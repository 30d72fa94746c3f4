/** Which host serves a registry, what may be spoken to it, and which addresses are not public. */

import { BlockList, isIP } from "node:net";

/** From where an address can be reached. Link-local is where clouds serve instance credentials. */
export type Reach = "loopback" | "link-local" | "private" | "public";

// RFC 6890 and the IANA special-purpose registries. 0.0.0.0/8 and :: reach this machine on Linux.
const ranges: readonly (readonly [Reach, readonly string[]])[] = [
  ["loopback", ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"]],
  ["link-local", ["169.254.0.0/16", "fe80::/10"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24"]],
  ["private", ["198.18.0.0/15", "224.0.0.0/3", "fc00::/7", "fec0::/10", "ff00::/8"]],
];

const blocks = ranges.map(([reach, subnets]) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = "", bits = ""] = subnet.split("/");
    list.addSubnet(net, Number(bits), net.includes(":") ? "ipv6" : "ipv4");
  }
  return { reach, list };
});

/** Returns from where an IP address can be reached. IPv4 written as IPv6 counts as IPv4. */
export function reachOf(address: string): Reach {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return blocks.find((block) => block.list.check(address, family))?.reach ?? "public";
}

/** Returns a URL's host without port, brackets or final dot. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

/** Returns whether a URL's host is this machine, as written: `localhost` or a loopback address. */
export function isLoopback(url: URL): boolean {
  const host = bareHost(url);
  return host === "localhost" || (isIP(host) !== 0 && reachOf(host) === "loopback");
}

// Docker Hub's name is not the host that serves it: docs.docker.com, "Registry API".
const servedBy: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/**
 * Returns where a registry is served. Plain HTTP only for this machine and for the hosts listed,
 * each as `host` or `host:port`.
 */
export function registryUrl(registry: string, insecureHosts: readonly string[]): URL {
  const host = servedBy[registry] ?? registry;
  const url = new URL(`https://${host}/`);
  return speaksPlainHttp(url, insecureHosts) ? new URL(`http://${host}/`) : url;
}

/** Returns whether plain HTTP may be spoken to a host: to this machine, and to those listed. */
export function speaksPlainHttp(url: URL, insecureHosts: readonly string[]): boolean {
  return isLoopback(url) || [url.host, bareHost(url)].some((host) => insecureHosts.includes(host));
}

/**
 * Returns whether two hosts belong to one owner: the same host, or names below one registrable
 * domain. Without the public suffix list, a two-letter country's second level of up to three
 * letters (`co.uk`, `com.br`) counts as a suffix. An IP address is only itself.
 */
export function sameSite(a: URL, b: URL): boolean {
  const [hostA, hostB] = [bareHost(a), bareHost(b)];
  if (hostA === hostB) return true;
  if (isIP(hostA) !== 0 || isIP(hostB) !== 0) return false;
  const domain = registrableDomain(hostA);
  return domain !== undefined && domain === registrableDomain(hostB);
}

function registrableDomain(host: string): string | undefined {
  const labels = host.split(".");
  const [second = "", top = ""] = labels.slice(-2);
  const needed = top.length === 2 && second.length <= 3 ? 3 : 2;
  return labels.length < needed ? undefined : labels.slice(-needed).join(".");
}
