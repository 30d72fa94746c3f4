/** Laws about environments that share a branch: none touches another, and gates are obeyed. */

import type { CommitId, Revision } from "../../core/ids.ts";
import { printImageName, sameImage } from "../../core/image-ref.ts";
import { type Hold, holdsOn, isWithin } from "../../core/landing/hold.ts";
import { holdsPath, readHolds, writeHolds } from "../../core/landing/holds-file.ts";
import type { MarkKind } from "../../core/landing/mark.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { Operation, Place, RaceHistory, RecordedCommit, Violation } from "./history.ts";
import { changedFiles, type Entry, type HistoryIndex, textOf } from "./ledger.ts";

/**
 * Returns the history of one environment: its files, its holds and its operations, as if it had the
 * branch for itself. Whatever else leaves a trace there breaks a law of a single environment.
 */
export function historyIn(place: Place, evidence: RaceHistory): RaceHistory {
  const { environment, path, gate } = place;
  const isOwn = (file: string) => file === "README.md" || isWithin(file, path);
  return {
    ...evidence,
    places: undefined,
    log: evidence.log.map((commit) => {
      const files = new Map([...commit.files].filter(([file]) => isOwn(file)));
      const holds = commit.files.get(holdsPath);
      if (holds !== undefined) files.set(holdsPath, ownHolds(holds, environment));
      return { ...commit, files };
    }),
    operations: evidence.operations
      .filter((one) => one.environment === environment)
      // A checker behind a gate does not promise that the newest is there.
      .map((one) => (gate && one.command === "sync" ? { ...one, images: [] } : one)),
    mustSucceed: evidence.mustSucceed && gate === undefined,
  };
}

const known = new WeakMap<Uint8Array, Map<string, Uint8Array>>();

/** The same bytes again for the same file, so that no file seems to change that does not. */
function ownHolds(file: Uint8Array, environment: string): Uint8Array {
  const each = known.get(file) ?? new Map<string, Uint8Array>();
  known.set(file, each);
  const own = each.get(environment) ?? writeHolds(readHolds(file).filter(isOf(environment)));
  each.set(environment, own);
  return own;
}

/** A hold without an environment is about all of them. */
function isOf(environment: string): (hold: Hold) => boolean {
  return (hold) => (hold.environment ?? environment) === environment;
}

/** Judges what only a view of the whole branch can show. */
export function environmentInvariants(ledger: HistoryIndex): readonly Violation[] {
  const { operations, places = [] } = ledger.evidence;
  return places.flatMap((place) => {
    const own = operations.filter(({ environment }) => environment === place.environment);
    return own.flatMap((operation) => [
      ...ledger
        .entriesOf(operation)
        .flatMap((entry) => [...notApart(entry, place), ...notLetThrough(entry, place, ledger)]),
      ...wrongfullyStopped(operation, place, ledger),
    ]);
  });
}

/** A commit touches no manifest and no hold of another environment, and says whose it is. */
function notApart({ commit, parent }: Entry, { environment, path }: Place): readonly Violation[] {
  if (parent === undefined) return [];
  const says = commit.message.includes(`\nLandfall-Environment: ${environment}\n`);
  const stray = changedFiles(parent, commit).find((file) => {
    return file.path === holdsPath
      ? othersOf(file.before, environment) !== othersOf(file.after, environment)
      : !isWithin(file.path, path);
  });
  const broken = (what: string): Violation => ({ law: "apart", message: `${commit.id} ${what}` });
  return [
    ...(says ? [] : [broken(`does not say that it is of ${environment}`)]),
    ...(stray ? [broken(`is of ${environment}, and changes ${stray.path} of others`)] : []),
  ];
}

function othersOf(file: Uint8Array | undefined, environment: string): string | undefined {
  if (file === undefined) return textOf(writeHolds([]));
  const isOwn = isOf(environment);
  return textOf(writeHolds(readHolds(file).filter((hold) => !isOwn(hold))));
}

/** What is known of the environment before a gate when a commit landed. */
interface BeforeGate {
  readonly ledger: HistoryIndex;
  readonly before: Place;
  /** What the commit was made for. */
  readonly tip: RecordedCommit;
}

