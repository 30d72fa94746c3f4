/** What a freeze and a thaw ask of one tip: which holds the branch is to have. Moves no pin. */

import { printImageName } from "../image-ref.ts";
import type { Change } from "./change.ts";
import { type Freeze, type Hold, isFreeze, type Scope, scopeOf } from "./hold.ts";
import { thawFreezes } from "./lift-holds.ts";

/** Freezes that come or go, and the change that does it. */
export interface FreezePlan {
  readonly freezes: readonly Hold[];
  readonly change: Change | undefined;
}

/** Plans a freeze, in place of one of the same scope. One that says the same is there already. */
export function planFreeze(standing: readonly Hold[], wanted: Freeze): FreezePlan {
  const isOwn = (hold: Hold) => isFreeze(hold) && printedScope(hold) === printedScope(wanted);
  const own = standing.filter(isOwn);
  if (own.some((hold) => isSame(hold, wanted))) return { freezes: [], change: undefined };
  const holds = [...standing.filter((hold) => !own.includes(hold)), wanted];
  const reason = `Why: ${wanted.reason} (${wanted.by})`;
  const change: Change = {
    outcome: "frozen",
    tags: [scopeOf(wanted)],
    moves: [],
    holds,
    reason,
  };
  return { freezes: [wanted], change };
}

/** Plans the end of every freeze of a scope. */
export function planThaw(standing: readonly Hold[], scope: Scope): FreezePlan {
  const { kept, lifted } = thawFreezes(standing, scope);
  if (lifted.length === 0) return { freezes: [], change: undefined };
  const tags = [scopeOf(lifted[0]!)];
  return { freezes: lifted, change: { outcome: "thawed", tags, moves: [], holds: kept } };
}

function printedScope({ images, environment, paths }: Hold): string {
  return JSON.stringify([images?.map(printImageName), environment, paths]);
}

/** Whenever it was set: asked again, it does nothing. */
function isSame(one: Hold, other: Hold): boolean {
  return one.until === other.until && one.reason === other.reason && one.by === other.by;
}
