/** What was seen of one thing in one look, or that it could not be seen. */

import { exit, exitOfFailure, Failure } from "../failure.ts";
import type { StepVerdict, VerifyStep } from "../results/verify.ts";

/** What was seen of something in one look. */
export type Observation = Pick<VerifyStep, "detail" | "hint" | "code"> & {
  readonly state: Exclude<VerifyStep["state"], "skipped">;
};

/** Returns what a verdict says. */
export function sightOf(verdict: StepVerdict): Observation {
  const { kind: state, detail } = verdict;
  const hint = "hint" in verdict ? verdict.hint : undefined;
  const code = "code" in verdict ? verdict.code : undefined;
  return { state, detail, ...(hint !== undefined && { hint }), ...(code && { code }) };
}

/** Returns whether an error says something of the world, and not of the settings or of a stop. */
export function isOfTheWorld(error: unknown): error is Failure {
  if (!(error instanceof Failure) || error.code === "interrupted") return false;
  return exitOfFailure(error.code) !== exit.usage;
}

/** Returns that something could not be seen: it may be well all the same. */
export function unobserved({ code, message, hint }: Failure): Observation {
  return { state: "unreadable", detail: message, hint, code };
}
