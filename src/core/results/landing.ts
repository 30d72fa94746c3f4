/** What every command that lands says of how it ended, and of the pins that it moved. */

import { exit, type Failure, printPlace } from "../failure.ts";
import { type ImageName, printImageName } from "../image-ref.ts";
import { printPin, type Target } from "../landing/change.ts";
import type { PinFact } from "../landing/decide.ts";
import type { Hold } from "../landing/hold.ts";
import type { Landing } from "../landing/landing.ts";
import { type Mention, type Pin, type PinMove, printPinned } from "../pins/index.ts";
import { reportMentions } from "./mention.ts";
import {
  exitOfOutcome,
  type FailureReport,
  type HoldReport,
  type ImageReport,
  type Outcome,
  type PromoteResult,
  reportFailure,
} from "./promote.ts";

/** What a plan shows beside a command's own words. */
export interface Tried {
  /** What is moved. None: nothing is. */
  readonly moves?: readonly PinMove[] | undefined;
  /** The change that a dry run would push. */
  readonly diff?: string | undefined;
  readonly mentions?: readonly Mention[] | undefined;
}

/** What every result of one landing shares. */
export interface Frame {
  readonly request: Landed;
  /** When the run began, milliseconds since the epoch. */
  readonly startedMs: number;
  readonly tookMs: number;
}

/** Which deploy lands where. */
interface Landed {
  readonly environment?: string | undefined;
  readonly deploy: string;
  readonly repository: string;
  readonly branch: string;
}

/** Returns the fields of a result that every one has. */
export function baseOf({ request, tookMs }: Frame, command: PromoteResult["command"]) {
  const { deploy, environment, repository, branch } = request;
  const where = environment === undefined ? {} : { environment };
  return { version: 1, command, ...where, deploy, repository, branch, tookMs } as const;
}

/** The fields of a result that say how it ended. */
export type EndingFields = Pick<PromoteResult, "outcome" | "exit" | "failure">;

/** Returns an outcome with its exit status, and why. */
export function ended(outcome: Outcome, failure?: Failure): EndingFields {
  const words = failure === undefined ? {} : { failure: reportFailure(failure) };
  return { outcome, exit: exitOfOutcome(outcome, failure), ...words };
}

/** Returns how a landing ended. `rested` says it of one that found nothing to push. */
export function endingOf<Why, Rested = EndingFields>(
  landing: Landing<Why>,
  rested: (why: Why) => Rested,
): EndingFields | Rested {
  switch (landing.kind) {
    case "landed":
      return ended("landed");
    case "failed":
      return ended("failed", landing.failure);
    case "proposed":
      return landing.isAwaited
        ? { ...ended("proposed"), exit: exit.unknown, failure: unmerged(landing) }
        : ended("proposed");
    case "refused":
      return { ...ended("refused"), failure: refusal(landing) };
    case "unknown":
      return { ...ended("unknown"), failure: uncertainty(landing) };
    case "rested":
      return rested(landing.why);
  }
}

/** Returns the words for a push that a rule of the server refused. */
function refusal({
  words,
  remedy,
  by,
}: Landing<unknown> & { readonly kind: "refused" }): FailureReport {
  if (by === "people") return { code: "request-refused", message: words, hint: remedy ?? "" };
  const asks = remedy ?? "Check the branch's protection and the token's rights.";
  return {
    code: "push-refused",
    message: `The server refused the push: ${words}`,
    hint: `Nothing was changed, and trying again cannot help. ${asks}`,
  };
}

/** Returns the words for a request that was waited for in vain. */
function unmerged({
  words,
  request,
}: Landing<unknown> & { readonly kind: "proposed" }): FailureReport {
  const where = request === undefined ? "" : ` (${request.url})`;
  return {
    code: "not-merged",
    message: `The request was not merged before the deadline: ${words}${where}`,
    hint: "It stays open. Merge it, or run this again with a longer --timeout or with --no-wait.",
  };
}

/** Returns the change that a dry run would push, where there is one. */
export function diffIn({ why }: Landing<Pick<Tried, "diff">>) {
  return why?.diff ? { diff: why.diff } : {};
}

/** Returns the places that were not moved, where there are some. */
export function mentionsIn(
  { why }: Landing<Pick<Tried, "mentions">>,
  targets: Parameters<typeof reportMentions>[1] = [],
) {
  const told = reportMentions(why?.mentions ?? [], targets);
  return told.length === 0 ? {} : { mentions: told };
}

