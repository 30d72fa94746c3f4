/** How an image's pins relate to what is published of it: facts in, verdict and moves out. */

import type { CommitId, Digest, Revision, Tag } from "../ids.ts";
import { type Pin, plainTagOf } from "../pins/pin.ts";
import { type SyncVerdict, worstOf } from "../results/sync.ts";
import type { Relation } from "./decide.ts";
import type { Hold } from "./hold.ts";

/** The newest revision that has all its images, or that the pins have long come past. */
export interface WantedImage {
  readonly revision: Revision;
  readonly tag: Tag;
  readonly digest?: Digest | undefined;
}

/** One pin, and what is known of it. */
export interface DriftPin {
  readonly pin: Pin;
  /** How it relates to what is wanted; where nothing is, to the oldest that was looked at. */
  readonly relation: Relation;
  /** Whether the registry has what it holds. */
  readonly isPublished: boolean;
  /** Whether its tag is a release's: people choose it, so nothing newer is missing there. */
  readonly isRelease?: boolean | undefined;
  /** The commit by which somebody moved the wanted revision away from here. */
  readonly movedAwayBy: CommitId | undefined;
}

/** A revision whose images are not all there although the grace time has passed. */
export interface Stalled {
  readonly revision: Revision;
  readonly tag: Tag;
  /** Images that the registry does not have. */
  readonly missing: readonly string[];
}

/** What is known of one image at one tip. */
export interface DriftFacts {
  /** Undefined: no revision that was looked at has all its images. */
  readonly wanted: WantedImage | undefined;
  /** Every pin of the image, at least one. */
  readonly pins: readonly DriftPin[];
  /** The hold that covers the wanted revision, if one does. */
  readonly heldBy: Hold | undefined;
  /** The newest revision, where it is younger than the grace time and not in all pins. */
  readonly coming: Tag | undefined;
  readonly stalled: Stalled | undefined;
  /** The newest revision there is: pins that hold it are not ahead of anything. */
  readonly newest: Revision | undefined;
  /** What becomes of a revision that somebody moved away by hand. */
  readonly movedAway: "leave" | "land again";
}

/** Something the matter with an image, and whether the moves are its cure. */
export interface Problem {
  readonly verdict: SyncVerdict;
  readonly isCured: boolean;
}

/** What follows for one image. */
export interface Drift {
  /** The worst of the problems, or well. */
  readonly verdict: SyncVerdict;
  readonly problems: readonly Problem[];
  /** The pins to be moved to what is wanted. */
  readonly moves: readonly Pin[];
}

/**
 * Judges images that belong together. As with a promotion, one that must not move keeps its
 * neighbours where they are.
 */
export function judgeTogether(images: readonly DriftFacts[]): readonly Drift[] {
  const isBarred = images.some((facts) => barOf(facts) === "all");
  return images.map((facts) => judge(facts, isBarred ? [] : movesOf(facts)));
}

/** Returns the image's drift as it is when none of its pins may move. */
export function judgeUnmoved(facts: DriftFacts): Drift {
  return judge(facts, []);
}

function judge(facts: DriftFacts, moves: readonly Pin[]): Drift {
  const { pins, coming, stalled } = facts;
  const of = (kind: Relation["kind"]) => pins.filter(({ relation }) => relation.kind === kind);
  const isMoved = ({ pin }: DriftPin) => moves.includes(pin);
  const unpublished = pins.filter(({ isPublished }) => !isPublished);
  const problems: Problem[] = [];
  const add = (verdict: SyncVerdict, isCured: boolean) => problems.push({ verdict, isCured });
  if (unpublished.length > 0) add("missing", unpublished.every(isMoved));
  if (of("foreign").length > 0) add("floating", false);
  if (of("diverged").length > 0 || pins.some(isPublishedAgain(facts))) add("diverged", false);
  if (behind(facts).length > 0) add(kindOfBehind(facts), moves.length > 0);
  if (isMixed(facts)) {
    add("mixed", moves.length > 0 && of("newer").length === 0);
  }
  if (stalled !== undefined) add("stalled", false);
  if (coming !== undefined) add("pending", false);
  const isAhead = ({ relation }: DriftPin) =>
    relation.kind === "newer" && relation.revision !== facts.newest;
  if (pins.some(isAhead)) add("ahead", false);
  return { verdict: worstOf(problems.map(({ verdict }) => verdict)), problems, moves };
}

/** Returns the pins that hold something older than what is wanted. */
function behind({ wanted, pins }: DriftFacts): readonly DriftPin[] {
  if (wanted === undefined) return [];
  return pins.filter(
    ({ relation, isRelease }) =>
      !isRelease && relation.kind === "older" && relation.revision !== wanted.revision,
  );
}

function kindOfBehind(facts: DriftFacts): SyncVerdict {
  if (facts.heldBy !== undefined) return "held";
  return isReverted(facts) ? "reverted" : "behind";
}

function isReverted({ pins }: DriftFacts): boolean {
  return pins.some(({ movedAwayBy }) => movedAwayBy !== undefined);
}

/** What names no revision, and a release, is not one tag of two. */
function isMixed({ pins }: DriftFacts): boolean {
  const known = pins.filter(({ relation, isRelease }) => !isRelease && relation.kind !== "foreign");
  const held = known.map(({ pin, relation }) =>
    relation.kind === "equal" ? "" : (plainTagOf(pin) ?? pin.digest),
  );
  return new Set(held).size > 1;
}

/** A tag whose image was pushed again: which of the two is meant, nobody but people can say. */
function isPublishedAgain({ wanted }: DriftFacts): (pin: DriftPin) => boolean {
  return ({ pin, relation }) =>
    relation.kind === "older" &&
    relation.revision === wanted?.revision &&
    pin.digest !== undefined &&
    wanted.digest !== undefined &&
    pin.digest !== wanted.digest;
}

/** What must not move, alone or with all its neighbours. */
function barOf(facts: DriftFacts): "all" | "itself" | undefined {
  const { pins, heldBy, movedAway } = facts;
  const isDiverged = pins.some(({ relation }) => relation.kind === "diverged");
  if (isDiverged || pins.some(isPublishedAgain(facts))) return "all";
  if (behind(facts).length === 0) return undefined;
  if (heldBy !== undefined || (isReverted(facts) && movedAway === "leave")) return "all";
  // One newer pin is enough: moving its neighbours would be going back for the image.
  return pins.some(({ relation }) => relation.kind === "newer") ? "itself" : undefined;
}

function movesOf(facts: DriftFacts): readonly Pin[] {
  if (facts.wanted === undefined || barOf(facts) !== undefined) return [];
  const isToMove = behind(facts).length > 0 || isMixed(facts);
  const older = facts.pins.filter(
    ({ relation, isRelease }) => !isRelease && relation.kind === "older",
  );
  return isToMove ? older.map(({ pin }) => pin) : [];
}
