/** Laws about how it ends: everybody comes out, in time, and the branch holds the newest. */

import { sameImage } from "../../core/image-ref.ts";
import { isWell, type Operation, type RaceHistory, type Violation } from "./history.ts";
import type { HistoryIndex } from "./ledger.ts";

/** Judges I8 and I9. */
export function endInvariants(ledger: HistoryIndex): readonly Violation[] {
  return [...newestStands(ledger), ...allEnd(ledger)];
}

/** I8: whichever actor was cut off and ran again, the final pins hold what succeeded, or newer. */
function newestStands(ledger: HistoryIndex): readonly Violation[] {
  const { evidence } = ledger;
  const last = ledger.entries.at(-1);
  if (!evidence.isUndisturbed || last === undefined || goesBack(evidence)) return [];
  const pins = ledger.pinsAt(last.commit);
  const landed = evidence.operations.filter((one) => isWell(one) && forward.has(one.command));
  return landed.flatMap(({ actor, revision, images }) =>
    images.flatMap(({ image }): Violation[] => {
      const held = pins
        .filter((pin) => sameImage(pin.image, image))
        .map((pin) => ledger.revisionOf(pin));
      const stands = held.every((one) => one && evidence.source.precedes(revision, one));
      if (stands) return [];
      return [{ law: "I8", message: `${actor} came out well, and the final pins are older` }];
    }),
  );
}

const forward: ReadonlySet<Operation["command"]> = new Set(["promote", "sync"]);

function goesBack({ operations }: RaceHistory): boolean {
  return operations.some(({ command }) => command === "rollback");
}

function isOfFreeze({ command }: Operation): boolean {
  return command === "freeze";
}

/** I9: operations end within the bound, and well when nothing stood in their way. */
function allEnd({ evidence }: HistoryIndex): readonly Violation[] {
  const { operations, boundMs, mustSucceed } = evidence;
  const late = operations.filter(({ startedMs, end }) => (end?.atMs ?? 0) - startedMs > boundMs);
  const isFree = mustSucceed && !goesBack(evidence) && !operations.some(isOfFreeze);
  const unlucky = operations.filter((one) => isFree && one.end && !isWell(one));
  return [
    ...late.map(({ actor, startedMs, end }): Violation => {
      const message = `${actor} took ${end!.atMs - startedMs} ms, the bound is ${boundMs} ms`;
      return { law: "I9", message };
    }),
    ...unlucky.map(({ actor, end }): Violation => {
      return { law: "I9", message: `${actor} ended ${end!.outcome}, and nothing stood in its way` };
    }),
  ];
}
