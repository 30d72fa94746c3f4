/** The whole environment of a git child: a short list, so that nobody else's settings take part. */

import { type GitCredentials, type GitSetting, sshCommand, transportOf } from "./auth.ts";

/** Variables of the caller that a child needs to reach the network. */
const passed = [
  "PATH",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "no_proxy",
  "NO_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

/** Settings of every child. Evidence for each: a hostile or leftover setting was seen to act. */
const always: readonly GitSetting[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["credential.helper", ""],
  // A redirect would carry the token to another host.
  ["http.followRedirects", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["fetch.writeCommitGraph", "false"],
  ["fetch.recurseSubmodules", "false"],
  // Old histories have time zones and modes that fsck calls errors, and git itself takes them. With
  // a filter, git before 2.44 knows no exceptions. What is fetched is never checked out, nor served
  // on, and its hashes are checked all the same.
  ["transfer.fsckObjects", "false"],
  // One small pack instead of a further process that unpacks it.
  ["fetch.unpackLimit", "1"],
  ["fastimport.unpackLimit", "1"],
  ["pack.threads", "1"],
];

/** What an environment is made for. */
export interface GitSurroundings {
  /** The caller's environment, of which only a few names pass. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A private directory, for git's own HOME. */
  readonly home: string;
  /** The repository that may be reached, if any. */
  readonly url?: string;
  readonly credentials?: GitCredentials;
}

/** Returns the environment of a child, with further settings after the ones that always hold. */
export function gitEnvironment(
  { env, home, url, credentials = {} }: GitSurroundings,
  settings: readonly GitSetting[] = [],
): Record<string, string> {
  const child: Record<string, string> = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_HTTP_LOW_SPEED_LIMIT: "1000",
    GIT_HTTP_LOW_SPEED_TIME: "30",
    GIT_ALLOW_PROTOCOL: url === undefined ? "" : transportOf(url, credentials.plainHttpHosts),
    GIT_SSH_COMMAND: sshCommand(credentials),
  };
  for (const name of passed) if (env[name] !== undefined) child[name] = env[name];
  if (credentials.sshAgentSocket !== undefined) child.SSH_AUTH_SOCK = credentials.sshAgentSocket;
  const all = [...always, ...settings];
  child.GIT_CONFIG_COUNT = String(all.length);
  for (const [at, [key, value]] of all.entries()) {
    child[`GIT_CONFIG_KEY_${at}`] = key;
    child[`GIT_CONFIG_VALUE_${at}`] = value;
  }
  return child;
}
