/** An audit as one HTML file: the verdict, the timeline, what is wrong, then every commit. */

import type { AuditResult } from "../../core/results/audit.ts";
import { lagsOf } from "../../core/results/dora.ts";
import { deliverySection } from "./audit-delivery.ts";
import { deployTable } from "./audit-deploy-tables.ts";
import { adviceOf, auditHeadline, isBad, landedCount } from "./audit-figures.ts";
import { timelineSection } from "./audit-legend.ts";
import { commitTable, inversionTable, leftBehindTable } from "./audit-tables.ts";
import { type HtmlContent, html } from "./html.ts";
import { type Figure, figuresTag, notesTag } from "./notes.ts";
import { printPage, type Section } from "./page.ts";
import { listing } from "./table.ts";
import { printCount, printSpan, timeTag } from "./words.ts";

/** Returns the audit as one self-contained HTML file: the same result, the same text. */
export function auditHtml(result: AuditResult): string {
  const { failure, warnings, asOfMs } = result;
  return printPage({
    kind: "Audit",
    headline: auditHeadline(result),
    ...adviceOf(result),
    tone: isBad(result) ? "bad" : "good",
    about: about(result),
    lead: html`${notesTag(failure, warnings)}${figuresTag(figures(result))}`,
    sections: [...wrongs(result), ...ledger(result)],
    foot: html`Times are UTC, as the commits claim them. What landed was decided by ancestry,
never by time. As of ${timeTag(asOfMs)}.`,
  });
}

function about(result: AuditResult): readonly (readonly [name: string, value: HtmlContent])[] {
  const { repository, branch, source, sinceMs, asOfMs } = result;
  return [
    ["Manifests", html`${branch} of ${repository}`],
    ...(source === repository ? [] : [["Source", source] as const]),
    ["From", sinceMs <= 0 ? "the first commit" : timeTag(sinceMs)],
    ["To", timeTag(asOfMs)],
  ];
}

function figures(result: AuditResult): readonly Figure[] {
  const { commits, deploys, counts } = result;
  const lags = lagsOf(result);
  const span = (ms: number | undefined) => (ms === undefined ? "–" : printSpan(ms));
  const gaps = counts.gap === 1 ? "gap" : "gaps";
  return [
    { id: "commits", value: printCount(commits.length), label: "code commits" },
    { id: "landed", value: printCount(landedCount(result)), label: "reached production" },
    { id: "gap", value: printCount(counts.gap), label: gaps, tone: counts.gap > 0 ? "bad" : "" },
    { id: "median-lag", value: span(lags?.median), label: "median lag" },
    { id: "most-lag", value: span(lags?.most), label: "lag of 95 %, at most" },
    { id: "longest-lag", value: span(lags?.longest), label: "longest lag" },
    { id: "deploys", value: printCount(deploys.length), label: "deploy commits" },
  ];
}

/** What should not be, where there is any, above the long lists. Gaps head the commits. */
function wrongs(result: AuditResult): readonly Section[] {
  const { leftBehind, inversions } = result;
  const behind = listing(leftBehindTable(result), {
    title: "Pins left behind",
    note: "Pins that deploys of their image went past: an older tag ran there, or still does.",
  });
  const back = listing(inversionTable(result), {
    title: "Inversions",
    note: "Deploys that put an image back without being a rollback.",
  });
  return [...(leftBehind.length > 0 ? [behind] : []), ...(inversions.length > 0 ? [back] : [])];
}

function ledger(result: AuditResult): readonly Section[] {
  return [
    listing(commitTable(result), {
      title: "Code commits",
      note: "Newest first. Lag runs from the commit's date to that of the deploy that landed it.",
    }),
    timelineSection(result),
    deliverySection(result),
    listing(deployTable(result), {
      title: "Deploys",
      note: "Commits of the manifests branch that moved pins, or say why they moved none.",
    }),
  ];
}
