/** A change to the manifests branch, as data: what its pins are moved to, and its holds. */

import type { Digest, Revision, Tag } from "../ids.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import { moveTo, type Pin, type PinMove, printPinned } from "../pins/index.ts";
import { type RecordedChange, type RecordedOutcome, writeMessage } from "./commit-message.ts";
import type { Hold } from "./hold.ts";

/** One image and where it is to go. */
export interface Target {
  /** Its own, where the images of one promotion are of different revisions. */
  readonly revision?: Revision | undefined;
  readonly image: ImageName;
  readonly tag: Tag;
  readonly digest: Digest | undefined;
  /** Source paths: it stays where it is as long as none of them changed. Absent: it moves. */
  readonly builtFrom?: readonly string[] | undefined;
}

/** What a deploy commit changes, and what it says. Without moves and holds it changes no file. */
export interface Change {
  readonly outcome: RecordedOutcome | RecordedChange;
  /** Absent for what is about no revision. */
  readonly revision?: Revision | undefined;
  /** The tags that the subject names, without repeats, in the order of the images. */
  readonly tags: readonly string[];
  readonly moves: readonly PinMove[];
  /** All holds that the branch is to have. Undefined: those that it has. */
  readonly holds?: readonly Hold[] | undefined;
  /** One sentence for people, for example a rollback's reason. */
  readonly reason?: string | undefined;
}

/** Returns the moves of some pins to a target. */
export function movesTo(target: Target, pins: readonly Pin[]): readonly PinMove[] {
  return pins.map((pin) => moveTo(pin, target));
}

/** Returns the tags of some targets, without repeats. */
export function tagsOf(targets: readonly Target[]): readonly Tag[] {
  return [...new Set(targets.map(({ tag }) => tag))];
}

/** The deploy that a commit is of. */
interface Deploy {
  readonly deploy: string;
  readonly environment?: string | undefined;
  readonly skipCi: boolean;
}

/** Returns the message of the commit that makes a change. */
export function messageOf(
  { moves, ...change }: Change,
  { deploy, environment, skipCi }: Deploy,
): string {
  const byTag = new Map<string, PinMove[]>();
  for (const move of moves) {
    const reference = `${printImageName(move.pin.image)}:${move.tag}`;
    const own = byTag.get(reference);
    if (own === undefined) byTag.set(reference, [move]);
    else own.push(move);
  }
  const recorded = [...byTag.values()].map((own) => ({
    image: printImageName(own[0]!.pin.image),
    from: [...new Set(own.map(({ pin }) => printPin(pin)))].join(", "),
    to: own[0]!.tag,
  }));
  return writeMessage({ ...change, deploy, environment, skipCi, moves: recorded });
}

/** Prints what a pin holds, as the manifest has it. */
export function printPin(pin: Pin): string {
  return printPinned(pin) || "(no tag)";
}
