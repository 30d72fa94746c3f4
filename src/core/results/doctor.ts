/** What an examination of the surroundings found. */

import { exit, exitOfFailure, type FailureCode } from "../failure.ts";
import type { MentionReport } from "./mention.ts";

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail" | "skipped";
  /** Words of servers may be in it. */
  readonly detail: string;
  /** What to do about it; undefined when there is nothing to do. */
  readonly remedy?: string | undefined;
  /** Why it could not be looked at. */
  readonly code?: FailureCode | undefined;
}

/** The checks, in the order in which a deploy meets what they look at. */
export interface DoctorResult {
  readonly version: 1;
  readonly command: "doctor";
  readonly exit: number;
  readonly checks: readonly Check[];
  /** Places that name the images, and would not be moved. */
  readonly mentions?: readonly MentionReport[] | undefined;
}

/**
 * Returns the exit status of checks: 1 when something that a deploy needs is not there, 2 when only
 * settings are wrong, 6 when something could not be looked at because it asks to wait.
 */
export function exitOfChecks(checks: readonly Check[]): number {
  const failed = checks.filter(({ state }) => state === "fail");
  const isSettings = ({ code }: Check) => code !== undefined && exitOfFailure(code) === exit.usage;
  if (failed.length > 0) return failed.every(isSettings) ? exit.usage : exit.failed;
  return checks.some(({ code }) => code === "throttled") ? exit.throttled : exit.done;
}
