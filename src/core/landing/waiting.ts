/**
 * A change that waits beside the branch: what a deployer that lost a race leaves there, finished,
 * so that the next to land takes it along.
 */

import { Failure } from "../failure.ts";
import { asCommitId, asDigest, asTag, type CommitId, type Digest, type Tag } from "../ids.ts";
import { type ImageName, parseImageName, printImageName, sameImage } from "../image-ref.ts";
import {
  editManifests,
  type FileEdit,
  findPlaces,
  isManifestPath,
  type ManifestRules,
  type Pin,
  type PinMove,
  printPinned,
  refuseMentions,
} from "../pins/index.ts";
import { readMessage } from "./commit-message.ts";
import { isWithin } from "./hold.ts";
import { holdsFolder } from "./holds-file.ts";

/** A pin as it was, and what it is to hold. Without a tag it only has to stay as it is. */
export interface WaitingPin {
  readonly file: string;
  readonly image: ImageName;
  /** As `printPinned` has it. */
  readonly before: string;
  readonly tag?: Tag | undefined;
  readonly digest?: Digest | undefined;
}

/** One change, as its owner decided it. */
export interface WaitingChange {
  readonly deploy: string;
  readonly environment?: string | undefined;
  readonly branch: string;
  /** The tip that it was decided at: nobody takes it along who cannot see all that came after. */
  readonly base: CommitId;
  /** Nobody takes it along later than this, milliseconds since the epoch. */
  readonly deadlineMs: number;
  /** Where its images were looked for. */
  readonly paths: readonly string[];
  readonly images: readonly ImageName[];
  /** All pins of its images there, in the order of files and lines. */
  readonly pins: readonly WaitingPin[];
  readonly message: string;
  /** Who is to be named as the commit's author. */
  readonly author: { readonly name: string; readonly email: string };
  readonly atSeconds: number;
}

/** A change before it is left: by whom, where, and until when is still open. */
export type Waits = Omit<WaitingChange, "author" | "branch" | "base" | "deadlineMs">;

/** Returns moves of the pins that were found somewhere as a change that may wait. */
export function waitsOf(
  moves: readonly PinMove[],
  found: Pick<WaitingChange, "paths" | "images"> & { readonly pins: readonly Pin[] },
  words: Pick<WaitingChange, "deploy" | "environment" | "message" | "atSeconds">,
): Waits {
  const moved = new Map(moves.map((move) => [move.pin, move]));
  const pins = found.pins.map((pin) => {
    const { file, image } = pin;
    const { tag, digest } = moved.get(pin) ?? {};
    return { file, image, before: printPinned(pin), tag, digest };
  });
  const { paths, images } = found;
  return { ...words, paths, images, pins };
}

/** Below this, every ref is a change that waits. */
export const waitingPrefix = "refs/landfall/waiting/";

/** Deploy ids that git takes as the last part of a ref's name. Others do not wait. */
const refNames = /^(?!.*\.\.)(?!.*\.(?:lock)?$)[A-Za-z0-9][\w.-]{0,99}$/;

/** What is kept of a change in text, in characters: a request's worth. */
const textMax = 65_536;

/** Returns the name of the ref of a deploy's change, or undefined where it has none. */
export function waitingRef(deploy: string): string | undefined {
  return refNames.test(deploy) ? `${waitingPrefix}${deploy}` : undefined;
}

/** Prints a change. Undefined: it is too big to wait, or its id cannot name a ref. */
export function writeWaiting(change: WaitingChange): string | undefined {
  const { images, pins } = change;
  const text = JSON.stringify({
    version: 1,
    ...change,
    images: images.map(printImageName),
    pins: pins.map((pin) => ({ ...pin, image: printImageName(pin.image) })),
  });
  return text.length > textMax || waitingRef(change.deploy) === undefined ? undefined : text;
}

