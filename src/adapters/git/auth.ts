/**
 * Who we are to a git server: secrets become environment, never argv, never part of a URL, never a
 * file.
 */

import { Failure } from "../../core/failure.ts";

/** What git may show to one server. All optional: a public repository needs nothing to be read. */
export interface GitCredentials {
  /** GitHub, GitLab and Gitea take any name with a token; this is GitHub's own. */
  readonly username?: string;
  readonly token?: string;
  /** Makes the token, and another one before it runs out. Undefined: we are nobody there. */
  readonly mint?: () => Promise<string | undefined>;
  /** A private SSH key's text. An agent of our own holds it (ssh-agent.ts). */
  readonly sshKey?: string;
  /** File with a private SSH key. */
  readonly sshKeyFile?: string;
  readonly sshKnownHostsFile?: string;
  /** Socket of an SSH agent that holds the key. */
  readonly sshAgentSocket?: string;
  /** Hosts that may be spoken to in plain http, besides this machine. */
  readonly plainHttpHosts?: readonly string[];
}

/** One setting of git, handed over by environment. */
export type GitSetting = readonly [key: string, value: string];

/** How the server of a repository is reached. */
export type Transport = "https" | "http" | "ssh" | "file";

const tokenUser = "x-access-token";

/**
 * Returns how a repository is reached.
 *
 * @throws Failure `usage` for a URL with a secret in it, for plain http to another machine, and for
 *   schemes that nobody asked for.
 */
export function transportOf(url: string, plainHttpHosts: readonly string[] = []): Transport {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/@]*@/i.test(url) && !/^ssh:\/\/[^/:@]+@/i.test(url)) {
    throw refused(
      "it holds a user name or a secret",
      "Pass the token by LANDFALL_GIT_TOKEN instead.",
    );
  }
  if (/^https:\/\//i.test(url)) return "https";
  if (/^http:\/\/(?:localhost|127\.[0-9.]+|\[::1\])(?:[:/]|$)/i.test(url)) return "http";
  if (plainHttpHosts.includes(/^http:\/\/([^/:]+)/i.exec(url)?.[1] ?? "")) return "http";
  if (/^http:\/\//i.test(url)) {
    throw refused("plain http would show the token to the network", "Use https.");
  }
  if (/^ssh:\/\/[^-]/i.test(url) || /^[\w.][\w.-]*@[\w.-]+:[^/-]/.test(url)) return "ssh";
  if (/^(?:\/|\.{1,2}(?:\/|$))/.test(url) || /^file:\/\/\//i.test(url)) return "file";
  throw refused("it is neither https, ssh nor a path", "Write https://…, ssh://… or a path.");

  function refused(why: string, hint: string): Failure {
    const shown = url.replace(/\/\/[^/@]*@/, "//…@");
    return new Failure("usage", `Cannot use the repository "${shown}": ${why}`, hint);
  }
}

/** Returns the settings that make git show the token to this repository's server and no other. */
export function tokenSettings(url: string, credentials: GitCredentials): readonly GitSetting[] {
  // A repository reached otherwise would hand the setting, and so the token, to its own hooks.
  if (!/^https?:/i.test(url)) return [];
  const key = `http.${url}.extraheader`;
  // The empty value drops what other configuration had under the same key; git would send both.
  if (credentials.token === undefined) return [[key, ""]];
  return [
    [key, ""],
    [key, `Authorization: Basic ${basic(credentials)}`],
  ];
}

/** Returns the credentials with the token that is good now. Throws what making one throws. */
export async function withToken(credentials: GitCredentials): Promise<GitCredentials> {
  const token = await credentials.mint?.();
  return token === undefined ? credentials : { ...credentials, token };
}

/** Returns the command that git runs for ssh: no prompts, no unknown hosts, only our key. */
export function sshCommand(credentials: GitCredentials): string {
  const words = ["ssh", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
  const { sshKey, sshKeyFile, sshKnownHostsFile } = credentials;
  // Only the key in our agent. With a file, only that file's key, whoever else's the agent holds.
  if (sshKey !== undefined) words.push("-o", "IdentityFile=none");
  else if (sshKeyFile !== undefined)
    words.push("-i", quoted(sshKeyFile), "-o", "IdentitiesOnly=yes");
  if (sshKnownHostsFile !== undefined) {
    words.push("-o", quoted(`UserKnownHostsFile=${sshKnownHostsFile}`));
  }
  return words.join(" ");
}

/** Returns a function that blackens every spelling of the secrets in a text. */
export function redactor(credentials: GitCredentials): (text: string) => string {
  const { token } = credentials;
  if (token === undefined || token === "") return (text) => text;
  const spellings = [token, encodeURIComponent(token), basic(credentials)];
  return (text) => spellings.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}

function basic({ username, token }: GitCredentials): string {
  return Buffer.from(`${username ?? tokenUser}:${token ?? ""}`).toString("base64");
}

/** git hands the command to a shell, so a path must be one word of it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
