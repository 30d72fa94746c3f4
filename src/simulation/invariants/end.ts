/** Laws about how it ends: everybody comes out, in time, and the branch holds the newest. */

import { sameImage } from "../../core/image-ref.ts";
import { isWell, type Violation } from "./history.ts";
import type { HistoryIndex } from "./ledger.ts";

/** Judges I8 and I9. */
export function endInvariants(ledger: HistoryIndex): readonly Violation[] {
  return [...newestStands(ledger), ...allEnd(ledger)];
}

/** I8: whoever was cut off and ran again, the final pins hold what came out well, or newer. */
function newestStands(ledger: HistoryIndex): readonly Violation[] {
  const { evidence } = ledger;
  const last = ledger.entries.at(-1);
  if (!evidence.isUndisturbed || last === undefined) return [];
  const pins = ledger.pinsAt(last.commit);
  return evidence.operations.filter(isWell).flatMap(({ actor, revision, images }) =>
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

/** I9: operations end within the bound, and well when nothing stood in their way. */
function allEnd({ evidence }: HistoryIndex): readonly Violation[] {
  const { operations, boundMs, mustSucceed } = evidence;
  const late = operations.filter(({ startedMs, end }) => (end?.atMs ?? 0) - startedMs > boundMs);
  const unlucky = operations.filter((one) => mustSucceed && one.end && !isWell(one));
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
