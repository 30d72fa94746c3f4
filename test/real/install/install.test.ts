/** Landfall as people install it, each way from a clean clone. */

import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { cp, lstat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOr } from "../../support/all-or-some.ts";
import { openAppWorld } from "../../support/app-world.ts";
import { root } from "../../support/source-files.ts";

const exec = promisify(execFile);
const patience = 600_000;
let place: string;
let clone: string;

/** Without what the npm that runs these tests tells its children. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  ...{ npm_config_prefer_offline: "true", npm_config_update_notifier: "false" },
  ...{ GIT_AUTHOR_NAME: "x", GIT_AUTHOR_EMAIL: "x@localhost" },
  ...{ GIT_COMMITTER_NAME: "x", GIT_COMMITTER_EMAIL: "x@localhost" },
};

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await exec(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** A clone of what is here now, committed or not, without anything that was built. */
async function cleanClone(to: string): Promise<void> {
  const listed = await run(root, "git", "ls-files", "-coz", "--exclude-standard");
  const paths = listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  for (const path of paths) await cp(join(root, path), join(to, path));
  await run(to, "git", "init", "--quiet", "--initial-branch=main");
  await run(to, "git", "add", "--all");
  await run(to, "git", "commit", "--quiet", "--message", "all");
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), "landfall-install-"));
  clone = join(place, "clone");
  mkdirSync(clone);
  await cleanClone(clone);
}, patience);
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** What `npm ci` would put there. */
function withPackages(): void {
  if (!existsSync(join(clone, "node_modules"))) {
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  }
}

/** What `npm pack` made. */
function tarball(): string {
  return join(place, readdirSync(place).find((file) => file.endsWith(".tgz"))!);
}

describe("npm pack", () => {
  let home: string;
  beforeAll(async () => {
    withPackages();
    rmSync(join(clone, "dist"), { recursive: true, force: true });
    await run(clone, "npm", "pack", "--silent", "--pack-destination", place);
    home = join(place, "consumer");
    mkdirSync(home);
    await run(home, "npm", "install", "--prefix", home, tarball());
  }, patience);
  const landfall = (...args: string[]) =>
    run(home, join(home, "node_modules/.bin/landfall"), ...args);

  test("gives a package whose command runs", async () => {
    expect(await landfall("--version")).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("that npm would publish", async () => {
    const said = await run(place, "npm", "publish", "--dry-run", "--json", tarball());
    expect(JSON.parse(said)).toMatchObject({ landfall: { name: "landfall" } });
  });

  test("with which the demo plays", { timeout: patience }, async () => {
    const result = JSON.parse(await landfall("demo", "--json", "--quiet"));
    expect(result).toMatchObject({ command: "demo", exit: 0 });
  });

  test("that brings at most 14 packages and 16 MB, and nothing of the build", async () => {
    const modules = join(home, "node_modules");
    const lock = readFileSync(join(modules, ".package-lock.json"), "utf8");
    const brought = Object.keys(JSON.parse(lock).packages).filter(
      (path) => !/landfall$/.test(path),
    );
    expect(brought.length).toBeLessThanOrEqual(14);
    const bytes = await sizeOf(modules);
    expect(bytes / 1024 / 1024).toBeLessThan(16);
    const inside = readdirSync(join(modules, "landfall"), { recursive: true, encoding: "utf8" });
    expect(inside.filter((path) => /(?:^|\/)(?:src|test)\/|\.tsbuildinfo$/.test(path))).toEqual([]);
  });
});

test("from git and Node alone to the first deploy: three commands, under a minute", {
  timeout: patience,
}, async () => {
  const world = await openAppWorld();
  try {
    const revision = await world.commit("feat: one");
    rmSync(join(world.app, "landfall.yaml"));
    const prefix = join(world.root, "tools");
    const bin = join(prefix, "bin");
    mkdirSync(bin, { recursive: true });
    for (const tool of ["git", "node", "npm", "sh"]) {
      symlinkSync(await run(place, "sh", "-c", `command -v ${tool}`), join(bin, tool));
    }
    const cache = await run(place, "npm", "config", "get", "cache");
    const bare = { PATH: bin, HOME: world.root, npm_config_cache: cache };
    const type = async (line: string) => {
      const options = { cwd: world.app, env: { ...bare, npm_config_prefer_offline: "true" } };
      return (await exec("/bin/sh", ["-c", line], options)).stdout;
    };
    const begun = performance.now();
    await type(`npm install --global --prefix ${prefix} ${tarball()}`);
    await type("landfall init --yes");
    const said = await type("landfall promote");
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect(said).toMatch(/^landed /);
    expect(await world.truth("log", "-1", "--format=%B", "main")).toContain(revision);
  } finally {
    await world.close();
  }
});

// Each builds the package anew, and the git URL brings all that builds it: most of a minute.
describe.each(allOr(["a clone"], []))("npm install --global from %s", () => {
  test("by its folder", { timeout: patience }, async () => {
    withPackages();
    rmSync(join(clone, "dist"), { recursive: true, force: true });
    const prefix = join(place, "global");
    await run(clone, "npm", "install", "--global", "--prefix", prefix, ".");
    expect(await run(place, join(prefix, "bin/landfall"), "--version")).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("by its git URL", { timeout: patience }, async () => {
    const prefix = join(place, "from-git");
    await run(place, "npm", "install", "--global", "--prefix", prefix, `git+file://${clone}`);
    const bin = join(prefix, "bin/landfall");
    expect(await run(place, bin, "--version")).toMatch(/^\d+\.\d+\.\d+$/);
    // It is a copy: the clone may go.
    const installed = join(prefix, "lib/node_modules/landfall");
    expect((await lstat(installed)).isSymbolicLink()).toBe(false);
  });
});

async function sizeOf(folder: string): Promise<number> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const stats = await Promise.all(paths.map((path) => lstat(join(folder, path))));
  return stats.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}
