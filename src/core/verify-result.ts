/** What a verification came to: the one object behind the text and the JSON. */

import { exit } from "./failure.ts";
import type { CommitId, Revision, Tag } from "./ids.ts";

/** What one look at a server says of the deploy. */
export type StepVerdict =
  | { readonly kind: "done"; readonly detail: string }
  | { readonly kind: "waiting"; readonly detail: string }
  /** Waiting does not help. Servers pass through such states, so one look is no proof. */
  | { readonly kind: "failed"; readonly detail: string; readonly hint: string };

/** The kinds of step, in the order in which they are taken. */
export type StepName = "pins" | "argocd" | "rollout" | "smoke";

/** One thing that was waited for. */
export interface VerifyStep {
  readonly name: StepName;
  /** The branch, the Application, the workload, or the page. */
  readonly target: string;
  /**
   * `waiting` and `unreadable` are how things stood when the time was over; `skipped` was not
   * looked at, because something before it did not come right.
   */
  readonly state: "done" | "failed" | "waiting" | "unreadable" | "skipped";
  /** Words of servers may be in it. */
  readonly detail: string;
  readonly hint?: string | undefined;
  /** From the first look to the last, in milliseconds. */
  readonly waitedMs: number;
}

/** How a verification can end. */
export type VerifyOutcome = "verified" | "failed" | "timeout";

/** What a verification came to. The field `version` changes when a reader would have to. */
export interface VerifyResult {
  readonly version: 1;
  readonly command: "verify";
  readonly outcome: VerifyOutcome;
  readonly exit: number;
  readonly revision: Revision;
  readonly tag: Tag;
  /** The commit of the manifests branch that was to arrive. */
  readonly commit: CommitId;
  readonly tookMs: number;
  readonly steps: readonly VerifyStep[];
}

/** Returns what the steps come to as a whole. */
export function outcomeOfSteps(steps: readonly VerifyStep[]): VerifyOutcome {
  if (steps.some(({ state }) => state === "failed")) return "failed";
  return steps.length > 0 && steps.every(({ state }) => state === "done") ? "verified" : "timeout";
}

/**
 * Returns the exit status of the steps: 5 when at the end something could not be read, so that the
 * deploy may be well; 1 when it was seen not to be.
 */
export function exitOfSteps(steps: readonly VerifyStep[]): number {
  const outcome = outcomeOfSteps(steps);
  if (outcome === "verified") return exit.done;
  if (outcome === "failed") return exit.failed;
  const sawNothingWrong = steps.every(({ state }) => state !== "waiting");
  return sawNothingWrong ? exit.unknown : exit.failed;
}
