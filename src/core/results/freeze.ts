/** The landing of a freeze or a thaw, told as the result that people and programs read. */

import type { Hold } from "../landing/hold.ts";
import type { Landing } from "../landing/landing.ts";
import { baseOf, diffIn, ended, endingOf, type Frame, reportHold, traceOf } from "./landing.ts";
import type { PromoteResult } from "./promote.ts";

/** What a conclusion needs of the tip that the plan was made for. */
export interface FreezeBasis {
  readonly freezes: readonly Hold[];
  /** The change that a dry run would push. */
  readonly diff?: string | undefined;
}

/** Returns the result that it came to. */
export function concludeFreeze(
  landing: Landing<FreezeBasis>,
  command: "freeze" | "thaw",
  frame: Frame,
): PromoteResult {
  const freezes = landing.why?.freezes ?? [];
  const change = command === "freeze" ? "set" : "lifted";
  return {
    ...baseOf(frame, command),
    // What changes something rests in a dry run alone.
    ...endingOf(landing, () => ended(freezes.length === 0 ? "unchanged" : "would-land")),
    ...traceOf(landing),
    images: [],
    holds: freezes.map((hold) => reportHold(change, hold)),
    warnings: [],
    ...diffIn(landing),
  };
}
