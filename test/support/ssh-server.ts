/** OpenSSH's own server on a free loopback port, one process for each connection. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const program = "/usr/sbin/sshd";

export const sshdIsHere = existsSync(program);

/** Starts a server that takes one key. Everything ends with the test. */
export async function startSshServer() {
  const folder = mkdtempSync(join(tmpdir(), "landfall-ssh-"));
  const keyFile = makeKey(folder, "user");
  const hostKey = makeKey(folder, "host");
  const config = join(folder, "sshd_config");
  writeFileSync(config, settings({ hostKey, authorized: `${keyFile}.pub` }));
  // sshd demands this directory of root, and its package only makes it when the service starts.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const log: string[] = [];
  const stop = new AbortController();
  const server = createServer((socket) => {
    const child = spawn(program, ["-i", "-e", "-f", config], { signal: stop.signal });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stderr.on("data", (chunk) => log.push(String(chunk)));
    socket.on("error", () => {});
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    stop.abort();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { port } = server.address() as AddressInfo;
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${readFileSync(`${hostKey}.pub`, "utf8")}`);
  return {
    /** The URL of a repository on this machine. */
    urlOf: (path: string) => `ssh://${userInfo().username}@127.0.0.1:${port}${path}`,
    /** A key that this server does not take. */
    otherKey: () => readFileSync(makeKey(folder, "other"), "utf8"),
    ...{ keyFile, key: readFileSync(keyFile, "utf8"), knownHosts, log },
  };
}

function makeKey(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
  return path;
}

function settings({ hostKey, authorized }: { hostKey: string; authorized: string }): string {
  return [
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    "LogLevel VERBOSE",
    "PidFile none",
    "",
  ].join("\n");
}
