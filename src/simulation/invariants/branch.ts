/** Laws about the branch: what is in it, in which order, and that nothing is missing. */

import { printImageName, sameImage } from "../../core/image-ref.ts";
import { type Hold, holdsOn, isFreeze } from "../../core/landing/hold.ts";
import { holdsPath, readHolds } from "../../core/landing/holds-file.ts";
import { type Pin, printPinned } from "../../core/pins/index.ts";
import type { RecordedCommit, Violation } from "./history.ts";
import { type ChangedFile, changedFiles, type Entry, type HistoryIndex, textOf } from "./ledger.ts";

/** Judges I3 to I6 and the holds, commit by commit. */
export function branchInvariants(ledger: HistoryIndex): readonly Violation[] {
  const deploys = ledger.entries.filter(({ record }) => record !== undefined);
  return [
    ...repeated(deploys),
    ...deploys.flatMap((entry) => [
      ...backwards(entry, ledger),
      ...strayBytes(entry),
      ...strayPins(entry, ledger),
      ...unheld(entry, ledger),
      ...unfrozen(entry, ledger),
      ...unguarded(entry, ledger),
    ]),
    ...disappeared(ledger),
  ];
}

/** I3: one deploy id at most once in first-parent history. */
function repeated(deploys: readonly Entry[]): readonly Violation[] {
  const ids = deploys.map(({ record }) => record!.deploy);
  const twice = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  return [...twice].map((id) => ({ law: "I3", message: `deploy ${id} is in the branch twice` }));
}

/** I4: per image, revisions never go backwards without a rollback, nor to another line. */
function backwards(entry: Entry, ledger: HistoryIndex): readonly Violation[] {
  const { record, commit, parent } = entry;
  if (parent === undefined || record === undefined) return [];
  if (isAskedBack(entry, ledger)) return [];
  return changedFiles(parent, commit).flatMap(({ path, before, after }) => {
    if (before === undefined || after === undefined) return [];
    const pinsAfter = ledger.pinsIn(path, after);
    return ledger.pinsIn(path, before).flatMap((pin, at): Violation[] => {
      const now = pinsAfter[at];
      if (now === undefined || now.tag === pin.tag) return [];
      const from = ledger.revisionOf(pin);
      const to = ledger.revisionOf(now);
      if (from === undefined) return [];
      if (to !== undefined && ledger.evidence.source.precedes(from, to)) return [];
      const message = `${commit.id} moves ${path} from ${pin.tag} to ${now.tag}, which is not newer`;
      return [{ law: "I4", message }];
    });
  });
}

/** I5: a deploy commit's diff touches only the bytes of the tags that it names. */
function strayBytes(entry: Entry): readonly Violation[] {
  const { record, commit, parent } = entry;
  if (parent === undefined || record === undefined) return [];
  const moves = movesIn(commit.message);
  // Holds are written by those commands alone that are about holds.
  const mayHold = record.outcome === "rolled-back" || record.outcome === "released";
  const files = changedFiles(parent, commit).filter(({ path }) => !(mayHold && path === holdsPath));
  return files.flatMap((file): Violation[] => {
    if (isOnlyMoved(file, moves)) return [];
    const message = `${commit.id} changes more of ${file.path} than it names`;
    return [{ law: "I5", message }];
  });
}

/** I5 again: another image may have been at the same tag, so the words alone do not tell. */
function strayPins({ record, commit, parent }: Entry, ledger: HistoryIndex): readonly Violation[] {
  if (parent === undefined || record === undefined) return [];
  const stray = movedPins(parent, commit, ledger)
    .map(({ image }) => printImageName(image))
    .find((image) => !commit.message.includes(`\n${image}: `));
  if (stray === undefined) return [];
  return [{ law: "I5", message: `${commit.id} moves ${stray}, which it does not name` }];
}

/** Returns the pins as they are after a commit that changed them. */
function movedPins(
  parent: RecordedCommit,
  commit: RecordedCommit,
  ledger: HistoryIndex,
): readonly Pin[] {
  return changedFiles(parent, commit).flatMap(({ path, before, after }) => {
    const pinsBefore = before === undefined ? [] : ledger.pinsIn(path, before);
    const pinsAfter = after === undefined ? [] : ledger.pinsIn(path, after);
    return pinsAfter.filter((pin, at) => printPinned(pin) !== printPinned(pinsBefore[at] ?? pin));
  });
}

/** Reads the lines `image: old -> new` of a message: each as the words it may replace. */
function movesIn(message: string): ReadonlySet<string> {
  const moves = new Set<string>();
  for (const [, from = "", to = ""] of message.matchAll(/^\S+: (.+) -> (\S+)$/gm)) {
    for (const old of wordsOf(from)) for (const now of wordsOf(to)) moves.add(`${old} ${now}`);
  }
  return moves;
}

