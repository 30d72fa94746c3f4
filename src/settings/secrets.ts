/** Secrets, from the environment or from files, never from flag values. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaults } from "../core/defaults.ts";
import type { Process } from "./process.ts";
import { usageError } from "./process.ts";

/** What git may show to the server of the manifests. */
export interface GitSecrets {
  readonly username?: string;
  readonly token?: string;
  /** A private key's text. */
  readonly sshKey?: string;
  readonly sshKeyFile?: string;
  readonly sshKnownHostsFile?: string;
  readonly sshAgentSocket?: string;
  /** Hosts of LANDFALL_PLAIN_HTTP_HOSTS: servers inside a private network, without TLS. */
  readonly plainHttpHosts?: readonly string[];
}

/** With what deploy commits are signed (adapters/git/sign.ts). */
export type SigningSecret =
  | { readonly format: "ssh"; readonly text: string }
  | { readonly format: "ssh"; readonly file: string; readonly agentSocket?: string | undefined }
  | { readonly format: "openpgp"; readonly id?: string | undefined; readonly keyring: string };

/** Who we are at a registry. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** Reads git's secrets. GITHUB_TOKEN counts only for the server that GitHub Actions runs on. */
export function gitSecrets(repository: string, io: Process): GitSecrets {
  const { env } = io;
  const token = secret("LANDFALL_GIT_TOKEN", io) ?? githubToken(repository, io);
  return definedOnly({
    username: env.LANDFALL_GIT_USERNAME,
    token,
    sshKey: env.LANDFALL_SSH_KEY,
    sshKeyFile: env.LANDFALL_SSH_KEY_FILE,
    sshKnownHostsFile: env.LANDFALL_SSH_KNOWN_HOSTS,
    sshAgentSocket: env.SSH_AUTH_SOCK,
    plainHttpHosts: env.LANDFALL_PLAIN_HTTP_HOSTS?.split(",").map((host) => host.trim()),
  });
}

/** Returns whether deploy commits are to be signed, though perhaps it cannot be done. */
export function isSigningAsked(asked: object | undefined, { env }: Process): boolean {
  const { LANDFALL_SIGNING_KEY: text, LANDFALL_SIGNING_KEY_FILE: file } = env;
  return asked !== undefined || [text, file].some((value) => (value ?? "") !== "");
}

/**
 * Returns the key that deploy commits are signed with: an SSH key's text in LANDFALL_SIGNING_KEY, a
 * file in LANDFALL_SIGNING_KEY_FILE, or one of gpg's keyring where the settings say so.
 *
 * @throws Failure `usage` when the settings and the environment do not go together.
 */
export function signingSecret(
  asked: { readonly format: "ssh" | "openpgp"; readonly key?: string | undefined } | undefined,
  { env }: Process,
): SigningSecret | undefined {
  const text = env.LANDFALL_SIGNING_KEY ?? "";
  const file = env.LANDFALL_SIGNING_KEY_FILE ?? "";
  if (/BEGIN PGP/.test(text) || (asked?.format === "openpgp" && text + file !== "")) {
    throw usageError(
      "Cannot sign with an OpenPGP key from the environment: gpg would write it to a file",
      "Import it into gpg's keyring and set signing.format to openpgp, or give an SSH key.",
    );
  }
  if (asked?.format === "openpgp") {
    const keyring = env.GNUPGHOME ?? join(env.HOME ?? "/", ".gnupg");
    return { format: "openpgp", id: asked.key, keyring };
  }
  if (asked?.key !== undefined) {
    throw usageError(
      "Cannot use signing.key: it names a key of gpg's keyring, and signing.format is ssh",
      "Give the SSH key by LANDFALL_SIGNING_KEY or LANDFALL_SIGNING_KEY_FILE.",
    );
  }
  if (text !== "") return { format: "ssh", text };
  if (file !== "") return { format: "ssh", file, agentSocket: env.SSH_AUTH_SOCK };
  if (asked === undefined) return undefined;
  throw usageError(
    "Cannot sign: signing.format is ssh, and no key is given",
    "Give it by LANDFALL_SIGNING_KEY (its text) or LANDFALL_SIGNING_KEY_FILE.",
  );
}

