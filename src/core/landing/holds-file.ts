/** The file that keeps holds on the manifests branch, both ways. The push protects it. */

import type { Document } from "yaml";
import { Failure } from "../failure.ts";
import { asRevision } from "../ids.ts";
import { parseImageName, printImageName } from "../image-ref.ts";
import { parseYaml } from "../yaml/parse.ts";
import type { Hold, HoldWords } from "./hold.ts";

/** Where holds live on the manifests branch. */
export const holdsPath = ".landfall/holds.yaml";

/** Its folder. Where that is a file of somebody's, there are no holds, and none can be written. */
export const holdsFolder = ".landfall";

/** Hundreds of holds. The parser takes a time that is quadratic in the number of keys. */
const bytesMax = 64 * 1024;

/**
 * Reads the holds file. No file is no holds.
 *
 * @throws Failure `bad-manifest` when it cannot be understood: a hold that is misread must not be
 *   taken for none.
 */
export function readHolds(bytes: Uint8Array | undefined): readonly Hold[] {
  if (bytes === undefined) return [];
  if (bytes.length > bytesMax) throw unreadable(`it has more than ${bytesMax} bytes`);
  const document = parseYaml(new TextDecoder().decode(bytes));
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(error.message);
  const root = plainValue(document);
  const list = isRecord(root) ? root.holds : undefined;
  if (!Array.isArray(list)) throw unreadable("it has no list `holds`");
  return list.map(readHold);
}

/** A file that uses aliases is none that we wrote, and could be a bomb. */
function plainValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    throw unreadable((error as Error).message);
  }
}

/**
 * Prints the holds file. Strings are written as JSON, which every YAML reader takes.
 *
 * @throws Failure `usage` when it would be more than can be read back.
 */
export function writeHolds(holds: readonly Hold[]): Uint8Array {
  const lines = ["# Written by `landfall rollback` and `freeze`; `release` and `thaw` lift them."];
  lines.push(holds.length === 0 ? "holds: []" : "holds:");
  for (const hold of holds) {
    const fields = Object.entries({ ...hold, images: hold.images?.map(printImageName) });
    const inOrder = fields
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => keys.indexOf(a) - keys.indexOf(b));
    const [first = "", ...others] = inOrder.map(
      ([key, value]) => `${key}: ${JSON.stringify(value)}`,
    );
    lines.push(`  - ${first}`, ...others.map((field) => `    ${field}`));
  }
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  if (bytes.length > bytesMax) throw tooMany(holds.length);
  return bytes;
}

/** The keys of a hold, in the order of the file. */
const keys = ["through", "freeze", "images", "environment", "paths", "reason", "by", "at", "until"];

function readHold(entry: unknown): Hold {
  if (!isRecord(entry)) throw unreadable("an entry of `holds` is not a mapping");
  const strange = Object.keys(entry).find((key) => !keys.includes(key));
  if (strange !== undefined) {
    throw unreadable(`a hold has the key \`${strange}\`, which means nothing here`);
  }
  const words = wordsIn(entry);
  const isFreeze = entry.through === undefined;
  if (isFreeze && entry.images === undefined) return words;
  const { images } = entry;
  const names = Array.isArray(images) ? images.map((name) => parseImageName(String(name))) : [];
  const known = names.filter((name) => name !== undefined);
  if (known.length === 0 || known.length < names.length)
    throw unreadable("a hold has wrong `images`");
  if (isFreeze) return { ...words, images: known };
  const through = asRevision(text(entry, "through"));
  if (through === undefined) throw unreadable("`through` of a hold is not a full commit id");
  if (entry.freeze === undefined) return { ...words, images: known, through };
  if (entry.freeze !== true) throw unreadable("`freeze` of a hold is not `true`");
  return { ...words, images: known, through, freeze: true };
}

function wordsIn(entry: Record<string, unknown>): HoldWords {
  const { paths, until } = entry;
  if (until !== undefined && Number.isNaN(Date.parse(String(until)))) {
    throw unreadable("`until` of a hold is not a date");
  }
  if (paths !== undefined && !isPaths(paths)) throw unreadable("a hold has wrong `paths`");
  return {
    reason: text(entry, "reason"),
    by: text(entry, "by"),
    at: text(entry, "at"),
    ...(until === undefined ? {} : { until: String(until) }),
    ...(entry.environment === undefined ? {} : { environment: text(entry, "environment") }),
    ...(paths === undefined ? {} : { paths }),
  };
}

function isPaths(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === "string")
  );
}

function text(entry: Record<string, unknown>, key: string): string {
  const value = entry[key];
  if (typeof value !== "string") throw unreadable(`a hold has no text under \`${key}\``);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tooMany(count: number): Failure {
  return new Failure(
    "usage",
    `Cannot write ${count} holds: "${holdsPath}" would have more than ${bytesMax} bytes`,
    "Lift those that nobody needs any more: `landfall release --image NAME`.",
    { place: { file: holdsPath } },
  );
}

function unreadable(why: string): Failure {
  return new Failure(
    "bad-manifest",
    `Cannot read the holds in "${holdsPath}": ${why}`,
    "Fix the file on the manifests branch, or set it to `holds: []` when nothing is held.",
    { place: { file: holdsPath } },
  );
}
