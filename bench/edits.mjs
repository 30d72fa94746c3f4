/** `landfall set` beside what people edit tags with, and how the time grows with the pins. */

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cli, median, openServer, run } from "./server.mjs";

const image = "ghcr.io/acme/api";
const other = "ghcr.io/acme/web";

/** One manifest of about 500 bytes. */
const deployment = (at, name = image) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app${at}\nspec:\n  template:\n    spec:\n` +
  `      containers:\n        - name: main\n          image: ${name}:sha-0000000\n          ports:\n` +
  Array.from({ length: 10 }, (_, port) => `            - containerPort: ${8000 + port}\n`).join("");

const kustomization = `kind: Kustomization\nresources: []\nimages:\n- name: ${image}\n  newTag: sha-0000000\n`;

/** What is edited. Each world is a folder `w` with these files. */
const worlds = (size) => {
  const big = documents(size * 4, () => true);
  const sparse = documents(size * 5, (at) => at % (size / 10) === 0, tiny);
  return [
    ["one file", { "a.yaml": deployment(0) }],
    ["one kustomization", { "kustomization.yaml": kustomization }],
    [`${size} files, 3 with the image`, manyFiles(size, (at) => at % Math.ceil(size / 3) === 0)],
    [`${size} files, all with the image`, manyFiles(size, () => true)],
    [`one file of ${(big.length / 1e6).toFixed(0)} MB, ${size * 4} pins`, { "all.yaml": big }],
    [`${size * 5} documents in one file, 50 pins`, { "all.yaml": sparse }],
  ];
};

function manyFiles(count, isOurs) {
  const entries = Array.from({ length: count }, (_, at) => [
    `${at % 100}/app${at}.yaml`,
    deployment(at, isOurs(at) ? image : other),
  ]);
  return Object.fromEntries(entries);
}

const tiny = (at, name) => (name === other ? `a: ${at}\n` : `image: ${name}:sha-0000000\n`);

function documents(count, isOurs, document = deployment) {
  const all = Array.from({ length: count }, (_, at) => document(at, isOurs(at) ? image : other));
  return all.join("---\n");
}

const query = (tag) => `(.. | select(tag == "!!str" and test("^${image}:"))) = "${image}:${tag}"`;

/** The ways to edit, each as its processes in turn. */
const tools = {
  landfall: () => (tag) => [
    [process.execPath, [cli, "set", `${image}=${tag}`, "--path", "w", "--quiet"]],
  ],
  "sed -i": (files) => (tag) =>
    chunksOf(files, 2_000).map((part) => {
      return ["sed", ["-i", `s#\\(${image}:\\)[A-Za-z0-9_.-]*#\\1${tag}#`, ...part]];
    }),
  "yq -i": (files) => (tag) => files.map((file) => ["yq", ["-i", query(tag), file]]),
  "kustomize edit set image": () => (tag) => [
    ["kustomize", ["edit", "set", "image", `${image}=:${tag}`]],
  ],
};

/** Whether a peer is here, and the program that is meant: there are two called yq. */
const present = {
  landfall: () => true,
  "sed -i": () => spawnSync("sed", ["--version"]).status === 0,
  "yq -i": () => String(spawnSync("yq", ["--version"]).stdout).includes("mikefarah"),
  "kustomize edit set image": () => spawnSync("kustomize", ["version"]).status === 0,
};

/** A process for each of 10,000 files would take the afternoon. */
const processesMax = 500;

/** Edits each world with each tool, and returns a row for each pair. */
export async function beside({ size, runs }) {
  const rows = [];
  for (const [world, files] of worlds(size)) {
    const root = mkdtempSync(join(tmpdir(), "landfall-edits-"));
    write(root, files);
    const isKustomization = files["kustomization.yaml"] !== undefined;
    const peers = isKustomization ? ["kustomize edit set image"] : ["sed -i", "yq -i"];
    for (const tool of ["landfall", ...peers]) {
      rows.push(await measure({ root, world, tool, runs }));
    }
    rmSync(root, { recursive: true, force: true });
  }
  return rows;
}

