/** Answers and errors after which asking a registry again may help, and how long to wait before. */

import { Failure } from "../../core/failure.ts";
import { type Backoff, waitMsBefore } from "../../core/landing/backoff.ts";
import { askedWaitMs, speaksOfPullQuota } from "../http/words.ts";

/** A failure that may pass. Thrown by an attempt, never past the retry loop. */
export class Retryable extends Error {
  /** What to throw when there is no time to wait. */
  readonly failure: Failure;
  /** The shortest wait worth trying, in milliseconds; undefined when no wait helps. */
  readonly leastWaitMs: number | undefined;

  constructor(failure: Failure, leastWaitMs: number | undefined) {
    super(failure.message, { cause: failure });
    this.failure = failure;
    this.leastWaitMs = leastWaitMs;
  }
}

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

/** Returns the trouble that an answer's status means, or undefined when the answer is final. */
export function retryableAnswer(asked: Asked, answer: RegistryAnswer): Retryable | undefined {
  const waitMs = askedWaitMs(answer.retryAfter, answer.words, asked.nowMs);
  if (answer.status === 429) return throttled(asked, answer, waitMs);
  return passing.has(answer.status) ? noStatement(asked, answer) : undefined;
}

/** Returns the trouble of an answer that says nothing of the image: an outage, a proxy's page. */
export function noStatement(asked: Asked, answer: RegistryAnswer): Retryable {
  const waitMs = askedWaitMs(answer.retryAfter, answer.words, asked.nowMs);
  const failure = new Failure(
    "registry-unreachable",
    `Cannot ${asked.doing}: "${asked.host}" answered ${printAnswer(answer)}`,
    "Try again later. If it stays, look at the registry's status page and at proxies in between.",
    { retryAfterMs: waitMs },
  );
  return new Retryable(failure, waitMs ?? 0);
}

function throttled(asked: Asked, answer: RegistryAnswer, waitMs: number | undefined): Retryable {
  const failure = new Failure(
    "throttled",
    `Cannot ${asked.doing}: "${asked.host}" answered ${printAnswer(answer)}`,
    "The image was not checked. Run it again later; with credentials the limits are higher.",
    { retryAfterMs: waitMs },
  );
  const isHoursLong = waitMs === undefined && speaksOfPullQuota(answer.words);
  return new Retryable(failure, isHoursLong ? undefined : Math.max(throttleMsMin, waitMs ?? 0));
}

// What a retry cannot cure. Node's own names, from tls and OpenSSL's X509 verification.
const certificateCode =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)/;

/** Returns what an error of the network means: a trouble, or a failure when it will not pass. */
export function retryableError(asked: Asked, error: unknown): Retryable | Failure {
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  const why = error instanceof Error && error.message !== "" ? error.message : code;
  const isFinal = certificateCode.test(code);
  const failure = new Failure(
    "registry-unreachable",
    `Cannot ${asked.doing}: the connection to "${asked.host}" failed: ${why}`,
    isFinal
      ? "Check the registry's address and certificate; list a host that speaks plain HTTP."
      : "Check the registry's address and the network.",
    { cause: error },
  );
  return isFinal ? failure : new Retryable(failure, 0);
}

/** Returns the wait before retry number `retry` (from 1): the least one, plus full jitter. */
export function retryWaitMs(leastWaitMs: number, retry: number, unit: number): number {
  return leastWaitMs + waitMsBefore(retry, backoff, unit);
}

/** Prints an answer's status and words, for messages. An answer to HEAD has no words. */
export function printAnswer(answer: Pick<RegistryAnswer, "status" | "words">): string {
  return answer.words === "" ? String(answer.status) : `${answer.status}: ${answer.words}`;
}
