/** The timeline with its legend, which is also the count of each fate, and its words. */

import { type AuditResult, type DeployFate, fates } from "../../core/results/audit.ts";
import { lagsOf } from "../../core/results/dora.ts";
import { auditTimeline } from "./audit-timeline.ts";
import { type Html, html } from "./html.ts";
import { markedWord } from "./marks.ts";
import type { Section } from "./page.ts";
import { counted, printCount, printSpan } from "./words.ts";

const meanings: Readonly<Record<DeployFate, string>> = {
  deployed: "landed by a deploy of its own",
  covered: "landed by the deploy of a later commit",
  superseded: "a newer one had landed when its deploy came",
  recovered: "landed by the sync checker, its own deploy was lost",
  "rolled-back": "had landed, and a rollback took it out",
  pending: "younger than the grace time, not landed yet",
  gap: "nothing that landed holds it",
};

/** Returns the section that shows what became of all commits, and when. */
export function timelineSection(result: AuditResult): Section {
  return { id: "timeline", title: "What became of the code commits", body: () => body(result) };
}

function body(result: AuditResult): Html {
  const { counts } = result;
  const items = fates
    .filter((fate) => counts[fate] > 0)
    .map(
      (fate) =>
        html`<div><dt>${markedWord(fate)}<small>${meanings[fate]}</small></dt><dd data-fate="${fate}">${printCount(counts[fate])}</dd></div>\n`,
    );
  return html`<dl class="legend">
${items}</dl>
<figure class="timeline">
<div class="scroll" role="group" tabindex="0" aria-label="Timeline">
${auditTimeline(result, "timeline-words")}
</div>
<figcaption id="timeline-words">${inWords(result)}</figcaption>
</figure>`;
}

function inWords(result: AuditResult): string {
  const { commits, deploys, counts } = result;
  const lags = lagsOf(result);
  const long =
    lags === undefined
      ? ""
      : ` Half of those that landed did so within ${printSpan(lags.median)}, the slowest after ${printSpan(lags.longest)}.`;
  const lost =
    counts.gap === 0 ? " There is no gap." : ` ${counted(counts.gap, "commit")} never landed.`;
  return `${counted(commits.length, "code commit")} by date, the longer the lag the higher, above ${counted(deploys.length, "deploy")}.${long}${lost}`;
}