function write(root, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, "w", path)), { recursive: true });
    writeFileSync(join(root, "w", path), text);
  }
}

async function measure({ root, world, tool, runs }) {
  const row = { world, tool, "files edited": "-", ms: "not here", "peak MiB": "-" };
  if (!present[tool]()) return row;
  const naming = execFileSync("grep", ["-rlF", image, "w"], { cwd: root, maxBuffer: 2 ** 26 });
  const all = naming.toString().trim().split("\n");
  const files = tool === "yq -i" ? all.slice(0, processesMax) : all;
  const cwd = tool === "kustomize edit set image" ? join(root, "w") : root;
  const commands = tools[tool](files);
  const [times, peaks] = [[], []];
  // A big world once is enough: it is the same work many times over.
  const repeats = all.length > 1_000 || world.includes(" MB") ? 1 : runs;
  for (let at = 0; at < repeats; at += 1) {
    const tag = `sha-${String(at + 1).padStart(7, "1")}`;
    let ms = 0;
    for (const [command, args] of commands(tag)) {
      const done = await runMeasured(command, args, cwd);
      if (done.code !== 0) throw new Error(`${tool} exited with ${done.code} in ${world}`);
      ms += done.ms;
      peaks.push(done.peakMiB);
    }
    times.push(ms);
    const first = readFileSync(join(root, files[0]), "utf8");
    if (!first.includes(tag)) throw new Error(`${tool} did not edit ${files[0]}`);
  }
  return {
    ...row,
    "files edited": files.length,
    ms: Math.round(median(times)),
    "peak MiB": Math.max(...peaks),
  };
}

/** Runs a process and returns its exit status, wall time, and the most memory that was seen. */
function runMeasured(command, args, cwd) {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    const child = spawn(command, args, { cwd, stdio: "ignore" });
    let peakMiB = 0;
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, peakOf(child.pid));
    }, 20);
    child.on("close", (code) => {
      clearInterval(timer);
      resolve({ code, ms: performance.now() - startedMs, peakMiB });
    });
  });
}

/** Returns what the kernel saw a process use at most, so far. Elsewhere than on Linux nothing. */
function peakOf(pid) {
  try {
    const [, kib] = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Math.round(Number(kib) / 1024);
  } catch {
    return 0;
  }
}

function chunksOf(list, size) {
  const count = Math.ceil(list.length / size);
  return Array.from({ length: count }, (_, at) => list.slice(at * size, (at + 1) * size));
}

/** Moves more and more pins, each in a file of its own: by `set`, and by one round of `promote`. */
export async function growth({ counts }) {
  const rows = [];
  for (const pins of counts) rows.push(await grown(pins));
  return rows;
}

async function grown(pins) {
  const files = Object.fromEntries(
    Object.entries(manyFiles(pins, () => true)).map(([path, text]) => [`w/${path}`, text]),
  );
  const world = await openServer({ files, delayMs: 0 });
  try {
    const revision = world.commit("feat: change");
    world.publish();
    const where = ["--repository", world.url, "--source", world.work, "--path", "w"];
    const what = ["--revision", revision, "--image", image, "--no-image-check", "--quiet"];
    const promote = [cli, "promote", ...where, ...what];
    const dry = await run(process.execPath, [...promote, "--dry-run"], { cwd: world.root });
    const landed = await run(process.execPath, promote, { cwd: world.root });
    const set = [cli, "set", `${image}=sha-1111111`, "--path", "w", "--quiet"];
    const edited = await run(process.execPath, set, { cwd: world.work });
    const failed = [dry, landed, edited].find(({ code }) => code !== 0);
    if (failed !== undefined) throw new Error(`exit ${failed.code} with ${pins} pins`);
    const each = (ms) => ((ms * 1_000) / pins).toFixed(0);
    return {
      pins,
      "set ms": Math.round(edited.ms),
      "set µs a pin": each(edited.ms),
      "promote --dry-run ms": Math.round(dry.ms),
      "µs a pin": each(dry.ms),
      "promote ms": Math.round(landed.ms),
    };
  } finally {
    await world.close();
  }
}