/** Returns the commit that landed or is proposed, or the last of those that may have landed. */
export function withCommit(landing: Landing<unknown>) {
  if (landing.kind === "landed" || landing.kind === "proposed") return { commit: landing.commit };
  return landing.kind === "unknown" ? { commit: landing.doubts.at(-1)?.commit } : {};
}

/** Returns what a landing left behind: commit, tip as it was read last, rounds, request. */
export function traceOf(landing: Landing<unknown>) {
  const tip = "tip" in landing ? { tip: landing.tip } : {};
  const { attempts, request } = landing;
  return { ...withCommit(landing), ...tip, attempts, ...(request && { request }) };
}

/** Returns the words for pushes that may have landed. */
function uncertainty({
  words,
  doubts,
}: Landing<unknown> & { readonly kind: "unknown" }): FailureReport {
  const commits = doubts.map(({ commit }) => commit).join(" or ");
  return {
    code: "unknown",
    message: `The push may have landed, and what the remote shows does not tell: ${words}`,
    hint: `Run the same command again a little later; it lands at most once. The commit is ${commits}.`,
  };
}

/** Returns what is reported of an image: its pins, and what those that are moved hold then. */
export function reportImage(
  target: Target,
  facts: readonly PinFact[],
  moves: readonly PinMove[],
): Omit<ImageReport, "outcome"> {
  const moved = new Map(moves.map((move) => [move.pin, move]));
  const digestOf = target.digest === undefined ? {} : { digest: target.digest };
  return {
    image: printImageName(target.image),
    tag: target.tag,
    ...digestOf,
    pins: [...new Set(facts.map(({ pin }) => pin))].map((pin) => {
      const from = printPin(pin);
      const move = moved.get(pin);
      const { file, line, column } = pin;
      return { file, line, column, from, to: move === undefined ? from : printMoved(move) };
    }),
  };
}

/** Prints what a pin holds once it is moved. */
function printMoved({ pin, tag, digest }: PinMove): string {
  if (pin.digest === undefined || digest === undefined) return tag;
  return printPinned({ tag: pin.tag && tag, digest });
}

/** Returns an image as its landing left it: what was to move did not where nothing landed. */
export function imageAfter(kind: Landing<unknown>["kind"], image: ImageReport): ImageReport {
  if (image.outcome !== "moved" || kind === "landed" || kind === "rested") return image;
  if (kind === "unknown" || kind === "proposed") return { ...image, outcome: kind };
  return { ...image, outcome: kind, pins: image.pins.map((pin) => ({ ...pin, to: pin.from })) };
}

/** Returns a hold as data. */
export function reportHold(change: HoldReport["change"], hold: Hold): HoldReport {
  return { change, ...hold, images: hold.images?.map(printImageName) };
}

/** Returns one warning for each value whose digits name several commits. */
export function ambiguities(facts: readonly PinFact[]): readonly string[] {
  const told = new Map<string, string>();
  for (const { pin } of facts) {
    const own = facts.filter((fact) => fact.pin === pin);
    if (own.length < 2) continue;
    const among = own.flatMap(({ relation }) =>
      "revision" in relation ? [relation.revision] : [],
    );
    const what = `${printPlace(pin)} holds ${printPin(pin)}, which names ${among.length} commits`;
    const isPrefix = among.every((each) => pin.tag?.includes(each.slice(0, 7)));
    const remedy = isPrefix ? "Use more digits in `tag`." : "Its git tag was moved since.";
    told.set(printPin(pin), `${what}: ${among.join(", ")}. ${remedy}`);
  }
  return [...told.values()];
}

/** Returns one warning for each value taken over, however many places held it. */
export function adoptions(image: ImageName, adopted: readonly Pin[]): readonly string[] {
  const values = new Set(adopted.map(printPin));
  return [...values].map((value) => {
    const places = adopted.filter((pin) => printPin(pin) === value).map(printPlace);
    const where = places.length > 1 ? `${places[0]} and ${places.length - 1} more` : places[0];
    const what = `${printImageName(image)}: ${value} names no commit of the source history`;
    return `${what}, so nothing says which is newer; it was moved (${where})`;
  });
}
