/**
 * `npm run corpus -- FOLDER… [--details FILE] [--image PART]`: moves every image that an outside
 * reader finds in folders of real manifests, each in a scratch copy, and counts what came of it.
 */

import { execFile, execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { silentIn, wrongIn } from "./judge.mjs";
import { openOracle } from "./oracle.mjs";
import { keyOf, sitesIn } from "./sites.mjs";

const target = { tag: "sha-0a1b2c3", digest: `sha256:${"0a1b2c3d".repeat(8)}` };
const manifest = /\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/;

const outcomes = ["moved whole", "with mentions", "silent", "refused", "wrong bytes"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    details: { type: "string" },
    image: { type: "string", default: "" },
    cli: { type: "string", default: fileURLToPath(new URL("../../dist/cli.js", import.meta.url)) },
  },
});
if (positionals.length === 0) {
  process.stderr.write("corpus: name at least one folder with manifests\n");
  process.exit(2);
}
if (values.details !== undefined) writeFileSync(values.details, "");

const isWatched = process.stderr.isTTY;
const oracle = openOracle();
process.stderr.write(`corpus: the outside reader is ${oracle.name}\n`);
const rows = [];
const reasons = new Map();
for (const folder of positionals) rows.push(await countFolder(resolve(folder)));
oracle.close();
print();
process.exitCode = rows.some((row) => row["wrong bytes"] + row.silent > 0) ? 1 : 0;

/** Moves each image of one folder, and counts. */
async function countFolder(folder) {
  const scratch = mkdtempSync(join(tmpdir(), "landfall-corpus-"));
  try {
    cpSync(folder, scratch, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => basename(path) !== ".git",
    });
    git(scratch, "init", "-q");
    git(scratch, "add", "-A", "-f");
    git(scratch, "-c", "user.name=c", "-c", "user.email=c@localhost", "commit", "-qm", "corpus");
    const { files, images, pairs } = await read(scratch);
    const row = { folder: basename(folder), files, images: images.length, "in files": pairs };
    for (const outcome of outcomes) row[outcome] = 0;
    for (const [at, image] of images.entries()) {
      if (!image.key.includes(values.image)) continue;
      const found = await move(scratch, image);
      row[found.outcome] += 1;
      if (found.outcome === "refused") count(reasons, found.reason);
      tell({ folder: row.folder, image: image.names[0], ...found });
      if (isWatched) process.stderr.write(`\r${row.folder} ${at + 1}/${images.length} `);
    }
    if (isWatched) process.stderr.write("\n");
    return row;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Reads a folder as an outsider: the images that stand in it, by the names they are spelled by. */
async function read(root) {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => manifest.test(path) && !path.startsWith(".git/"));
  const images = new Map();
  let pairs = 0;
  for (const path of paths) {
    const [tree] = await oracle.trees([readFileSync(join(root, path), "utf8")]);
    if (typeof tree === "string") continue;
    const here = new Set();
    for (const { form, name } of sitesIn(tree)) {
      const key = keyOf(name);
      const image = images.get(key) ?? { key, spelled: new Map(), isFound: false };
      images.set(key, image);
      count(image.spelled, name);
      if (form === "elsewhere" || form === "empty") continue;
      image.isFound = true;
      here.add(key);
    }
    pairs += here.size;
  }
  const found = [...images.values()].filter(({ isFound }) => isFound);
  const named = found.map(({ key, spelled }) => {
    const names = [...spelled].sort(([, a], [, b]) => b - a).map(([name]) => name);
    return { key, names };
  });
  return { files: paths.length, images: named, pairs };
}

