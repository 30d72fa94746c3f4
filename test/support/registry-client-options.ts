import type { Credentials } from "../../src/adapters/registry/auth.ts";
import type { RegistryOptions } from "../../src/adapters/registry/client.ts";
import type { Clock } from "../../src/ports.ts";

/** A clock that sleeps in no time, remembers each sleep, and is later by it afterwards. */
export function sleeplessClock(): Clock & { readonly sleptMs: number[] } {
  let nowMs = Date.parse("2026-11-23T12:00:00Z");
  const sleptMs: number[] = [];
  return {
    sleptMs,
    nowMs: () => nowMs,
    async sleepMs(duration) {
      sleptMs.push(duration);
      nowMs += duration;
    },
  };
}

/** Options of a registry client for tests: no waiting, and no jitter unless `random` is given. */
export function clientOptions(
  more: Partial<RegistryOptions> & { user?: Credentials | undefined } = {},
): RegistryOptions {
  const { user, ...options } = more;
  return {
    credentials: () => user,
    clock: sleeplessClock(),
    random: { unit: () => 0 },
    timeoutMs: 60_000,
    ...options,
  };
}
