/** One uncontended promote against the bare pair of git commands, on the same server, in turn. */

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { cli, git, median, openServer, run } from "./server.mjs";

const manifest = (at) => `image: ghcr.io/acme/app${at}:sha-0000000\n`;

/** Returns a row for each delay: requests, bytes and milliseconds of both, and the ratio. */
export async function single({ delays, runs }) {
  const rows = [];
  for (const delayMs of delays) rows.push(await pair({ delayMs, runs, files: {} }));
  return rows;
}

/** Returns bytes fetched with a long history, and with code and binaries beside the manifests. */
export async function bytesBeside() {
  const code = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [`src/file${at}.bin`, randomBytes(2 ** 20)]),
  );
  return [
    { beside: "nothing", ...(await fetched({ files: {} })) },
    { beside: "10,000 commits", ...(await fetched({ files: {}, commits: 10_000 })) },
    { beside: "50 MiB of code", ...(await fetched({ files: code })) },
  ];
}

async function fetched({ files, commits = 0 }) {
  const { world, revision } = await prepare({ delayMs: 0, files, commits });
  try {
    await promote(world, revision, 0);
    const { requests, bytesOut } = world.server.stats;
    return { requests, "bytes fetched": bytesOut };
  } finally {
    await world.close();
  }
}

async function prepare({ delayMs, files, commits = 0 }) {
  const own = Object.fromEntries(
    Array.from({ length: 16 }, (_, at) => [`infra/app${at}.yml`, manifest(at)]),
  );
  const world = await openServer({ files: { ...own, ...files }, delayMs });
  if (commits > 0) addHistory(world.work, commits);
  const revision = world.commit("feat: change");
  world.publish();
  return { world, revision };
}

/** Puts many small commits on top, by one process. */
export function addHistory(work, commits) {
  const parts = [];
  for (let at = 0; at < commits; at += 1) {
    const who = `Bench <bench@localhost> ${1_700_000_000 + at} +0000`;
    const from = at === 0 ? `from ${git(work, "rev-parse", "main")}\n` : "";
    parts.push(`commit refs/heads/main\ncommitter ${who}\ndata 7\nfeat: x\n${from}\n`);
  }
  execFileSync("git", ["fast-import", "--quiet", "--force"], { cwd: work, input: parts.join("") });
  git(work, "reset", "-q", "--hard", "main");
}

function promote(world, revision, at) {
  const image = `ghcr.io/acme/app${at % 16}=sha-${revision.slice(0, 6)}${at.toString(16).padStart(2, "0")}`;
  const words = ["--repository", world.url, "--source", world.work, "--revision", revision];
  const where = ["--image", image, "--path", "infra", "--no-image-check", "--quiet"];
  return run(process.execPath, [cli, "promote", ...words, ...where], { cwd: world.root });
}

async function pair({ delayMs, runs, files }) {
  const { world, revision } = await prepare({ delayMs, files });
  const ours = [];
  const theirs = [];
  let requests = 0;
  let bareRequests = 0;
  try {
    for (let at = 0; at < runs; at += 1) {
      const before = world.server.stats.requests;
      const { code, ms } = await promote(world, revision, at);
      if (code !== 0) throw new Error(`promote exited with ${code}`);
      ours.push(ms);
      requests = world.server.stats.requests - before;
      theirs.push(await barePair(world, at));
      bareRequests = world.server.stats.requests - before - requests;
    }
  } finally {
    await world.close();
  }
  const [ourMs, bareMs] = [median(ours), median(theirs)];
  return {
    "delay ms": delayMs,
    "promote ms": Math.round(ourMs),
    requests,
    "bare pair ms": Math.round(bareMs),
    "its requests": bareRequests,
    ratio: (ourMs / bareMs).toFixed(2),
  };
}

async function barePair(world, at) {
  const directory = join(world.root, `bare-${at}`);
  git(world.root, "init", "-q", "--bare", directory);
  const fetch = ["fetch", "-q", "--depth=1", world.url, "+refs/heads/main:refs/t"];
  const first = await run("git", fetch, { cwd: directory });
  const commit = git(directory, "commit-tree", "-p", "refs/t", "-m", "x", "refs/t^{tree}");
  const second = await run("git", ["push", "-q", world.url, `${commit}:refs/heads/main`], {
    cwd: directory,
  });
  if (first.code !== 0 || second.code !== 0) throw new Error("the bare pair failed");
  return first.ms + second.ms;
}
