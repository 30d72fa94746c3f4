/** A run of the sync checker in brief. */

import type { Place } from "../../core/failure.ts";
import {
  type SyncImage,
  type SyncPin,
  type SyncResult,
  type SyncVerdict,
  syncVerdicts,
} from "../../core/results/sync.ts";
import { commitPage } from "../commit-pages.ts";
import { counted, printSpan, printTime } from "../html/words.ts";
import { syncHeadline } from "../text/sync-headline.ts";
import { type Fact, type Gauge, type Notice, type ReportModel, single, tally } from "./model.ts";
import { failureNotices, mentionNotices, mentionTable } from "./notices.ts";

/** What a verdict asks of people, where a run of the checker has not repaired it. */
const levels: Readonly<Record<SyncVerdict, Notice["level"] | "none">> = {
  ...{ "in-sync": "none", ahead: "none", pending: "none", held: "notice" },
  ...{ floating: "warning", stalled: "warning", reverted: "warning" },
  ...{ behind: "error", mixed: "error", missing: "error", diverged: "error", unreadable: "error" },
};

/** Returns the result in brief. */
export function syncReport(result: SyncResult): ReportModel {
  const { command, verdict, exit, images, mentions, diff } = result;
  return {
    ...{ command, verdict, exit, diff },
    headline: syncHeadline(result).text,
    facts: facts(result),
    tables: [
      {
        title: "Images",
        heads: ["Image", "Verdict", "Pins", "Wanted", "Behind", "What was found"],
        rows: images.map((image) => imageRow(image, result.atMs)),
      },
      mentionTable(mentions),
    ],
    troubles: failureNotices("sync", result),
    notices: [...images.filter(isNews).flatMap(imageNotices), ...mentionNotices(mentions)],
    outputs: outputs(result),
    gauges: gauges(result),
  };
}

function facts({ branch, repository, source, atMs, tookMs, tip, commit }: SyncResult): Fact[] {
  return [
    ["Manifests", `${branch} of ${repository}`],
    ...(source === repository ? [] : [["Source", source] as const]),
    ["At", printTime(atMs)],
    ...(tip === undefined ? [] : [["Tip", tip, commitPage(repository, tip)] as const]),
    ...(commit === undefined
      ? []
      : [["Repaired by", commit, commitPage(repository, commit)] as const]),
    ["Took", printSpan(tookMs)],
  ];
}

function imageRow(image: SyncImage, atMs: number): readonly string[] {
  const { verdict, fixed, pins, wanted, gap, detail, hint } = image;
  const tags = [...new Set(pins.map(({ tag }) => tag || "(no tag)"))].join(", ");
  const behind =
    gap === undefined ? "" : `${counted(gap.commits, "commit")}, ${printSpan(atMs - gap.sinceMs)}`;
  const word = fixed ? `${verdict}, repaired` : verdict;
  const found = hint === undefined ? detail : `${detail} ${hint}`;
  return [image.image, word, tags, wanted?.tag ?? "", behind, found];
}

/** A missing build does not concern one image's pins alone: it is reported once. */
function isNews({ verdict, detail }: SyncImage, at: number, images: readonly SyncImage[]): boolean {
  return verdict !== "stalled" || images.findIndex((one) => one.detail === detail) === at;
}

/** One notice for each pin that is not as wanted; where that cannot be told, one for the image. */
function imageNotices(image: SyncImage): readonly Notice[] {
  const { verdict, fixed, pins, wanted, detail, hint } = image;
  const level = fixed ? "notice" : levels[verdict];
  if (level === "none") return [];
  const isWanted = ({ tag }: SyncPin) => tag.split("@")[0] === wanted?.tag;
  const wrong = pins.filter((pin) => !isWanted(pin));
  const places: readonly (Place | undefined)[] = wrong.length > 0 ? wrong : [pins[0]];
  const title = `${image.image}: ${verdict}${fixed ? ", repaired" : ""}`;
  return places.map((place) => ({ level, title, message: detail, hint, place }));
}

function outputs({ verdict, outcome, commit, attempts, deploy, images }: SyncResult): Fact[] {
  const fixed = images.filter((image) => image.fixed);
  return [
    ["outcome", outcome ?? "none"],
    ["changed", String(outcome === "landed" && fixed.length > 0)],
    ["in-sync", String(verdict === "in-sync")],
    ["commit", commit ?? ""],
    ["tag", [...new Set(fixed.flatMap(({ wanted }) => wanted?.tag ?? []))].join("\n")],
    ["revision", [...new Set(fixed.flatMap(({ wanted }) => wanted?.revision ?? []))].join("\n")],
    ["fixed", fixed.map(({ image }) => image).join("\n")],
    ["attempts", String(attempts)],
    ["deploy", deploy],
  ];
}

function gauges({ images, atMs, tookMs, attempts }: SyncResult): readonly Gauge[] {
  const gaps = images.flatMap(({ gap }) => gap ?? []);
  const commits = Math.max(0, ...gaps.map((gap) => gap.commits));
  const oldest = Math.max(0, ...gaps.map(({ sinceMs }) => (atMs - sinceMs) / 1000));
  const found = images.map(({ verdict }) => verdict);
  const fixed = images.filter((image) => image.fixed).length;
  return [
    single("landfall_run_duration_seconds", "Wall time of the run.", tookMs / 1000),
    single("landfall_run_attempts", "Rounds of the landing loop.", attempts),
    tally(
      { name: "landfall_sync_images", help: "Images, by verdict.", label: "verdict" },
      syncVerdicts,
      found,
    ),
    single("landfall_sync_fixed_images", "Images that the run repaired.", fixed),
    single("landfall_sync_gap_commits", "Code commits that production lacked, at most.", commits),
    single("landfall_sync_gap_seconds", "Age of the oldest gap that was found.", oldest),
  ];
}
