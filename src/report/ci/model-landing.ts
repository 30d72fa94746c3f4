/** A promotion, a rollback or a release in brief. */

import { printPlace } from "../../core/failure.ts";
import { scopeOf } from "../../core/landing/hold.ts";
import {
  type HoldReport,
  type ImageReport,
  imageOutcomes,
  type Outcome,
  type PromoteResult,
} from "../../core/results/promote.ts";
import { commitPage } from "../commit-pages.ts";
import { counted, printSpan } from "../html/words.ts";
import { type Fact, type Gauge, type ReportModel, single, tally } from "./model.ts";
import { failureNotices, mentionNotices, mentionTable } from "./notices.ts";

const meanings: Readonly<Record<Outcome, string>> = {
  landed: "is in the branch, verified by reading the remote",
  unchanged: "was in the branch already",
  superseded: "is older than what the branch holds; nothing was moved back",
  held: "is kept out by a recorded rollback",
  refused: "was refused by the server",
  failed: "certainly did not land",
  unknown: "may have landed: the remote does not show whether it did",
  proposed: "is proposed: a request on the forge is open, and the branch does not hold it yet",
  "would-land": "would land; this was a dry run",
};

/** Returns the result in brief. */
export function landingReport(result: PromoteResult): ReportModel {
  const { command, outcome, exit, images, holds = [], mentions, diff } = result;
  const what = subjectOf(result);
  return {
    ...{ command, verdict: outcome, exit, diff },
    headline: `${outcome}: ${what} ${meanings[outcome]}`,
    facts: facts(result),
    tables: [
      {
        title: "Images",
        heads: ["Image", "Outcome", "Pin", "From", "To"],
        rows: images.flatMap(imageRows),
      },
      mentionTable(mentions),
      {
        title: "Holds",
        heads: ["Hold", "Where", "Images", "Through", "Reason", "By", "Until"],
        rows: holds.map(holdRow),
      },
    ],
    troubles: failureNotices(`${command} ${outcome}`, result),
    notices: mentionNotices(mentions),
    outputs: outputs(result),
    gauges: gauges(result),
  };
}

function subjectOf({ images, revision, command }: PromoteResult): string {
  const tags = [...new Set(images.map(({ tag }) => tag))].join(", ");
  return tags || revision || `the ${command}`;
}

function facts(result: PromoteResult): readonly Fact[] {
  const { branch, repository, revision, commit, tip, request } = result;
  const { attempts, tookMs, deploy } = result;
  const known = (name: string, commit: string | undefined): readonly Fact[] =>
    commit === undefined ? [] : [[name, commit, commitPage(repository, commit)]];
  return [
    ["Manifests", `${branch} of ${repository}`],
    ...(revision === undefined ? [] : [["Revision", revision] as const]),
    ...known("Deploy commit", commit),
    ...(commit === undefined ? known("Tip", tip) : []),
    ...(request === undefined ? [] : [requestFact(request)]),
    ["Took", `${counted(attempts, "round")}, ${printSpan(tookMs)}`],
    ["Deploy", deploy],
  ];
}

/** The address is the forge's word: only one of the web becomes a link. */
function requestFact({ number, url }: NonNullable<PromoteResult["request"]>): Fact {
  return ["Request", `#${number}`, /^https?:\/\//.test(url) ? url : undefined];
}

function imageRows({ image, outcome, pins, tag }: ImageReport): readonly (readonly string[])[] {
  if (pins.length === 0) return [[image, outcome, "", "", tag]];
  return pins.map((pin) => [image, outcome, printPlace(pin), pin.from || "(no tag)", pin.to]);
}

function holdRow({ change, images, through, ...words }: HoldReport): readonly string[] {
  const what = images === undefined ? "all" : images.join(", ");
  const until = words.until ?? "it is lifted";
  return [
    change,
    scopeOf(words),
    what,
    through?.slice(0, 7) ?? "all new",
    words.reason,
    words.by,
    until,
  ];
}

/** Whether the branch holds pins or holds of ours that it did not have before. */
function isChange({ outcome, images, holds = [] }: PromoteResult): boolean {
  if (outcome !== "landed") return false;
  return holds.length > 0 || images.some((image) => image.outcome === "moved");
}

function outputs(result: PromoteResult): readonly Fact[] {
  const { outcome, revision, commit, attempts, deploy, images, request } = result;
  const reference = ({ image, tag, digest }: ImageReport) =>
    `${image}:${tag}${digest === undefined ? "" : `@${digest}`}`;
  return [
    ["outcome", outcome],
    ["changed", String(isChange(result))],
    ["revision", revision ?? ""],
    ["commit", commit ?? ""],
    ["tag", [...new Set(images.map(({ tag }) => tag))].join("\n")],
    ["images", images.map(reference).join("\n")],
    ["attempts", String(attempts)],
    ["deploy", deploy],
    ...(request === undefined ? [] : [["request", request.url] as const]),
  ];
}

function gauges({ attempts, tookMs, images }: PromoteResult): readonly Gauge[] {
  const moved = images.flatMap(({ pins }) => pins.filter(({ from, to }) => from !== to));
  const image = {
    name: "landfall_images",
    help: "Images, by outcome.",
    label: "outcome",
  };
  return [
    single("landfall_run_duration_seconds", "Wall time of the run.", tookMs / 1000),
    single("landfall_run_attempts", "Rounds of the landing loop.", attempts),
    single("landfall_pins_moved", "Pins that the run moved, or would move.", moved.length),
    tally(
      image,
      imageOutcomes,
      images.map(({ outcome }) => outcome),
    ),
  ];
}
