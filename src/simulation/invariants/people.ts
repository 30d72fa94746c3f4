/** The law that a checker leaves what people took out by hand. Told from the branch alone. */

import { printImageName, sameImage } from "../../core/image-ref.ts";
import type { Pin } from "../../core/pins/index.ts";
import type { Violation } from "./history.ts";
import { changedFiles, type Entry, type HistoryIndex } from "./ledger.ts";

/** Judges every recovery: what it lands was never taken out of a pin of its image by hand. */
export function peopleInvariant(ledger: HistoryIndex): readonly Violation[] {
  const recoveries = ledger.entries.filter(({ record }) => record?.outcome === "recovered");
  return recoveries.flatMap((entry) => {
    const { commit, record } = entry;
    return changesBy(entry, ledger).flatMap(({ now, was }): Violation[] => {
      if (now.tag === was.tag) return [];
      const takenBy = lastTaking(now.image, entry, ledger);
      if (takenBy === undefined) return [];
      const what = `${printImageName(now.image)} ${record!.revision.slice(0, 7)}`;
      const message = `${commit.id} lands ${what} again, which ${takenBy} took out by hand`;
      return [{ law: "reverted", message }];
    });
  });
}

interface PersonPinChange {
  readonly was: Pin;
  readonly now: Pin;
}

/** Returns the pins of a commit's files, each before and after. */
function changesBy({ commit, parent }: Entry, ledger: HistoryIndex): readonly PersonPinChange[] {
  if (parent === undefined) return [];
  return changedFiles(parent, commit).flatMap(({ path, before, after }) => {
    if (before === undefined || after === undefined) return [];
    const pins = ledger.pinsIn(path, after);
    return ledger.pinsIn(path, before).flatMap((was, at) => {
      const now = pins[at];
      return now === undefined ? [] : [{ was, now }];
    });
  });
}

/**
 * Returns the commit by which people took out, last before a recovery, what it lands or something
 * newer, unless something as new has been there since.
 */
function lastTaking(
  image: Pin["image"],
  recovery: Entry,
  ledger: HistoryIndex,
): string | undefined {
  const { revision } = recovery.record!;
  const { source } = ledger.evidence;
  const holds = (pin: Pin) => {
    const held = ledger.revisionOf(pin);
    return held !== undefined && source.precedes(revision, held);
  };
  const before = ledger.entries.slice(1, ledger.entries.indexOf(recovery));
  for (const entry of before.toReversed()) {
    const changes = changesBy(entry, ledger).filter(({ was }) => sameImage(was.image, image));
    if (changes.some(({ was, now }) => holds(was) && !holds(now))) {
      return entry.record === undefined ? entry.commit.id : undefined;
    }
  }
  return undefined;
}
