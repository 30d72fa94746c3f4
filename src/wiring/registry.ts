/** Settings and environment → how registries are reached, and who we are there. */

import type { RegistryOptions } from "../adapters/registry/client.ts";
import { type StoredLogin, storedLogin } from "../adapters/registry/stored-login.ts";
import { systemClock, systemRandom } from "../adapters/system.ts";
import type { Config } from "../settings/config.ts";
import type { Process } from "../settings/process.ts";
import { registryLogin } from "../settings/secrets.ts";
import { networkOf } from "./network.ts";

/** Wall time of one question to a registry with its retries, in milliseconds. */
const registryTimeoutMs = 60_000;

const known = new WeakMap<Process, Map<string, StoredLogin>>();

/** Returns the login for a registry. A helper is asked once. */
export function loginAt(registry: string, io: Process): StoredLogin {
  const logins = known.get(io) ?? new Map<string, StoredLogin>();
  known.set(io, logins);
  const login = logins.get(registry) ?? find(registry, io);
  logins.set(registry, login);
  return login;
}

function find(registry: string, io: Process): StoredLogin {
  const given = registryLogin(registry, io);
  if (given === undefined) return storedLogin(registry, io.env);
  return { credentials: given, who: `as "${given.username}" of LANDFALL_REGISTRY_USERNAME` };
}

/** Returns how registries are reached, and who we are there. */
export function registryOptions(config: Config | undefined, io: Process): RegistryOptions {
  return {
    credentials: (host) => loginAt(host, io).credentials,
    whoIs: (host) => loginAt(host, io).who,
    clock: systemClock,
    random: systemRandom,
    insecureHosts: [...(config?.insecureRegistries ?? []), ...insecureIn(config)],
    tokenServers: tokenServersIn(config),
    timeoutMs: registryTimeoutMs,
    ...networkOf(io),
  };
}

function insecureIn(config: Config | undefined): string[] {
  const entries = Object.entries(config?.registries ?? {});
  return entries.flatMap(([host, { insecure }]) => (insecure ? [host] : []));
}

function tokenServersIn(config: Config | undefined): Readonly<Record<string, readonly string[]>> {
  const entries = Object.entries(config?.registries ?? {});
  return Object.fromEntries(entries.map(([host, one]) => [host, one.tokenServers ?? []]));
}
