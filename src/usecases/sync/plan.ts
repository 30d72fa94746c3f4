/** The plan of the checker at one tip: which bytes repair what was found, or that nothing does. */

import { Failure } from "../../core/failure.ts";
import type { CommitId } from "../../core/ids.ts";
import type { Change } from "../../core/landing/change.ts";
import type { WantedImage } from "../../core/landing/drift.ts";
import { moveTo, type PinMove } from "../../core/pins/index.ts";
import type { Tried } from "../../core/results/landing.ts";
import type { Planned } from "../landing/change.ts";
import type { LookedImage } from "./group.ts";
import { inspect, type SyncFindings, type SyncInspection } from "./inspect.ts";

/** What was seen, and what the repair of it would change. */
export interface SyncBasis extends Pick<Tried, "diff" | "mentions"> {
  readonly look: SyncFindings;
  readonly repairs: readonly Repair[];
}

/** An image whose pins are moved. */
export interface Repair {
  readonly image: string;
  readonly wanted: WantedImage;
  readonly moves: readonly PinMove[];
}

/** Plans at a tip, asking everything anew. Throws what `inspect` throws. */
export async function repairAt(
  tip: CommitId,
  inspection: SyncInspection,
): Promise<Planned<SyncBasis>> {
  const look = await inspect(tip, inspection);
  const repairs = look.images.flatMap(repairOf);
  return { snapshot: look.snapshot, change: changeOf(repairs), basis: { look, repairs } };
}

function repairOf({ image, found }: LookedImage): readonly Repair[] {
  if (found instanceof Failure || found.facts.wanted === undefined) return [];
  const { wanted } = found.facts;
  const moves = found.drift.moves.map((pin) => moveTo(pin, wanted));
  return moves.length === 0 ? [] : [{ image, wanted, moves }];
}

function changeOf(repairs: readonly Repair[]): Change | undefined {
  const [first] = repairs;
  if (first === undefined) return undefined;
  return {
    outcome: "recovered",
    revision: first.wanted.revision,
    tags: [...new Set(repairs.map(({ wanted }) => wanted.tag))],
    moves: repairs.flatMap(({ moves }) => moves),
  };
}
