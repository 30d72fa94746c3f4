/** A run of the checker, told as the result that people and programs read. */

import { exit, exitOfFailure, Failure } from "../../core/failure.ts";
import type { Problem } from "../../core/landing/drift.ts";
import { detailOf, hintOf } from "../../core/landing/drift-words.ts";
import type { Landing } from "../../core/landing/landing.ts";
import { printPinned } from "../../core/pins/index.ts";
import { endingOf, mentionsIn, withCommit } from "../../core/results/landing.ts";
import { type Outcome, reportFailure } from "../../core/results/promote.ts";
import { calmVerdicts, type SyncImage, type SyncResult, worstOf } from "../../core/results/sync.ts";
import type { LookedImage } from "./group.ts";
import type { Repair, SyncBasis } from "./plan.ts";
import type { SyncRequest } from "./request.ts";

/** What every result of one run shares. */
export interface SyncFrame {
  readonly request: SyncRequest;
  readonly atMs: number;
  readonly tookMs: number;
}

/** Returns the result that a run came to. */
export function concludeSync(landing: Landing<SyncBasis>, frame: SyncFrame): SyncResult {
  const { why, attempts } = landing;
  const seen = why?.look.images ?? [];
  const fixed = new Set(landing.kind === "landed" ? landing.why.repairs.map(nameOf) : []);
  const images = seen.map((image) => reportImage(image, fixed));
  const verdicts = images.map(({ verdict }) => verdict);
  const { repository, branch, source, deploy } = frame.request;
  const { atMs, tookMs } = frame;
  return {
    ...{ version: 1, command: "sync" },
    verdict: why === undefined ? "unreadable" : worstOf(verdicts),
    ...endingFor(landing),
    ...{ deploy, repository, branch, source, atMs, tookMs, attempts },
    ...(why?.look.tip && { tip: why.look.tip }),
    ...withCommit(landing),
    ...(landing.request && { request: landing.request }),
    images,
    ...mentionsIn(landing),
    warnings: why?.look.warnings ?? [],
    ...(why?.diff === undefined ? {} : { diff: why.diff }),
  };
}

function nameOf({ image }: Repair): string {
  return image;
}

type SyncEnding = Pick<SyncResult, "outcome" | "exit" | "failure">;

/** Returns how a run ended: as its landing did, and by what is still to be looked at. */
function endingFor(landing: Landing<SyncBasis>): SyncEnding {
  const unread = landing.why?.look.images.flatMap(({ found }) =>
    found instanceof Failure ? [found] : [],
  )[0];
  if (landing.kind === "landed") {
    if (unread) return failedBy(unread, "landed");
    return { outcome: "landed", exit: leftOver(landing.why, "cured") };
  }
  // What never came to a repair has none that failed.
  const isTried = (landing.why?.repairs.length ?? 0) > 0;
  if (landing.kind === "failed" && !isTried) return failedBy(landing.failure, undefined);
  return endingOf<SyncBasis, SyncEnding>(landing, (why) => {
    const outcome = restOf(why, landing.attempts);
    if (unread) return failedBy(unread, outcome);
    return { ...(outcome && { outcome }), exit: leftOver(why, "as it was") };
  });
}

/** Nothing was tried, a dry run would have, or somebody else was there first. */
function restOf(why: SyncBasis, attempts: number): Outcome | undefined {
  if (why.repairs.length > 0) return "would-land";
  return attempts > 1 ? "unchanged" : undefined;
}

function failedBy(failure: Failure, outcome: Outcome | undefined): SyncEnding {
  const words = reportFailure(failure);
  return { ...(outcome && { outcome }), exit: exitOfFailure(failure.code), failure: words };
}

/** Returns 3 when somebody has to look at something that is still so, else 0. */
function leftOver({ look }: SyncBasis, how: "cured" | "as it was"): number {
  const isOpen = ({ verdict, isCured }: Problem) =>
    !calmVerdicts.has(verdict) && !(how === "cured" && isCured);
  const isLeft = ({ found }: LookedImage) =>
    found instanceof Failure || found.drift.problems.some(isOpen);
  return look.images.some(isLeft) ? exit.drift : exit.done;
}

function reportImage({ image, pins, found }: LookedImage, fixed: ReadonlySet<string>): SyncImage {
  const places = pins.map((pin) => {
    const { file, line, column } = pin;
    return { file, line, column, tag: printPinned(pin) };
  });
  if (found instanceof Failure) {
    const { message, hint } = found;
    return { image, verdict: "unreadable", detail: message, hint, pins: places, fixed: false };
  }
  const { facts, drift, gap } = found;
  const { wanted } = facts;
  const hint = hintOf(drift, facts);
  return {
    image,
    verdict: drift.verdict,
    detail: detailOf(drift, facts),
    ...(hint === undefined ? {} : { hint }),
    ...(wanted === undefined ? {} : { wanted: wantedFields(wanted) }),
    pins: places,
    ...(gap === undefined ? {} : { gap }),
    fixed: fixed.has(image),
  };
}

function wantedFields({ tag, revision, digest }: NonNullable<SyncImage["wanted"]>) {
  return { tag, revision, ...(digest === undefined ? {} : { digest }) };
}
