/** Answers and errors after which asking a registry again may help, and how long to wait before. */

import { Failure } from "../../core/failure.ts";
import { type Backoff, waitMsBefore } from "../../core/landing/backoff.ts";
import { askedWaitMs, speaksOfPullQuota } from "../http/words.ts";

/** What was asked, of whom, and when it was answered. */
export interface Asked {
  /** For messages, after "Cannot": `look up "x:y"`. */
  readonly doing: string;
  readonly host: string;
  readonly nowMs: number;
}

/** The parts of an answer that say whether it is final. */
export interface RegistryAnswer {
  readonly status: number;
  readonly words: string;
  readonly retryAfter: string | undefined;
}

const passing: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);
const backoff: Backoff = { firstMs: 500, maxMs: 8000 };
// ghcr.io asks for microseconds; coming back that soon only meets the same limit again.
const throttleMsMin = 250;

/** Returns the failure that an answer's status means, or undefined when the answer is final. */
export function passingFailure(asked: Asked, answer: RegistryAnswer): Failure | undefined {
  if (answer.status === 429) return throttled(asked, answer);
  return passing.has(answer.status) ? noStatement(asked, answer) : undefined;
}

/** Returns the failure of an answer that says nothing of the image: an outage, a proxy's page. */
export function noStatement(asked: Asked, answer: RegistryAnswer): Failure {
  return new Failure(
    "registry-unreachable",
    `Cannot ${asked.doing}: "${asked.host}" answered ${printAnswer(answer)}`,
    "Try again later. If it stays, look at the registry's status page and at proxies in between.",
    { retryAfterMs: askedWaitMs(answer.retryAfter, answer.words, asked.nowMs) },
  );
}

function throttled(asked: Asked, answer: RegistryAnswer): Failure {
  const waitMs = askedWaitMs(answer.retryAfter, answer.words, asked.nowMs);
  const isHoursLong = waitMs === undefined && speaksOfPullQuota(answer.words);
  return new Failure(
    "throttled",
    `Cannot ${asked.doing}: "${asked.host}" answered ${printAnswer(answer)}`,
    "The image was not checked. Run it again later; with credentials the limits are higher.",
    { retryAfterMs: isHoursLong ? Number.POSITIVE_INFINITY : waitMs },
  );
}

/** Returns the wait before retry number `retry` (from 1): the least one, plus full jitter. */
export function retryWaitMs(
  { code, retryAfterMs = 0 }: Failure,
  retry: number,
  unit: number,
): number {
  const leastMs = code === "throttled" ? Math.max(throttleMsMin, retryAfterMs) : retryAfterMs;
  return leastMs + waitMsBefore(retry, backoff, unit);
}

/** Prints an answer's status and words, for messages. An answer to HEAD has no words. */
export function printAnswer(answer: Pick<RegistryAnswer, "status" | "words">): string {
  return answer.words === "" ? String(answer.status) : `${answer.status}: ${answer.words}`;
}