/**
 * Returns who we are at a registry: LANDFALL_REGISTRY_USERNAME and _PASSWORD, for the host in
 * LANDFALL_REGISTRY when that is set.
 */
export function registryLogin(host: string, io: Process): RegistryLogin | undefined {
  const username = io.env.LANDFALL_REGISTRY_USERNAME;
  const password = secret("LANDFALL_REGISTRY_PASSWORD", io);
  const only = io.env.LANDFALL_REGISTRY;
  if (password !== undefined && (only === undefined || only === host)) {
    return { username: username ?? "landfall", password };
  }
  return undefined;
}

/**
 * Refuses to guess which of several registries the environment's password is for: the others would
 * only have to ask for it.
 *
 * @throws Failure `usage`.
 */
export function checkRegistryPassword(registries: readonly string[], io: Process): void {
  const asked = [...new Set(registries)];
  if (asked.length < 2 || io.env.LANDFALL_REGISTRY !== undefined) return;
  if (secret("LANDFALL_REGISTRY_PASSWORD", io) === undefined) return;
  throw usageError(
    `Cannot tell which registry LANDFALL_REGISTRY_PASSWORD is for: ${asked.join(" or ")}`,
    "Name one in LANDFALL_REGISTRY; the others are asked with what `docker login` left.",
  );
}

/** A server of Argo CD, and the variable with the token for it, where the settings name one. */
export interface ArgoServer {
  readonly server: string;
  readonly tokenVariable?: string | undefined;
}

/**
 * Returns the variable with the token of an account or a project role for each server of Argo CD.
 * Which of several one token is for is not guessed: it would be shown to the others too.
 *
 * @throws Failure `usage`.
 */
export function argocdTokenVariables(
  servers: readonly ArgoServer[],
  io: Process,
): ReadonlyMap<string, string> {
  const usual = defaults.argocd.tokenVariable;
  const named = new Map<string, string>();
  for (const { server, tokenVariable } of servers) {
    named.set(server, tokenVariable ?? named.get(server) ?? "");
  }
  const unnamed = [...named].flatMap(([server, variable]) => (variable === "" ? [server] : []));
  if (unnamed.length > 1 && secret("LANDFALL_ARGOCD_TOKEN", io) !== undefined) {
    throw usageError(
      `Cannot tell which Argo CD ${usual} is for: ${unnamed.join(" or ")}`,
      "Write a tokenVariable for each server under verify.argocd, and set those variables.",
    );
  }
  return new Map([...named].map(([server, variable]) => [server, variable || usual]));
}

/** Fewer characters than these are soon guessed. */
const togetherKeyMin = 16;

/**
 * Reads the key that those share who may land each other's changes: LANDFALL_TOGETHER_KEY.
 *
 * @throws Failure `usage` when it is too short.
 */
export function togetherKey(io: Process): string | undefined {
  const key = secret("LANDFALL_TOGETHER_KEY", io);
  if (key === undefined || key.length >= togetherKeyMin) return key;
  throw usageError(
    `Cannot use LANDFALL_TOGETHER_KEY: it has fewer than ${togetherKeyMin} characters`,
    "Make one with `openssl rand -hex 32`, and give the same to all that deploy to the branch.",
  );
}

/** Reads NAME, or the file that NAME_FILE names. */
export function secret(name: string, io: Process): string | undefined {
  const value = io.env[name];
  if (value !== undefined && value !== "") return value;
  const file = io.env[`${name}_FILE`];
  if (file === undefined || file === "") return undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw usageError(
      `Cannot read the file "${file}" named by ${name}_FILE`,
      "Check that it exists.",
    );
  }
}

function githubToken(repository: string, io: Process): string | undefined {
  const server = io.env.GITHUB_SERVER_URL ?? "https://github.com";
  return repository.startsWith(`${server}/`) ? secret("GITHUB_TOKEN", io) : undefined;
}

function definedOnly<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(kept) as Partial<T>;
}
