/**
 * Who we are at a registry by what people have left on this machine: the files of docker, podman
 * and skopeo, and the credential helpers that these name.
 *
 * Facts: docker/cli, cli/config (`credHelpers` before `credsStore` before `auths`, and
 * ConvertToHostname for their keys); docker/docker-credential-helpers (`get` on stdin, JSON on
 * stdout, user `<token>` for an identity token); containers-auth.json(5).
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "./auth.ts";

/** A login, and where it came from. */
export interface StoredLogin {
  /** Undefined: the registry is asked anonymously. */
  readonly credentials: Credentials | undefined;
  /** For messages, after "asked": `as "robin" of /root/.docker/config.json`. */
  readonly who: string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** A helper may ask the network, or a keychain that asks a person. */
const helperTimeoutMs = 10_000;
const hubKey = "https://index.docker.io/v1/";

/** Finds the login for a registry, as images name it. */
export function storedLogin(registry: string, env: Env): StoredLogin {
  const files = authFiles(env);
  const failures: string[] = [];
  for (const file of files) {
    const found = loginIn(file, registry, { env, failures });
    if (found !== undefined) return found;
  }
  const why = failures.length > 0 ? failures.join("; ") : `no login in ${files.join(", ")}`;
  return { credentials: undefined, who: `anonymously (${why})` };
}

/** The files in which logins may be, the first that has one counts. */
function authFiles(env: Env): readonly string[] {
  const home = env.HOME ?? "/";
  const configHome = env.XDG_CONFIG_HOME || join(home, ".config");
  const named = env.REGISTRY_AUTH_FILE;
  return [
    ...(named ? [named] : []),
    join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json"),
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, "containers/auth.json")] : []),
    join(configHome, "containers/auth.json"),
  ];
}

interface Search {
  readonly env: Env;
  /** Why helpers gave nothing. */
  readonly failures: string[];
}

function loginIn(file: string, registry: string, search: Search): StoredLogin | undefined {
  const content = recordIn(parse(file));
  const helpers = recordIn(content.credHelpers);
  const key = keysOf(registry).find((name) => typeof helpers[name] === "string");
  const helper = key === undefined ? content.credsStore : helpers[key];
  if (typeof helper === "string" && helper !== "") {
    const credentials = askHelper(helper, registry, search);
    const who = `${userOf(credentials)} of docker-credential-${helper}, which ${file} names`;
    if (credentials !== undefined) return { credentials, who };
  }
  const auths = recordIn(content.auths);
  const names = Object.keys(auths).filter((name) => isSpelling(name, registry));
  // The plain host before longer spellings of it.
  for (const name of names.sort((a, b) => a.length - b.length)) {
    const credentials = credentialsIn(recordIn(auths[name]));
    if (credentials === undefined) continue;
    return { credentials, who: `${userOf(credentials)} of ${file}` };
  }
  return undefined;
}

/** Runs `docker-credential-NAME get`. What it prints holds a secret, and is never shown. */
function askHelper(name: string, registry: string, search: Search): Credentials | undefined {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) {
    search.failures.push(`"${name}" cannot be the name of a credential helper`);
    return undefined;
  }
  // Everything but our own secrets: helpers of clouds find theirs in the environment.
  const env = Object.fromEntries(
    Object.entries(search.env).filter(([key]) => !/^(?:LANDFALL_|GITHUB_TOKEN$)/.test(key)),
  );
  const { status, stdout, error } = spawnSync(program, ["get"], {
    ...{ env, input: registry === "docker.io" ? hubKey : registry, encoding: "utf8" },
    ...{ timeout: helperTimeoutMs, maxBuffer: 1024 * 1024, stdio: ["pipe", "pipe", "ignore"] },
  });
  if (error !== undefined || status !== 0) {
    // Helpers end with 1 when they have no login for the host, and say so on stdout.
    const isMissing = /credentials not found/i.test(stdout ?? "");
    const code = error !== undefined && "code" in error ? String(error.code) : `exit ${status}`;
    search.failures.push(`${program} ${isMissing ? "has no login" : `failed: ${code}`}`);
    return undefined;
  }
  const { Username: username, Secret: secret } = recordIn(json(stdout));
  if (typeof username !== "string" || typeof secret !== "string" || secret === "") {
    search.failures.push(`${program} gave no login`);
    return undefined;
  }
  return username === "<token>" ? { identityToken: secret } : { username, password: secret };
}

function credentialsIn(entry: Readonly<Record<string, unknown>>): Credentials | undefined {
  const { auth, identitytoken: identityToken, username, password } = entry;
  // Docker's own order: where there is one, the user beside it has no password.
  if (typeof identityToken === "string" && identityToken !== "") return { identityToken };
  if (typeof auth === "string" && auth !== "") {
    const [user = "", ...rest] = Buffer.from(auth, "base64").toString().split(":");
    return { username: user, password: rest.join(":") };
  }
  return typeof username === "string" && typeof password === "string"
    ? { username, password }
    : undefined;
}

function userOf(credentials: Credentials | undefined): string {
  if (credentials === undefined) return "anonymously";
  return "username" in credentials ? `as "${credentials.username}"` : "with an identity token";
}

function keysOf(registry: string): readonly string[] {
  return registry === "docker.io"
    ? [hubKey, "index.docker.io", "docker.io", "registry-1.docker.io"]
    : [registry, `https://${registry}`];
}

/** `https://host/v1/` is host; `host/team` is a login of podman's for that path alone. */
function isSpelling(name: string, registry: string): boolean {
  const host = name.replace(/^https?:\/\//, "").replace(/\/(?:v[12]\/?)?$/, "");
  return registry === "docker.io"
    ? ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host)
    : host.toLowerCase() === registry;
}

function parse(file: string): unknown {
  try {
    return json(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A file of somebody else's that cannot be read has no login for us.
    return undefined;
  }
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
