/** A repository of 10,000 manifests, a history of 100,000 commits, and the start of the program. */

import { cli, git, median, openServer, run } from "./server.mjs";
import { addHistory } from "./single.mjs";

const names = ["frontend", "backend", "nginx"].map((name) => `ghcr.io/acme/${name}`);

/** Finds three images in many manifests, by ourselves and by `git grep`, in turn. */
export async function manyManifests({ manifests, runs }) {
  const files = Object.fromEntries(
    Array.from({ length: manifests }, (_, at) => {
      const image = at % Math.ceil(manifests / 3) === 0 ? names[at % 3] : `ghcr.io/acme/other${at}`;
      return [`infra/${at % 100}/app${at}.yml`, filler(at, image)];
    }),
  );
  const world = await openServer({ files, delayMs: 0 });
  try {
    world.publish();
    const { findPins, needlesOf } = await import("../dist/core/pins/index.js");
    const { parseImageName } = await import("../dist/core/image-ref.js");
    const wanted = names.map(parseImageName);
    const bytes = Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) }));
    const needles = needlesOf(wanted);
    const find = [];
    const grep = [];
    let pins = 0;
    for (let at = 0; at < runs; at += 1) {
      let startedMs = performance.now();
      const mentions = bytes.filter((file) => needles.some((word) => file.bytes.includes(word)));
      pins = mentions.flatMap((file) => findPins(file, wanted)).length;
      find.push(performance.now() - startedMs);
      startedMs = performance.now();
      const words = names.flatMap((name) => ["-e", name]);
      git(world.bare, "grep", "-c", "-F", ...words, "main", "--", "infra");
      grep.push(performance.now() - startedMs);
    }
    const listed = await run(process.execPath, pinsWords(world), { cwd: world.root });
    const [findMs, grepMs] = [median(find), median(grep)];
    return [
      {
        manifests,
        pins,
        "find ms": Math.round(findMs),
        "git grep ms": Math.round(grepMs),
        ratio: (findMs / grepMs).toFixed(2),
        "landfall pins, all of it, ms": Math.round(listed.ms),
      },
    ];
  } finally {
    await world.close();
  }
}

function pinsWords({ url }) {
  const images = names.flatMap((name) => ["--image", name]);
  return [cli, "pins", "--repository", url, "--path", "infra", ...images, "--json"];
}

function filler(at, image) {
  const ports = Array.from({ length: 40 }, (_, port) => `            - containerPort: ${port}\n`);
  return (
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app${at}\nspec:\n  template:\n` +
    `    spec:\n      containers:\n        - image: ${image}:sha-0000000\n          ports:\n${ports.join("")}`
  );
}

/** Promotes across a long history: the pin holds its first commit, ours is its last. */
export async function longHistory({ commits }) {
  const world = await openServer({ files: { "infra/app.yml": "x: y\n" }, delayMs: 0 });
  try {
    const first = git(world.work, "rev-parse", "HEAD");
    git(world.work, "rm", "-q", "infra/app.yml");
    const { mkdirSync, writeFileSync } = await import("node:fs");
    mkdirSync(`${world.work}/infra`, { recursive: true });
    const text = `image: ghcr.io/acme/app:sha-${first.slice(0, 7)}\n`;
    writeFileSync(`${world.work}/infra/app.yml`, text);
    git(world.work, "add", "-A");
    git(world.work, "commit", "-qm", "chore: pin");
    addHistory(world.work, commits);
    const revision = git(world.work, "rev-parse", "HEAD");
    world.publish();
    const where = ["--repository", world.url, "--source", world.work, "--path", "infra"];
    const what = [
      "--revision",
      revision,
      "--image",
      "ghcr.io/acme/app",
      "--no-image-check",
      "--json",
    ];
    const { out, ms } = await run(process.execPath, [cli, "promote", ...where, ...what], {
      cwd: world.root,
    });
    const { outcome } = JSON.parse(out);
    const { bytesOut } = world.server.stats;
    return [{ commits, outcome, "promote ms": Math.round(ms), "bytes fetched": bytesOut }];
  } finally {
    await world.close();
  }
}

/** Starts the program and a bare Node in turn. */
export async function startUp({ runs }) {
  const ours = [];
  const bare = [];
  for (let at = 0; at < runs; at += 1) {
    ours.push((await run(process.execPath, [cli, "--version"], { cwd: "." })).ms);
    bare.push((await run(process.execPath, ["-e", "0"], { cwd: "." })).ms);
  }
  const [ourMs, bareMs] = [Math.round(median(ours)), Math.round(median(bare))];
  return [{ "landfall --version ms": ourMs, "node -e 0 ms": bareMs, "more ms": ourMs - bareMs }];
}
