/** Where a registry's redirect may lead: never to a nearer network than the registry's own. */

import { lookup } from "node:dns";
import { lookup as resolve } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Failure } from "../../core/failure.ts";
import { bareHost, type Reach, reachOf } from "../http/hosts.ts";

/** Returns whether a status is a redirect that a GET or HEAD follows. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/**
 * Returns the URL that a redirect leads to.
 *
 * @throws Failure `registry-lied` when it is no URL, carries a password, leaves HTTPS, or leads to
 *   an address that is not public and not of the kind that `from` has (`allowed`).
 */
export function redirectTarget(from: URL, location: string, allowed: ReadonlySet<Reach>): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to === undefined || !["http:", "https:"].includes(to.protocol)) {
    throw refused(from, location, "is no web address");
  }
  if (to.username !== "" || to.password !== "") throw refused(from, to.host, "carries a password");
  if (to.protocol === "http:" && from.protocol === "https:") {
    throw refused(from, to.host, "leaves HTTPS");
  }
  const host = bareHost(to);
  if (isIP(host) !== 0 && !mayReach(host, allowed)) throw inside(from, host);
  return to;
}

/** Returns the kinds of address that `origin` may redirect to: public ones, and its own. */
export async function allowedFrom(origin: URL): Promise<ReadonlySet<Reach>> {
  return new Set<Reach>(["public", ...(await addressesOf(origin)).map(reachOf)]);
}

/** Returns the same for an origin behind a proxy, whose name may mean nothing on this side. */
export async function allowedBeyondProxy(origin: URL): Promise<ReadonlySet<Reach>> {
  return allowedFrom(origin).catch(() => new Set<Reach>(["public"]));
}

/**
 * Refuses a host of another kind of address than those allowed, as far as its name is known here:
 * the proxy that is to connect to it has the last word.
 *
 * @throws Failure `registry-lied`.
 */
export async function refuseNear(to: URL, from: URL, allowed: ReadonlySet<Reach>): Promise<void> {
  const addresses = await addressesOf(to).catch(() => []);
  if (!addresses.every((address) => mayReach(address, allowed))) throw inside(from, to.host);
}

async function addressesOf(url: URL): Promise<readonly string[]> {
  const host = bareHost(url);
  if (isIP(host) !== 0) return [host];
  return (await resolve(host, { all: true })).map(({ address }) => address);
}

/**
 * Returns a DNS lookup for `net.connect` that refuses names which resolve to other kinds of address
 * than those allowed. Checked at the connection, so that a name cannot change in between.
 */
export function guardedLookup(from: URL, allowed: ReadonlySet<Reach>): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const bad = addresses.find(({ address }) => !mayReach(address, allowed));
      if (bad !== undefined) return callback(inside(from, hostname), []);
      const first = addresses[0];
      if (options.all || first === undefined) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function mayReach(address: string, allowed: ReadonlySet<Reach>): boolean {
  return allowed.has(reachOf(address));
}

function inside(from: URL, host: string): Failure {
  return refused(from, host, "is not a public address");
}

function refused(from: URL, to: string, why: string): Failure {
  return new Failure(
    "registry-lied",
    `Cannot follow a redirect from "${from.host}" to "${to.slice(0, 200)}": it ${why}`,
    "Check the registry's address, and the proxy or storage behind it.",
  );
}
