/** `npm run soak -- --edits N [--from SEED] [--folder FOLDER]…`: edits held against an oracle. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../dist/core/failure.js";
import { parseImageName } from "../../dist/core/image-ref.js";
import { seeded } from "../../dist/simulation/random.js";
import { setImages } from "../../dist/usecases/set.js";
import { silentIn, wrongIn } from "./judge.mjs";
import { disfiguredFile, mixture } from "./mixtures.mjs";
import { openOracle } from "./oracle.mjs";
import { keyOf, sitesIn } from "./sites.mjs";

const path = "f.yaml";
/** So many failures of a kind are printed in full. */
const shownMax = 5;

/** Edits so many mixtures, prints what came of them, and returns whether all is well. */
export async function soakEdits({ edits, from, folders, print }) {
  const oracle = openOracle();
  print(`the oracle is ${oracle.name}; seeds ${from} to ${from + edits - 1}\n`);
  const real = await realFiles(folders, oracle);
  const counts = new Map();
  const bad = { "wrong bytes": 0, silent: 0 };
  for (let seed = from; seed < from + edits; seed += 1) {
    const mixed = mixtureOf(seed, real);
    const { outcome, why } = await judged(mixed, oracle);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (bad[outcome] === undefined) continue;
    bad[outcome] += 1;
    if (bad[outcome] <= shownMax) print(shown(seed, { outcome, why, ...mixed }));
  }
  oracle.close();
  for (const [outcome, count] of [...counts].sort(([, a], [, b]) => b - a)) {
    print(`${String(count).padStart(8)} ${outcome}\n`);
  }
  return bad["wrong bytes"] + bad.silent === 0;
}

function shown(seed, { outcome, why, text, image, target }) {
  const source = text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
  return `\nseed ${seed}: ${outcome}\n${why.join("\n")}\n${image} to ${target.tag} in\n${source}\n`;
}

/** Returns the mixture of a seed: half are of real files, where there are some. */
function mixtureOf(seed, real) {
  const chance = seeded(seed);
  if (real.length === 0 || chance.happens(0.5)) return mixture(chance);
  const { target } = mixture(chance);
  const { text, image } = chance.pick(real);
  return { text: disfiguredFile(text, chance), image, target };
}

/** Edits one mixture in memory, as `landfall set` does, and says what came of it. */
async function judged({ text, image, target }, oracle) {
  const [tree] = await oracle.trees([text]);
  if (typeof tree === "string") return { outcome: "no YAML to the oracle, left out" };
  const key = keyOf(image);
  const own = sitesIn(tree).filter(({ name }) => keyOf(name) === key);
  const about = { key, names: [...new Set([image, ...own.map(({ name }) => name)])] };
  const edit = await edited({ text, image, target });
  if (edit.failure !== undefined) return { outcome: `refused: ${edit.failure}` };
  const wrong = await wrongIn({ before: text, after: edit.text }, about, target, oracle);
  if (wrong.length > 0) return { outcome: "wrong bytes", why: wrong };
  const places = placesIn(edit.result);
  const told = new Set(places.map(({ line }) => line));
  const left = await silentIn({ after: edit.text }, about, target, { told, oracle });
  const silent = left.filter(({ isComment }) => !isComment);
  if (silent.length > 0) {
    return { outcome: "silent", why: silent.map(({ line, text: what }) => `${line}: ${what}`) };
  }
  const mentions = placesIn(edit.result.mentions).length;
  return { outcome: mentions > 0 ? "moved, the rest told" : "moved whole" };
}

async function edited({ text, image, target }) {
  let bytes = new Uint8Array(Buffer.from(text));
  const files = {
    find: async () => [{ path, bytes }],
    replace: async (written) => {
      for (const file of written) bytes = file.bytes;
    },
  };
  const asked = { image: parseImageName(image), ...target };
  try {
    const result = await setImages({ images: [asked], paths: ["."] }, files);
    return { text: Buffer.from(bytes).toString(), result };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const quiet = error.message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"').replace(/\d+/g, "N");
    return { failure: quiet };
  }
}

/** Returns all that has a file and a line in a result, however it is nested. */
function placesIn(value) {
  if (value === null || typeof value !== "object") return [];
  const own = value.file !== undefined && value.line !== undefined ? [value] : [];
  return [...own, ...Object.values(value).flatMap(placesIn)];
}

/** Reads the manifests of folders that pin an image, one entry for each image of each file. */
async function realFiles(folders, oracle) {
  const found = [];
  for (const folder of folders) {
    for (const name of readdirSync(folder, { recursive: true })) {
      if (!/\.(?:ya?ml|json)$/.test(name)) continue;
      const text = readIfFile(join(folder, name));
      if (text === undefined || text.length > 20_000) continue;
      const [tree] = await oracle.trees([text]);
      if (typeof tree === "string") continue;
      const sites = sitesIn(tree).filter(({ form }) => form !== "elsewhere" && form !== "empty");
      for (const image of new Set(sites.map(({ name }) => name))) found.push({ text, image });
    }
  }
  return found;
}

function readIfFile(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
