/** A landing, told as the result that people and programs read. */

import type { ImageDecision } from "../core/decide.ts";
import { type Failure, printPlace } from "../core/failure.ts";
import { printImageName } from "../core/image-ref.ts";
import {
  exitOfOutcome,
  type FailureReport,
  type ImageReport,
  type Outcome,
  type PromoteResult,
  reportFailure,
} from "../core/result.ts";
import type { Landing } from "./land.ts";
import { printPin, type Why } from "./promote-plan.ts";
import type { PromoteRequest, Promotion } from "./promotion.ts";
import type { Judged } from "./survey.ts";

/** What every result of one promotion shares. */
export interface Frame {
  readonly request: PromoteRequest;
  readonly tookMs: () => number;
}

/** Returns the result of a promotion that never came to the landing loop. */
export function concludeFailure(failure: Failure, frame: Frame): PromoteResult {
  return { ...base(frame), ...ended("failed", failure), attempts: 0, images: [], warnings: [] };
}

/** Returns the result that a landing came to. */
export function concludeLanding(
  landing: Landing<Why>,
  promotion: Promotion,
  frame: Frame,
): PromoteResult {
  const { why } = landing;
  const images = why?.survey.images ?? [];
  return {
    ...base(frame),
    ...endingOf(landing, frame),
    revision: promotion.revision,
    ...withCommit(landing),
    ...("tip" in landing ? { tip: landing.tip } : {}),
    attempts: landing.attempts,
    images: images.map(reportImage),
    warnings: [...images.flatMap(adoptions), ...unrecorded(landing)],
    ...(why?.diff === undefined || why.diff === "" ? {} : { diff: why.diff }),
  };
}

type EndingFields = Pick<PromoteResult, "outcome" | "exit" | "failure">;

function endingOf(landing: Landing<Why>, { request }: Frame): EndingFields {
  if (isSuperseded(landing)) return ended("superseded");
  switch (landing.kind) {
    case "landed":
      return ended("landed");
    case "failed":
      return ended("failed", landing.failure);
    case "refused":
      return { ...ended("refused"), failure: refusal(landing.words) };
    case "unknown":
      return { ...ended("unknown"), failure: uncertainty(landing) };
    case "rested": {
      const { verdict, survey } = landing.why;
      if (verdict === "held") return { ...ended("held"), failure: holding(survey.images) };
      if (verdict === "diverged") {
        return { ...ended("refused"), failure: divergence(survey.images) };
      }
      if (verdict === "move") return ended(request.mode === "dry-run" ? "would-land" : "landed");
      return ended(verdict);
    }
  }
}

function ended(outcome: Outcome, failure?: Failure): EndingFields {
  const words = failure === undefined ? {} : { failure: reportFailure(failure) };
  return { outcome, exit: exitOfOutcome(outcome, failure), ...words };
}

/** Says that the server's rules refused a push, in its words. */
export function refusal(words: string): FailureReport {
  return {
    code: "push-refused",
    message: `The server refused the push: ${words}`,
    hint: "Nothing was changed, and trying again cannot help. Check the branch's protection and the token's rights.",
  };
}

/** A superseded revision is superseded, whatever became of the commit that was to say so. */
function isSuperseded(landing: Landing<Why>): boolean {
  const doubted = landing.kind === "unknown" ? landing.doubts.map(({ why }) => why) : [];
  return [landing.why, ...doubted].every((why) => why?.verdict === "superseded");
}

function withCommit(landing: Landing<Why>) {
  if (landing.kind === "landed") return { commit: landing.commit };
  return landing.kind === "unknown" ? { commit: landing.doubts.at(-1)?.commit } : {};
}

/** Says that a push may have landed, and which commit to look for. */
export function uncertainty<Any>({ words, doubts }: Landing<Any> & { readonly kind: "unknown" }) {
  const commits = doubts.map(({ commit }) => commit).join(" or ");
  return {
    code: "unknown",
    message: `The push may have landed, but the remote could not be read afterwards: ${words}`,
    hint: `Run the same promotion again when the remote answers; it lands at most once. The commit is ${commits}.`,
  };
}

function holding(images: readonly Judged[]): FailureReport | undefined {
  for (const { target, decision } of images) {
    if (decision.kind !== "held") continue;
    const { hold } = decision;
    return {
      code: "held",
      message: `"${printImageName(target.image)}" is held through ${hold.through}: ${hold.reason} (${hold.by}, ${hold.at})`,
      hint: "Promote a newer revision, or lift the hold with `landfall release`.",
    };
  }
  return undefined;
}

function divergence(images: readonly Judged[]): FailureReport | undefined {
  for (const { decision } of images) {
    if (decision.kind !== "diverged") continue;
    return {
      code: "diverged",
      message: `${printPlace(decision.pin)} holds ${decision.from}, which is on another line of history`,
      hint: "Promote a revision that descends from it, or pass --allow-diverged to move anyway.",
      place: { file: decision.pin.file, line: decision.pin.line, column: decision.pin.column },
    };
  }
  return undefined;
}

function reportImage({ target, facts, decision }: Judged): ImageReport {
  const moved: ReadonlySet<unknown> = new Set(decision.kind === "move" ? decision.pins : []);
  const digestOf = target.digest === undefined ? {} : { digest: target.digest };
  return {
    image: printImageName(target.image),
    tag: target.tag,
    ...digestOf,
    outcome: outcomes[decision.kind],
    pins: facts.map(({ pin }) => {
      const from = printPin(pin);
      const withDigest = pin.digest !== undefined && target.digest !== undefined;
      const to = pin.tag === undefined && withDigest ? "" : target.tag;
      const after = withDigest ? `${to}@${target.digest}` : to;
      const { file, line, column } = pin;
      return { file, line, column, from, to: moved.has(pin) ? after : from };
    }),
  };
}

const outcomes: Readonly<Record<ImageDecision["kind"], ImageReport["outcome"]>> = {
  move: "moved",
  unchanged: "unchanged",
  superseded: "superseded",
  held: "held",
  diverged: "diverged",
};

/** One warning for each value taken over, however many places held it. */
function adoptions({ target, decision }: Judged): readonly string[] {
  if (decision.kind !== "move") return [];
  const values = new Set(decision.adopted.map(printPin));
  return [...values].map((value) => {
    const places = decision.adopted.filter((pin) => printPin(pin) === value).map(printPlace);
    const where = places.length > 1 ? `${places[0]} and ${places.length - 1} more` : places[0];
    const what = `${printImageName(target.image)}: ${value} names no commit of the source history`;
    return `${what}, so nothing says which is newer; it was moved (${where})`;
  });
}

function unrecorded(landing: Landing<Why>): readonly string[] {
  if (!isSuperseded(landing)) return [];
  if (landing.kind === "landed" || landing.kind === "rested") return [];
  const why = landing.kind === "failed" ? landing.failure.message : landing.words;
  return [`The commit that records this deploy as superseded may be missing: ${why}`];
}

function base({ request, tookMs }: Frame) {
  const { deploy, repository, branch } = request;
  return { version: 1, command: "promote", deploy, repository, branch, tookMs: tookMs() } as const;
}