/** Reads a change. Undefined: it is none, or one of a later version. */
export function readWaiting(text: string): WaitingChange | undefined {
  if (text.length > textMax) return undefined;
  try {
    return asChange(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Prints what is in the place of a change that was taken back, for as long as that matters. */
export function writeWithdrawn(deploy: string, nowMs: number): string {
  return JSON.stringify({ version: 1, deploy, withdrawnMs: nowMs });
}

/** No push is under way for longer than this, in milliseconds. */
const keptMs = 10 * 60_000;

/** Returns whether a text is of no use any more to anybody: its owner was killed, or has left. */
export function isForgotten(text: string, nowMs: number): boolean {
  const [, endMs] = /"(?:deadlineMs|withdrawnMs)":(\d{1,15})/.exec(text) ?? [];
  return endMs !== undefined && Number(endMs) + keptMs < nowMs;
}

/** What was parsed, before anything of it is known. */
type Raw = Readonly<Record<string, unknown>>;

function asChange(raw: Raw): WaitingChange | undefined {
  const { deploy, environment, branch, message, author, deadlineMs, atSeconds } = raw;
  const { name, email } = author as Raw;
  const words = [deploy, branch, message, name, email, environment ?? ""];
  const times = [deadlineMs, atSeconds];
  if (raw.version !== 1 || !words.every(isText) || !times.every(Number.isSafeInteger)) {
    return undefined;
  }
  const base = isText(raw.base) ? asCommitId(raw.base) : undefined;
  const paths = listOf(raw.paths, (path) => (isText(path) ? path : undefined));
  const images = listOf(raw.images, asImage);
  const pins = listOf(raw.pins, asPin);
  if (!base || !paths || !images || !pins) return undefined;
  // Its commit is found again by these words.
  const record = readMessage(message as string);
  if (record?.deploy !== deploy || record?.environment !== environment) return undefined;
  const { version: _, ...change } = raw;
  return { ...(change as unknown as WaitingChange), base, paths, images, pins };
}

function asPin(raw: unknown): WaitingPin | undefined {
  const { file, image: name, before, tag: to, digest: at } = raw as Raw;
  const image = asImage(name);
  const tag = isText(to) ? asTag(to) : undefined;
  const digest = isText(at) ? asDigest(at) : undefined;
  if (!isText(file) || !isText(before) || image === undefined) return undefined;
  if ((to !== undefined && tag === undefined) || (at !== undefined && digest === undefined)) {
    return undefined;
  }
  return { file, image, before, tag, digest };
}

function asImage(name: unknown): ImageName | undefined {
  return isText(name) ? parseImageName(name) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function listOf<Item>(
  list: unknown,
  read: (item: unknown) => Item | undefined,
): readonly Item[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = list.map(read);
  return items.includes(undefined) ? undefined : (items as readonly Item[]);
}

/** Returns whether holds are unchanged. If not, a change is its owner's to decide anew. */
export function areHoldsAsBefore(changed: readonly string[]): boolean {
  return !changed.some((path) => isWithin(path, holdsFolder));
}

/** Returns the files that decide about a change: those of its pins, and what changed among them. */
export function filesAbout(
  { pins, paths }: WaitingChange,
  changed: readonly string[],
): readonly string[] {
  const isRead = (file: string) => isManifestPath(file) || paths.includes(file);
  const touched = changed.filter(
    (file) => isRead(file) && paths.some((path) => isWithin(file, path)),
  );
  return [...new Set([...pins.map(({ file }) => file), ...touched])].sort();
}

/**
 * Makes a change in the files that decide about it. Undefined: the pins there do not hold exactly
 * what they held when it was decided, or are more or fewer, or cannot be moved any more.
 */
export function editWaiting(
  { images, pins: expected }: WaitingChange,
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  rules: ManifestRules,
): readonly FileEdit[] | undefined {
  try {
    const { pins, mentions } = findPlaces(files, images, rules);
    const found = pins.toSorted(byFile);
    const wanted = expected.toSorted(byFile);
    if (found.length !== wanted.length) return undefined;
    if (!found.every((pin, at) => standsAs(wanted[at]!, pin))) return undefined;
    const moves = found.flatMap((pin, at) => {
      const { tag, digest } = wanted[at]!;
      return tag === undefined ? [] : [{ pin, tag, digest }];
    });
    if (moves.length > 0) refuseMentions(mentions, rules);
    return editManifests(files, moves);
  } catch (error) {
    // What is wrong with the files is for its owner to be told.
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function standsAs({ file, image, before }: WaitingPin, pin: Pin): boolean {
  return pin.file === file && sameImage(pin.image, image) && printPinned(pin) === before;
}

function byFile(one: { readonly file: string }, other: { readonly file: string }): number {
  if (one.file === other.file) return 0;
  return one.file < other.file ? -1 : 1;
}