/** What lands behind a gate was let through at the tip that it landed on. */
function notLetThrough(entry: Entry, place: Place, ledger: HistoryIndex): readonly Violation[] {
  const { commit, parent, record } = entry;
  const before = placeBefore(place, ledger);
  const isForward = record?.outcome === "landed" || record?.outcome === "recovered";
  if (before === undefined || parent === undefined || !isForward) return [];
  const at: BeforeGate = { ledger, before, tip: ledger.groundOf(entry) ?? parent };
  const stood = pinsIn(place, parent, ledger);
  const moved = pinsIn(place, commit, ledger).filter((pin, index) => pin.tag !== stood[index]?.tag);
  const stopped = moved.find((pin) => {
    const revision = ledger.revisionOf(pin);
    if (revision === undefined) return false;
    const isMarked = (kind: MarkKind, where: Place) =>
      hasMark({ kind, revision, where, by: commit.id }, ledger);
    if (isOut(pin, revision, at)) return true;
    if (runs(pin, revision, at) || isMarked("landed", before)) return false;
    // The checker goes on with what was tried before, and up to what the image holds already.
    const own = stood.filter((one) => sameImage(one.image, pin.image));
    const isPassed = own.some((one) => isWithinHeld(revision, one, ledger));
    return record.outcome === "landed" || !(isMarked("attempted", place) || isPassed);
  });
  if (stopped === undefined) return [];
  const what = `${printImageName(stopped.image)}:${stopped.tag} in ${place.environment}`;
  return [{ law: "gated", message: `${commit.id} lands ${what}, and its gate was closed` }];
}

/** A gate that stops something says why; where it all runs, there is no reason. */
function wrongfullyStopped(
  { actor, revision, images, end }: Operation,
  place: Place,
  ledger: HistoryIndex,
): readonly Violation[] {
  const tip = end?.code === "gated" && end.tip !== undefined ? ledger.entry(end.tip) : undefined;
  const before = placeBefore(place, ledger);
  if (tip === undefined || before === undefined) return [];
  const pins = pinsIn(before, tip.commit, ledger);
  const isThere = images.every(({ image, tag }) =>
    pins.every((pin) => !sameImage(pin.image, image) || pin.tag === tag),
  );
  if (!isThere) return [];
  const message = `${actor} was stopped with ${revision}, which runs in ${before.environment}`;
  return [{ law: "truth", message }];
}

function placeBefore({ gate }: Place, { evidence }: HistoryIndex): Place | undefined {
  return evidence.places?.find(({ environment }) => environment === gate?.after?.environment);
}

function pinsIn({ path }: Place, commit: RecordedCommit, ledger: HistoryIndex): readonly Pin[] {
  return ledger.pinsAt(commit).filter((pin) => isWithin(pin.file, path));
}

function runs({ image }: Pin, revision: Revision, { before, tip, ledger }: BeforeGate): boolean {
  const own = pinsIn(before, tip, ledger).filter((pin) => sameImage(pin.image, image));
  return own.length > 0 && own.every((pin) => ledger.revisionOf(pin) === revision);
}

/** Whether the environment before holds a revision back that what it runs does not have inside. */
function isOut({ image }: Pin, revision: Revision, { before, tip, ledger }: BeforeGate): boolean {
  const file = tip.files.get(holdsPath);
  const holds = file === undefined ? [] : readHolds(file).filter(isOf(before.environment));
  const { source } = ledger.evidence;
  const own = pinsIn(before, tip, ledger).filter((pin) => sameImage(pin.image, image));
  return (
    holdsOn(image, holds).some(({ through }) => source.precedes(revision, through)) &&
    !own.every((pin) => isWithinHeld(revision, pin, ledger))
  );
}

function isWithinHeld(revision: Revision, pin: Pin, ledger: HistoryIndex): boolean {
  const held = ledger.revisionOf(pin);
  return held !== undefined && ledger.evidence.source.precedes(revision, held);
}

/** A mark that was left before the branch came to a commit. */
interface WantedMark {
  readonly kind: MarkKind;
  readonly revision: Revision;
  readonly where: Place;
  readonly by: CommitId;
}

function hasMark({ kind, revision, where, by }: WantedMark, { evidence }: HistoryIndex): boolean {
  // A commit that landed together with others came with the tip above it.
  const above = evidence.log.slice(evidence.log.findIndex(({ id }) => id === by));
  const tip = above.find(({ id }) => evidence.tips.includes(id));
  const moves = evidence.tips.indexOf(tip?.id ?? by);
  const { environment } = where;
  return (evidence.marks ?? []).some((mark) => {
    const isIt = mark.kind === kind && mark.environment === environment;
    return isIt && mark.revision === revision && mark.moves <= moves;
  });
}
