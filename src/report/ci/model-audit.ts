/** An audit in brief: its figures, and what should not be. The whole ledger is in the HTML file. */

import {
  type AuditResult,
  fates,
  findingsOf,
  type LedgerCommit,
  type LeftBehind,
} from "../../core/results/audit.ts";
import { fourFigures, lagsOf } from "../../core/results/dora.ts";
import { shownTag } from "../html/audit-cells.ts";
import { auditHeadline, byHand, landedCount } from "../html/audit-figures.ts";
import { counted, printCount, printSpan, printTime } from "../html/words.ts";
import {
  type Fact,
  type Gauge,
  type Notice,
  type ReportModel,
  type ReportTable,
  single,
} from "./model.ts";
import { failureNotices, mentionNotices, mentionTable } from "./notices.ts";

/** Returns the result in brief. */
export function auditReport(result: AuditResult): ReportModel {
  const { command, exit, mentions } = result;
  return {
    ...{ command, exit, verdict: verdictOf(result) },
    headline: auditHeadline(result),
    facts: facts(result),
    tables: [...tables(result), mentionTable(mentions)].filter(({ rows }) => rows.length > 0),
    troubles: failureNotices("audit", result),
    notices: [...notices(result), ...mentionNotices(mentions)],
    outputs: outputs(result),
    gauges: gauges(result),
  };
}

function verdictOf(result: AuditResult): string {
  if (result.failure !== undefined) return "failed";
  return findingsOf(result)[0]?.[0] ?? "accounted";
}

function facts(result: AuditResult): readonly Fact[] {
  const { branch, repository, source, sinceMs, asOfMs, commits, counts, deploys } = result;
  const lags = lagsOf(result);
  const judged = fates.filter((fate) => counts[fate] > 0);
  const fate = judged.map((word) => `${printCount(counts[word])} ${word}`).join(", ");
  const since = sinceMs <= 0 ? "the first commit" : printTime(sinceMs);
  const { inversions, leftBehind } = result;
  const wrongs = [
    counted(byHand(result).length, "by hand", "by hand"),
    counted(inversions.length, "inversion"),
    `${counted(leftBehind.length, "pin")} left behind`,
  ];
  return [
    ["Manifests", `${branch} of ${repository}`],
    ...(source === repository ? [] : [["Source", source] as const]),
    ["Time", `${since} to ${printTime(asOfMs)}`],
    ["Code commits", `${printCount(commits.length)}${fate === "" ? "" : `: ${fate}`}`],
    ["Deploy commits", `${printCount(deploys.length)}: ${wrongs.join(", ")}`],
    ...(lags === undefined
      ? []
      : [["Lag", `median ${printSpan(lags.median)}, longest ${printSpan(lags.longest)}`] as const]),
  ];
}

function tables(result: AuditResult): readonly ReportTable[] {
  const { commits, inversions, leftBehind } = result;
  const row = ({ revision, atMs, subject, author }: LedgerCommit) => [
    ...[revision.slice(0, 7), printTime(atMs), subject, author],
  ];
  const heads = ["Commit", "Committed", "Subject", "Author"];
  const gaps = commits.filter(({ fate }) => fate === "gap");
  return [
    { title: "Gaps", heads, rows: gaps.map(row) },
    {
      title: "Pins left behind",
      heads: ["Pin", "Image", "Tag", "Deploys it missed", "Since"],
      rows: leftBehind.map(leftRow),
    },
    {
      title: "Inversions",
      heads: ["Deploy", "Committed", "Image", "From", "To"],
      rows: inversions.map(({ commit, atMs, image, from, to }) => [
        ...[commit.slice(0, 7), printTime(atMs), image, shownTag(from), shownTag(to)],
      ]),
    },
    {
      title: "Deploys by hand",
      heads,
      rows: byHand(result).map(({ commit, atMs, subject, author }) => [
        ...[commit.slice(0, 7), printTime(atMs), subject, author],
      ]),
    },
  ];
}

function leftRow({ file, line, image, tag, deploys, sinceMs, goneMs }: LeftBehind) {
  const until = goneMs === undefined ? "" : `, gone since ${printTime(goneMs)}`;
  const where = `${file}:${line}`;
  return [where, image, shownTag(tag), printCount(deploys), printTime(sinceMs) + until];
}

function notices(result: AuditResult): readonly Notice[] {
  const { commits, leftBehind, inversions } = result;
  const gaps = commits.filter(({ fate }) => fate === "gap");
  return [
    ...gaps.map(({ revision, subject }): Notice => {
      const message = `${revision.slice(0, 7)} never reached production: ${subject}`;
      return { level: "error", title: "Gap", message };
    }),
    ...leftBehind
      .filter(({ goneMs }) => goneMs === undefined)
      .map(({ file, line, image, tag, deploys }): Notice => {
        const message = `${image}:${tag} stayed behind ${counted(deploys, "deploy")} of its image`;
        return { level: "warning", title: "Pin left behind", message, place: { file, line } };
      }),
    ...inversions.map(({ commit, image, from, to }): Notice => {
      const message = `${commit.slice(0, 7)} put ${image} back from ${from} to ${to}`;
      return { level: "warning", title: "Inversion", message };
    }),
  ];
}

function outputs(result: AuditResult): readonly Fact[] {
  const { counts, commits, deploys, inversions, leftBehind } = result;
  return [
    ["commits", String(commits.length)],
    ["landed", String(landedCount(result))],
    ["gaps", String(counts.gap)],
    ["pending", String(counts.pending)],
    ["deploys", String(deploys.length)],
    ["by-hand", String(byHand(result).length)],
    ["inversions", String(inversions.length)],
    ["left-behind", String(leftBehind.length)],
  ];
}

function gauges(result: AuditResult): readonly Gauge[] {
  const { counts, deploys, inversions, leftBehind } = result;
  const lags = lagsOf(result);
  const known = lags === undefined ? [] : [lags.median, lags.most, lags.longest];
  const quantiles = ["0.5", "0.95", "1"];
  return [
    {
      name: "landfall_audit_commits",
      help: "Code commits in the period, by fate.",
      samples: fates.map((fate) => [{ fate }, counts[fate]]),
    },
    {
      name: "landfall_audit_lag_seconds",
      help: "From a commit's date to that of the deploy commit that landed it, by quantile.",
      samples: known.map((ms, at) => [{ quantile: quantiles[at] ?? "" }, ms / 1000]),
    },
    single("landfall_audit_deploys", "Deploy commits in the period.", deploys.length),
    single("landfall_audit_by_hand", "Deploys that no tool made.", byHand(result).length),
    single("landfall_audit_inversions", "Deploys that put an image back.", inversions.length),
    single("landfall_audit_left_behind", "Pins that deploys went past.", leftBehind.length),
    ...doraGauges(result),
  ];
}

/** The DORA figures; lead time is the lag's median. What is not known has no sample. */
function doraGauges(result: AuditResult): readonly Gauge[] {
  const { deploysPerDay, failureRate, recoveryMs } = fourFigures(result);
  const gauge = (name: string, help: string, value: number | undefined): readonly Gauge[] =>
    value === undefined ? [] : [single(`landfall_audit_${name}`, help, value)];
  return [
    ...gauge("deploys_per_day", "Deploys that moved pins forward, a day.", deploysPerDay),
    ...gauge("failure_ratio", "Rollbacks for each deploy.", failureRate),
    ...gauge(
      "recovery_seconds",
      "From a deploy to the rollback that took it out, median.",
      recoveryMs === undefined ? undefined : recoveryMs / 1000,
    ),
  ];
}
