/** The four DORA figures of an audit, and their course by days or weeks. */

import type { AuditResult } from "../../core/results/audit.ts";
import { courseOf, fourFigures, type Period } from "../../core/results/dora.ts";
import { html, nothing } from "./html.ts";
import { figuresTag } from "./notes.ts";
import type { Section } from "./page.ts";
import { listing, type Row } from "./table.ts";
import { printCount, printSpan } from "./words.ts";

/** Returns the section of both. */
export function deliverySection(result: AuditResult): Section {
  const periods = courseOf(result);
  const most = Math.max(1, ...periods.map(({ deploys }) => deploys));
  const table = listing(
    {
      id: "delivery",
      noun: ["period", "periods"],
      columns: [
        { title: "From", width: "time" },
        { title: "Deploys", width: "name" },
        { title: "Lead time", width: "number" },
        { title: "Gaps", width: "number" },
        { title: "Rollbacks", width: "number" },
      ],
      naming: 0,
      rows: periods.map((period) => periodRow(period, most)),
    },
    {
      title: "Delivery over time",
      note: "The four figures of DORA, and their course. Lead time is the median of its period.",
    },
  );
  return {
    id: table.id,
    title: table.title,
    body: (heading, later) => html`${figuresTag(figures(result))}\n${table.body(heading, later)}`,
  };
}

function figures(result: AuditResult) {
  const { deploysPerDay, leadTimeMs, failureRate, recoveryMs } = fourFigures(result);
  const span = (ms: number | undefined) => (ms === undefined ? "–" : printSpan(ms));
  const perDay = deploysPerDay === undefined ? "–" : deploysPerDay.toFixed(1);
  const rate = failureRate === undefined ? "–" : `${(failureRate * 100).toFixed(1)} %`;
  return [
    { id: "deploys-per-day", value: perDay, label: "deploys a day" },
    { id: "lead-time", value: span(leadTimeMs), label: "lead time, median" },
    { id: "failure-rate", value: rate, label: "of deploys were rolled back" },
    { id: "recovery", value: span(recoveryMs), label: "until the rollback, median" },
  ];
}

function periodRow({ fromMs, deploys, leadTimeMs, gaps, rollbacks }: Period, most: number): Row {
  const day = new Date(fromMs).toISOString().slice(0, 10);
  const bar = html`<meter min="0" max="${most}" value="${deploys}" aria-hidden="true"></meter>`;
  const count = (number: number) => (number === 0 ? nothing : html`${printCount(number)}`);
  return {
    cells: [
      html`<time datetime="${day}">${day}</time>`,
      html`${printCount(deploys)} ${bar}`,
      leadTimeMs === undefined ? nothing : html`${printSpan(leadTimeMs)}`,
      gaps === 0 ? nothing : html`<span class="k cross bad">${printCount(gaps)}</span>`,
      count(rollbacks),
    ],
  };
}
