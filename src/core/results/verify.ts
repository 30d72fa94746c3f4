/** What a verification came to: the one object behind the text and the JSON. */

import { exit, type FailureCode } from "../failure.ts";
import type { CommitId, Revision, Tag } from "../ids.ts";
import type { PromoteResult } from "./promote.ts";

/** What one look at a server says of the deploy. */
export type StepVerdict =
  | { readonly kind: "done"; readonly detail: string }
  | { readonly kind: "waiting"; readonly detail: string; readonly hint?: string }
  /** Waiting does not help. Servers pass through such states, so one look proves nothing. */
  | {
      readonly kind: "failed";
      readonly detail: string;
      readonly hint: string;
      /** The settings name the wrong thing: this says nothing about the deploy itself. */
      readonly code?: "config";
    };

/** The kinds of step, in the order in which they are taken. */
export type StepName = "pins" | "argocd" | "flux" | "rollout" | "smoke";

/** The detail of a step that was skipped, and of which nothing was seen. */
export const notLookedAt = "not looked at";

/** One thing that was waited for. */
export interface VerifyStep {
  readonly name: StepName;
  /** The branch, the Application, the object of Flux, the workload, or the page. */
  readonly target: string;
  /**
   * `waiting` is how things were when the time was over; `unreadable` could not be looked at to
   * the end; `skipped` was not, because something before it did not come right.
   */
  readonly state: "done" | "failed" | "waiting" | "unreadable" | "skipped";
  /** Words of servers may be in it. */
  readonly detail: string;
  readonly hint?: string | undefined;
  /** Why it is `unreadable`; `config` where it failed because the settings name the wrong thing. */
  readonly code?: FailureCode | undefined;
  /** From the first look to the last, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * How a verification can end: `timeout` was seen not to have come right when the time was over,
 * `unknown` could not be seen.
 */
export type VerifyOutcome = "verified" | "failed" | "timeout" | "unknown";

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
  /** The rollback that followed, where the settings say so. */
  readonly rollback?: PromoteResult | undefined;
}

/** Returns what the steps come to as a whole. What was seen counts more than what was not. */
export function outcomeOfSteps(steps: readonly VerifyStep[]): VerifyOutcome {
  const states = steps.map(({ state }) => state);
  if (states.includes("failed")) return "failed";
  if (states.includes("waiting")) return "timeout";
  return states.length > 0 && states.every((state) => state === "done") ? "verified" : "unknown";
}

/** Returns the exit status of the steps: 1 when the deploy was seen not to be well. */
export function exitOfSteps(steps: readonly VerifyStep[]): number {
  const outcome = outcomeOfSteps(steps);
  if (outcome === "verified") return exit.done;
  return outcome === "unknown" ? exitOfUnread(steps) : exit.failed;
}

/** Returns 6 when all that could not be read is only throttled, else 5. */
export function exitOfUnread(
  seen: readonly { readonly state: string; readonly code?: FailureCode | undefined }[],
): number {
  const unread = seen.filter(({ state }) => state === "unreadable");
  const isThrottled = unread.length > 0 && unread.every(({ code }) => code === "throttled");
  return isThrottled ? exit.throttled : exit.unknown;
}
