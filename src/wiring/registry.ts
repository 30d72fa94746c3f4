/** Settings and environment → how registries are reached, and who we are there. */

import type { RegistryOptions } from "../adapters/registry/client.ts";
import { type StoredLogin, storedLogin } from "../adapters/registry/stored-login.ts";
import { systemClock, systemRandom } from "../adapters/system.ts";
import type { ImageName } from "../core/image-ref.ts";
import type { ImageDigests, Registry } from "../ports.ts";
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

/**
 * Returns how registries are reached, and who we are there. Throws `config` when an authority
 * cannot be read.
 */
export async function registryOptions(
  config: Config | undefined,
  io: Process,
): Promise<RegistryOptions> {
  return {
    authorities: await authoritiesIn(config),
    credentials: (host) => loginAt(host, io).credentials,
    whoIs: (host) => loginAt(host, io).who,
    clock: systemClock,
    random: systemRandom,
    insecureHosts: [...(config?.insecureRegistries ?? []), ...insecureIn(config)],
    tokenServers: tokenServersIn(config),
    timeoutMs: registryTimeoutMs,
    ...networkOf(io, config),
  };
}

/** Returns a registry that looks images up at the mirrors that the settings name. */
export function checkedAtMirrors(
  registry: Registry & ImageDigests,
  config: Config | undefined,
): Registry & ImageDigests {
  const mirrored = (image: ImageName): ImageName => {
    const mirror = config?.registries?.[image.registry]?.checkAt;
    if (mirror === undefined) return image;
    const [host = "", ...prefix] = mirror.split("/");
    return { registry: host, repository: [...prefix, image.repository].join("/") };
  };
  return {
    find: (image, reference) => registry.find(mirrored(image), reference),
    revisionOf: (image, reference) => registry.revisionOf(mirrored(image), reference),
    digestsOf: (image, reference) => registry.digestsOf(mirrored(image), reference),
  };
}

async function authoritiesIn(config: Config | undefined): Promise<Record<string, string>> {
  const authorities: Record<string, string> = {};
  for (const [host, { ca }] of Object.entries(config?.registries ?? {})) {
    if (ca === undefined) continue;
    const { readAuthority } = await import("../adapters/cluster/access.ts");
    authorities[host] = await readAuthority(ca);
  }
  return authorities;
}

function insecureIn(config: Config | undefined): string[] {
  const entries = Object.entries(config?.registries ?? {});
  return entries.flatMap(([host, { insecure }]) => (insecure ? [host] : []));
}

function tokenServersIn(config: Config | undefined): Readonly<Record<string, readonly string[]>> {
  const entries = Object.entries(config?.registries ?? {});
  return Object.fromEntries(entries.map(([host, one]) => [host, one.tokenServers ?? []]));
}
