/**
 * Holds: what stays out of an environment. A rollback holds revisions, a freeze holds everything
 * new.
 */

import { Failure } from "../failure.ts";
import type { Revision } from "../ids.ts";
import { type ImageName, sameImage } from "../image-ref.ts";
import { oneLine } from "./commit-message.ts";

/** Where manifests are deployed to: an environment's name, where it has one, and its paths. */
export interface Scope {
  readonly environment?: string | undefined;
  readonly paths: readonly string[];
}

/** What every hold says. */
export interface HoldWords {
  readonly reason: string;
  readonly by: string;
  /** When it was set, RFC 3339 in UTC. */
  readonly at: string;
  /** When it ends by itself, RFC 3339 in UTC. Absent: when it is lifted or overtaken. */
  readonly until?: string | undefined;
  readonly environment?: string | undefined;
  /** Manifests that it is about. Absent, as Landfall 0.1 wrote it: all of the branch. */
  readonly paths?: readonly string[] | undefined;
}

/** Revisions up to and including `through` stay out for these images. */
export interface RevisionHold extends HoldWords {
  readonly images: readonly ImageName[];
  readonly through: Revision;
  /** Whether newer revisions stay out as well, until it is released. */
  readonly freeze?: true | undefined;
}

/** Nothing new lands, whatever its revision. A rollback still does. */
export interface Freeze extends HoldWords {
  /** Absent: all images. */
  readonly images?: readonly ImageName[] | undefined;
  readonly through?: undefined;
}

export type Hold = RevisionHold | Freeze;

/** Returns whether a hold is a freeze. */
export function isFreeze(hold: Hold): hold is Freeze {
  return hold.through === undefined;
}

/** Returns what a hold is about, in words: an environment, paths, or the whole branch. */
export function scopeOf({ environment, paths }: HoldWords): string {
  return environment ?? paths?.join(", ") ?? "the branch";
}

/** Returns whether a hold says what it is about. */
export function isPlaced({ environment, paths }: HoldWords): boolean {
  return environment !== undefined || paths !== undefined;
}

/** Returns whether a hold is about manifests that a scope has. */
export function concerns(hold: HoldWords, scope: Scope): boolean {
  if (hold.environment !== undefined && scope.environment !== undefined) {
    return hold.environment === scope.environment;
  }
  return hold.paths?.some((path) => scope.paths.some((own) => overlap(path, own))) ?? true;
}

/** Returns whether one of two paths of a repository holds the other. */
export function overlap(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one);
}

/** Returns whether a path is at or below another. The root is `.`. */
export function isWithin(path: string, folder: string): boolean {
  return folder === "." || path === folder || path.startsWith(`${folder}/`);
}

/** Returns when a hold ends by itself, milliseconds since the epoch, or infinity. */
export function holdEndsMs({ until }: HoldWords): number {
  return until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
}

/** Returns the holds that are about a scope, and not over. */
export function activeHolds(holds: readonly Hold[], scope: Scope, nowMs: number): readonly Hold[] {
  return holds.filter((hold) => concerns(hold, scope) && holdEndsMs(hold) > nowMs);
}

/** What decides which holds count: where it lands, and how freezes are taken. */
export interface HoldQuestion extends Scope {
  /** Freezes that the settings order, at a moment. */
  readonly freezesAt?: ((nowMs: number) => readonly Freeze[]) | undefined;
  /** Why freezes do not count. Absent: they do. */
  readonly throughFreeze?: string | undefined;
}

/** Returns the holds that count now: those of the branch, and the freezes of the settings. */
export function holdsAgainst(
  question: HoldQuestion,
  written: readonly Hold[],
  nowMs: number,
): readonly Hold[] {
  const ordered = question.freezesAt?.(nowMs) ?? [];
  const active = activeHolds([...written, ...ordered], question, nowMs);
  return question.throughFreeze === undefined ? active : active.filter((hold) => !isFreeze(hold));
}

/** Returns those of some holds that name an image; whether they cover a revision is ancestry. */
export function holdsOn(image: ImageName, holds: readonly Hold[]): readonly RevisionHold[] {
  return holds.filter((hold) => !isFreeze(hold) && names(hold, image)) as readonly RevisionHold[];
}

/** Returns a freeze that keeps everything new of an image out, if there is one. */
export function freezeOn(image: ImageName, holds: readonly Hold[]): Freeze | undefined {
  return holds.filter(isFreeze).find((hold) => names(hold, image));
}

function names({ images }: Hold, image: ImageName): boolean {
  return images?.some((held) => sameImage(held, image)) ?? true;
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

/** The last moment that dates of four digits can name. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59);

/**
 * Checks that a hold has not ended before it begins.
 *
 * @throws Failure `usage`.
 */
export function checkHoldEnd(untilMs: number | undefined, nowMs: number): void {
  if (untilMs === undefined || (untilMs > nowMs && untilMs <= latestMs)) return;
  const when = untilMs > latestMs ? "after the year 9999" : `until ${printTime(untilMs)}, now over`;
  throw new Failure(
    "usage",
    `Cannot hold ${when}`,
    "Name a time to come, or none: the hold then stays until it is lifted or overtaken.",
  );
}

/** Prints a moment as holds have it: RFC 3339 in UTC, whole seconds. */
export function printTime(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
}
