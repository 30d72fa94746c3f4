/** Debian's docker-registry on a free loopback port, with its store in memory. */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = "docker-registry";

export const dockerRegistryIsHere = spawnSync(program, ["--version"]).status === 0;

/** The only user that `auth: "basic"` knows. */
export const dockerRegistryUser = { username: "robin", password: "s3cret-pass" };
// bcrypt, the only hash that docker-registry reads, of the password above.
const htpasswd = "robin:$2y$05$abcdefghijklmnopqrstuuV7fpPozvyqJfnY19y0802WTlXUm6Rjy\n";

export async function startDockerRegistry(auth: "none" | "basic") {
  const folder = mkdtempSync(join(tmpdir(), "landfall-docker-registry-"));
  writeFileSync(join(folder, "htpasswd"), htpasswd);
  writeFileSync(join(folder, "config.yml"), config(folder, auth));
  const child = spawn(program, ["serve", join(folder, "config.yml")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const host = await new Promise<string>((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (chunk) => {
      log += chunk;
      const port = /listening on 127\.0\.0\.1:(\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(`127.0.0.1:${port}`);
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`docker-registry ended: ${log}`)));
  });
  return {
    host,
    async close() {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function config(folder: string, auth: "none" | "basic"): string {
  const access = { htpasswd: { realm: "test", path: join(folder, "htpasswd") } };
  return JSON.stringify({
    version: 0.1,
    log: { level: "info", accesslog: { disabled: true } },
    storage: { inmemory: {} },
    http: { addr: "127.0.0.1:0" },
    ...(auth === "basic" ? { auth: access } : {}),
  });
}
