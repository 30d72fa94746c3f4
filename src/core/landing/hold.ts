/**
 * Holds: revisions that a rollback keeps out of the branch. Kept in the tree, so the push protects
 * them.
 */

import { type Document, parseDocument } from "yaml";
import { Failure } from "../failure.ts";
import { asRevision, type Revision } from "../ids.ts";
import { type ImageName, parseImageName, printImageName, sameImage } from "../image-ref.ts";
import { oneLine } from "./commit-message.ts";

/** Where holds live on the manifests branch. */
export const holdsPath = ".landfall/holds.yaml";

/** Hundreds of holds. The parser takes a time that is quadratic in the number of keys. */
const bytesMax = 64 * 1024;

/** Revisions up to and including `through` stay out for these images. */
export interface Hold {
  readonly images: readonly ImageName[];
  readonly through: Revision;
  readonly reason: string;
  readonly by: string;
  /** When it was set, RFC 3339 in UTC. */
  readonly at: string;
  /** When it ends by itself, RFC 3339 in UTC. Absent: when it is released or overtaken. */
  readonly until?: string;
}

/**
 * Reads the holds file. No file is no holds.
 *
 * @throws Failure `bad-manifest` when it cannot be understood: a hold that is misread must not be
 *   taken for none.
 */
export function readHolds(bytes: Uint8Array | undefined): readonly Hold[] {
  if (bytes === undefined) return [];
  if (bytes.length > bytesMax) throw unreadable(`it has more than ${bytesMax} bytes`);
  const document = parseDocument(new TextDecoder().decode(bytes));
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
  const lines = ["# Written by `landfall rollback`. `landfall release` lifts a hold."];
  lines.push(holds.length === 0 ? "holds: []" : "holds:");
  for (const hold of holds) {
    lines.push(`  - through: ${JSON.stringify(hold.through)}`);
    lines.push(`    images: ${JSON.stringify(hold.images.map(printImageName))}`);
    lines.push(`    reason: ${JSON.stringify(hold.reason)}`);
    lines.push(`    by: ${JSON.stringify(hold.by)}`, `    at: ${JSON.stringify(hold.at)}`);
    if (hold.until !== undefined) lines.push(`    until: ${JSON.stringify(hold.until)}`);
  }
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  if (bytes.length > bytesMax) throw tooMany(holds.length);
  return bytes;
}

const wordsMax = { reason: 500, by: 100 } as const;

/**
 * Returns the words of a hold as they are kept: on one line, without what hides in a diff.
 *
 * @throws Failure `usage` when nothing is left, or more than anybody reads.
 */
export function holdText(kind: "reason" | "by", text: string): string {
  const line = oneLine(text);
  const length = [...line].length;
  if (length > 0 && length <= wordsMax[kind]) return line;
  throw new Failure(
    "usage",
    `Cannot hold with ${length === 0 ? "no words" : `${length} characters`} as --${kind}`,
    `Say it in one line of 1 to ${wordsMax[kind]} characters.`,
  );
}

/** Prints a moment as holds have it: RFC 3339 in UTC, whole seconds. */
export function printTime(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
}

/** Returns when a hold ends by itself, milliseconds since the epoch, or infinity. */
export function holdEndsMs({ until }: Hold): number {
  return until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
}

/**
 * Returns the holds that concern an image at a moment; whether they cover a revision is ancestry.
 */
export function holdsOn(image: ImageName, holds: readonly Hold[], nowMs: number): readonly Hold[] {
  return holds.filter(
    (hold) => hold.images.some((held) => sameImage(held, image)) && holdEndsMs(hold) > nowMs,
  );
}

function readHold(entry: unknown): Hold {
  if (!isRecord(entry)) throw unreadable("an entry of `holds` is no mapping");
  const { images, until } = entry;
  const names = Array.isArray(images) ? images.map((name) => parseImageName(String(name))) : [];
  const known = names.filter((name) => name !== undefined);
  if (known.length === 0 || known.length < names.length)
    throw unreadable("a hold has wrong `images`");
  const through = asRevision(text(entry, "through"));
  if (through === undefined) throw unreadable("`through` of a hold is not a full commit id");
  if (until !== undefined && Number.isNaN(Date.parse(String(until)))) {
    throw unreadable("`until` of a hold is no date");
  }
  return {
    images: known,
    through,
    reason: text(entry, "reason"),
    by: text(entry, "by"),
    at: text(entry, "at"),
    ...(until === undefined ? {} : { until: String(until) }),
  };
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
    "Mend the file on the manifests branch, or set it to `holds: []` when nothing is held.",
    { place: { file: holdsPath } },
  );
}