/** Compares word by word, with the marks between, so that it needs no idea of YAML. */
function isOnlyMoved({ before, after }: ChangedFile, moves: ReadonlySet<string>): boolean {
  const old = textOf(before)?.split(/([\w.-]+)/);
  const now = textOf(after)?.split(/([\w.-]+)/);
  if (old === undefined || now === undefined || old.length !== now.length) return false;
  // A digest's words are not in the message; its pin names the algorithm just before.
  const isDigest = (at: number) => now[at - 1] === ":" && now[at - 2] === "sha256";
  return now.every(
    (word, at) => word === old[at] || moves.has(`${old[at]} ${word}`) || isDigest(at),
  );
}

function wordsOf(text: string): readonly string[] {
  return text.match(/[\w.-]+/g) ?? [];
}

/** A hold that is in the tree keeps the revisions out that it covers. */
function unheld(entry: Entry, ledger: HistoryIndex): readonly Violation[] {
  const { record, commit, parent } = entry;
  const isPromotion = record?.outcome === "landed" || record?.outcome === "recovered";
  if (!isPromotion || parent === undefined) return [];
  const holds = holdsAt(ledger.groundOf(entry) ?? parent);
  if (holds.length === 0) return [];
  const moved = movedPins(parent, commit, ledger);
  const broken = ledger.evidence.images
    .filter((image) => moved.some((pin) => sameImage(pin.image, image)))
    .flatMap((image) => holdsOn(image, holds))
    .find((hold) => ledger.evidence.source.precedes(record.revision, hold.through));
  if (broken === undefined) return [];
  return [{ law: "held", message: `${commit.id} lands what is held through ${broken.through}` }];
}

/** Nothing new lands on what says that all is frozen. */
function unfrozen(entry: Entry, ledger: HistoryIndex): readonly Violation[] {
  const { record, commit, parent } = entry;
  const isPromotion = record?.outcome === "landed" || record?.outcome === "recovered";
  if (!isPromotion || parent === undefined) return [];
  if (!holdsAt(ledger.groundOf(entry) ?? parent).some(isFreeze)) return [];
  if (movedPins(parent, commit, ledger).length === 0) return [];
  return [{ law: "frozen", message: `${commit.id} lands in a freeze` }];
}

/** Returns the holds of a commit. None of a simulation ends by itself. */
export function holdsAt({ files }: RecordedCommit): readonly Hold[] {
  return readHolds(files.get(holdsPath));
}

/** I6: every tip ever observed stays in the branch, unless people cut it off. */
function disappeared(ledger: HistoryIndex): readonly Violation[] {
  const { tips, cutOff } = ledger.evidence;
  return tips
    .filter((tip) => ledger.entry(tip) === undefined && !cutOff.has(tip))
    .map((tip) => ({ law: "I6", message: `${tip} was in the branch and is gone` }));
}

/** Whether somebody asked for just this way back, by a rollback. */
function isAskedBack({ record, commit }: Entry, ledger: HistoryIndex): boolean {
  const asked = ledger.evidence.operations.find(({ deploy }) => deploy === record?.deploy);
  if (record?.outcome !== "rolled-back" || asked?.command !== "rollback") return false;
  const isAsked = (pin: Pin) =>
    ledger.revisionOf(pin) === asked.revision || asked.images.some(({ tag }) => tag === pin.tag);
  return ledger.pinsAt(commit).every(isAsked);
}

/** A rollback leaves a hold on all that it moved out. */
function unguarded({ record, commit, parent }: Entry, ledger: HistoryIndex): readonly Violation[] {
  if (record?.outcome !== "rolled-back" || parent === undefined) return [];
  const { source } = ledger.evidence;
  const holds = holdsAt(commit);
  const isMoved = (pin: Pin) => ledger.pinsAt(commit).every((now) => !isSamePlace(now, pin));
  const open = ledger.pinsAt(parent).find((pin) => {
    const held = ledger.revisionOf(pin);
    const own = holdsOn(pin.image, holds);
    return held && isMoved(pin) && !own.some(({ through }) => source.precedes(held, through));
  });
  if (open === undefined) return [];
  const what = `${printImageName(open.image)} from ${open.tag}, and no hold keeps that out`;
  return [{ law: "held", message: `${commit.id} goes back with ${what}` }];
}

function isSamePlace(one: Pin, other: Pin): boolean {
  return one.file === other.file && one.line === other.line && one.tag === other.tag;
}
