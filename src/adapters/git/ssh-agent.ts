/** A private SSH agent, so that a key that came as text never becomes a file. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Failure } from "../../core/failure.ts";
import { type GitCredentials, transportOf } from "./auth.ts";

/** Where an agent lives. */
export interface AgentHome {
  /** The caller's environment, of which only PATH is used. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A private directory, for the socket. */
  readonly home: string;
}

/** Where the agent lives, and for which repository. */
export interface AgentPlace extends AgentHome {
  readonly url: string;
  /** The socket's name in the home. */
  readonly name: string;
}

/** An agent of our own that holds one key. */
export interface KeyAgent {
  readonly socket: string;
  /** As OpenSSH prints it, on a line of its own. */
  readonly publicKey: string;
  /** Ends the agent, and with it all memory of the key. */
  close(): Promise<void>;
}

/** Credentials that ssh can use as they are, until they are closed. */
export interface ReadyCredentials {
  readonly credentials: GitCredentials;
  /** Ends the agent, and with it all memory of the key. */
  close(): Promise<void>;
}

/** An agent that outlives us (we may be killed) forgets the key after this time, in seconds. */
const keyLifeSeconds = 3_600;
/** Wall time to start the agent or to load the key, in milliseconds. */
const patienceMs = 10_000;

/**
 * Returns credentials in which a key's text has been handed to an agent of our own. Starts nothing
 * for other credentials, nor where the repository is not reached by ssh.
 *
 * @throws Failure `usage` when the key cannot be loaded, or OpenSSH is not installed.
 */
export async function readyCredentials(
  credentials: GitCredentials,
  place: AgentPlace,
): Promise<ReadyCredentials> {
  const { sshKey, plainHttpHosts } = credentials;
  if (sshKey === undefined || transportOf(place.url, plainHttpHosts) !== "ssh") {
    return { credentials, close: async () => {} };
  }
  const agent = await startKeyAgent(sshKey, place);
  return {
    credentials: { ...credentials, sshAgentSocket: agent.socket },
    close: () => agent.close(),
  };
}

/**
 * Starts an agent that holds a key.
 *
 * @param name The socket's name in the home.
 * @throws Failure `usage` when the key cannot be loaded, or OpenSSH is not installed.
 */
export async function startKeyAgent(
  key: string,
  { env: caller, home, name }: AgentHome & { readonly name: string },
): Promise<KeyAgent> {
  const socket = join(home, name);
  const env = {
    PATH: caller.PATH ?? "",
    HOME: home,
    SSH_AUTH_SOCK: socket,
    // A key with a passphrase is refused at once, instead of a question to nobody.
    SSH_ASKPASS: "/bin/false",
    SSH_ASKPASS_REQUIRE: "force",
  };
  const agent = await startAgent(socket, env);
  try {
    // ssh refuses a key without its last line end, and secrets often lose theirs, or have CRLF.
    await sshAdd(["-q", "-"], `${key.replaceAll("\r", "").trim()}\n`, env);
    const publicKey = await sshAdd(["-L"], "", env);
    return { socket, publicKey, close: () => stop(agent) };
  } catch (error) {
    await stop(agent);
    throw error;
  }
}

async function startAgent(socket: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const args = ["-D", "-a", socket, "-t", String(keyLifeSeconds)];
  const agent = spawn("ssh-agent", args, { env, stdio: ["ignore", "pipe", "ignore"] });
  try {
    // It says where its socket is once the socket is there.
    const signal = AbortSignal.timeout(patienceMs);
    await Promise.race([once(agent.stdout, "data", { signal }), failed(agent)]);
    return agent;
  } catch {
    await stop(agent);
    throw unusable("ssh-agent does not start", "Install OpenSSH's client, or give a key file.");
  }
}

/** Runs ssh-add, and returns what it prints. */
async function sshAdd(
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const signal = AbortSignal.timeout(patienceMs);
  const add = spawn("ssh-add", args, { env, signal, stdio: ["pipe", "pipe", "ignore"] });
  let printed = "";
  add.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  add.stdin.on("error", () => {});
  add.stdin.end(input);
  const code = await once(add, "close").then(
    ([status]) => status as number | null,
    () => null,
  );
  if (code === 0) return printed;
  throw unusable(
    "ssh-add does not take it",
    "Give an unencrypted private key in full, from its BEGIN line to its END line.",
  );
}

async function failed(child: ChildProcess): Promise<never> {
  await once(child, "close");
  throw new Error("ended");
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "close");
  child.kill("SIGTERM");
  await ended;
}

function unusable(why: string, hint: string): Failure {
  return new Failure("usage", `Cannot use the SSH key: ${why}`, hint);
}
