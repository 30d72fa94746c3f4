/** The words that head what the sync checker found, as its users know them. */

import type { Outcome } from "../../core/results/promote.ts";
import type { SyncResult, SyncVerdict } from "../../core/results/sync.ts";

/** Verdicts that a run of the checker repairs. */
const repairable: readonly SyncVerdict[] = ["behind", "mixed"];

/** What a repair comes to that does not land. */
const lost: readonly Outcome[] = ["refused", "failed", "unknown"];

/** A headline, and whether anybody has to look. */
export interface SyncHeadline {
  readonly text: string;
  readonly tone: "good" | "bad";
}

/** Returns the headline of a run: what was found, and whether it was repaired. */
export function syncHeadline(result: SyncResult): SyncHeadline {
  const { verdict, outcome, exit, failure, images } = result;
  if (outcome !== undefined && lost.includes(outcome)) {
    return { text: "Gap Detected and Not Fixed", tone: "bad" };
  }
  if (failure !== undefined) return { text: "The check could not be finished", tone: "bad" };
  const isFixed = outcome === "landed" && images.some(({ fixed }) => fixed);
  if (isFixed && exit === 0) return { text: "Gap Detected and Fixed", tone: "good" };
  if (isFixed) return { text: "Gap Detected and Fixed, and More to Look At", tone: "bad" };
  if (outcome === "would-land") return { text: "Gap Detected, Nothing Pushed Yet", tone: "bad" };
  if (repairable.includes(verdict)) return { text: "Gap Detected and Not Fixed", tone: "bad" };
  if (exit !== 0) return { text: "Not in Sync", tone: "bad" };
  if (verdict === "pending") return { text: "In Sync, and a Deploy on Its Way", tone: "good" };
  if (verdict === "held") return { text: "In Sync, as a Hold Wants It", tone: "good" };
  return { text: "All In Sync", tone: "good" };
}