/** Moves one image with `landfall set`, judges what came of it, and takes it back. */
async function move(scratch, image) {
  const asked = `${image.names[0]}=${target.tag}@${target.digest}`;
  const { status, stdout, stderr } = await landfall(
    ["set", asked, "--path", ".", "--json"],
    scratch,
  );
  const changed = git(scratch, "status", "--porcelain", "-z", "--untracked-files=all")
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => line.slice(3));
  try {
    if (status !== 0) return refusal({ status, stderr, changed, scratch, image });
    const wrong = [];
    const olds = new Map(changed.map((path) => [path, git(scratch, "show", `HEAD:${path}`)]));
    for (const [path, before] of olds) {
      const after = readFileSync(join(scratch, path), "utf8");
      const found = await wrongIn({ before, after }, image, target, oracle);
      wrong.push(...found.map((what) => `${path}: ${what}`));
    }
    if (wrong.length > 0) return { outcome: "wrong bytes", wrong };
    const result = JSON.parse(stdout);
    const silent = await silentUnder(scratch, image, result);
    if (silent.some(({ isComment }) => !isComment)) return { outcome: "silent", silent };
    const mentions = placesIn(result.mentions).length;
    return { outcome: mentions > 0 ? "with mentions" : "moved whole", mentions, comments: silent };
  } finally {
    git(scratch, "checkout", "-q", "--", ".");
    git(scratch, "clean", "-qfdx");
  }
}

/** Returns where the image still stands, in files that name it, without being told. */
async function silentUnder(scratch, image, result) {
  const told = new Map();
  for (const { file, line } of placesIn(result)) {
    told.set(file, (told.get(file) ?? new Set()).add(line));
  }
  const patterns = image.names.flatMap((name) => ["-e", name.slice(name.lastIndexOf("/") + 1)]);
  const naming = git(scratch, "grep", "-lzFI", ...patterns)
    .split("\0")
    .filter((path) => manifest.test(path));
  const silent = [];
  for (const path of naming) {
    const after = readFileSync(join(scratch, path), "utf8");
    const about = { told: told.get(path) ?? new Set(), oracle };
    const left = await silentIn({ after }, image, target, about);
    silent.push(...left.map((place) => ({ path, ...place })));
  }
  return silent;
}

/** Returns all that has a file and a line in a result, however it is nested. */
function placesIn(value) {
  if (value === null || typeof value !== "object") return [];
  const own = value.file !== undefined && value.line !== undefined ? [value] : [];
  return [...own, ...Object.values(value).flatMap(placesIn)];
}

/** A refusal must have changed nothing, and name a file in which the image stands. */
function refusal({ status, stderr, changed, scratch, image }) {
  if (changed.length > 0)
    return { outcome: "wrong bytes", wrong: [`refused, and changed ${changed}`] };
  const [first = ""] = stderr.split("\n");
  const place = /^landfall: (.+?):(\d+)(?::\d+)?: /.exec(first);
  const text = place === null ? "" : readFileSync(join(scratch, place[1]), "utf8");
  const isOwn = image.names.some((name) => text.includes(name.slice(name.indexOf("/") + 1)));
  const words = first
    .replace(/^landfall: (?:.+?:\d+(?::\d+)?: )?/, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replace(/\d+/g, "N");
  const where =
    place === null ? "names no place" : isOwn ? "at a place of its own" : "in a foreign file";
  return { outcome: "refused", reason: `${where}: ${words}`, status, message: first };
}

function landfall(args, cwd) {
  return new Promise((done) => {
    const options = { cwd, maxBuffer: 2 ** 28, env: { PATH: process.env.PATH } };
    execFile(process.execPath, [resolve(values.cli), ...args], options, (error, stdout, stderr) => {
      done({ status: error === null ? 0 : (error.code ?? 1), stdout, stderr });
    });
  });
}

function git(cwd, ...args) {
  try {
    return execFileSync("git", ["-c", "core.autocrlf=false", ...args], {
      ...{ cwd, encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "pipe"] },
    });
  } catch (error) {
    if (args[0] === "grep" && error.status === 1) return "";
    throw error;
  }
}

function count(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function tell(found) {
  if (values.details !== undefined) appendFileSync(values.details, `${JSON.stringify(found)}\n`);
}

function print() {
  const total = { folder: "all" };
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (typeof value === "number") total[name] = (total[name] ?? 0) + value;
    }
  }
  const names = Object.keys(total);
  const line = (cells) => `| ${cells.join(" | ")} |\n`;
  process.stdout.write(line(names) + line(names.map(() => "---")));
  for (const row of [...rows, total]) process.stdout.write(line(names.map((name) => row[name])));
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  for (const [reason, times] of sorted) process.stdout.write(`\n${times} refused ${reason}`);
  process.stdout.write("\n");
}
