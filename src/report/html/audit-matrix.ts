/** Audits of several environments as one HTML file: a table of commits and environments. */

import type { AuditMatrix, MatrixRow } from "../../core/results/audit-matrix.ts";
import { auditHeadline, isBad } from "./audit-figures.ts";
import { html } from "./html.ts";
import { printPage, type Section } from "./page.ts";
import { listing } from "./table.ts";
import { counted, printSpan, timeTag } from "./words.ts";

/** Returns the matrix as one self-contained HTML file. */
export function auditMatrixHtml(matrix: AuditMatrix): string {
  const { environments, commits } = matrix;
  const names = environments.map(({ environment = "" }) => environment);
  const bad = environments.filter(isBad);
  const headline =
    bad.length === 0
      ? `All Well in ${counted(names.length, "Environment")}`
      : bad.map((audit) => `${audit.environment}: ${auditHeadline(audit)}`).join("; ");
  return printPage({
    kind: "Audit",
    headline,
    tone: bad.length > 0 ? "bad" : "good",
    about: environments.map((audit) => [
      audit.environment ?? "",
      html`${auditHeadline(audit)}, ${audit.branch} of ${audit.repository}`,
    ]),
    lead: html``,
    sections: [matrixSection(names, commits)],
    foot: html`Times are UTC, as the commits claim them. What landed was decided by ancestry,
never by time. One page for each environment: landfall audit --env NAME --html FILE.`,
  });
}

function matrixSection(names: readonly string[], commits: readonly MatrixRow[]): Section {
  return listing(
    {
      id: "matrix",
      noun: ["commit", "commits"],
      columns: [
        { title: "Time", width: "time" },
        { title: "Commit", width: "id" },
        ...names.map((title) => ({ title, width: "word" as const })),
        { title: "Subject", width: "text" },
      ],
      naming: 1,
      rows: commits.map((row) => ({
        cells: [
          timeTag(row.atMs),
          html`${row.revision.slice(0, 7)}`,
          ...names.map((name) => cellTag(row, name)),
          html`${row.subject}`,
        ],
      })),
    },
    {
      title: "Commits and environments",
      note: "Newest first. Beside each word how long it took from the commit to there.",
    },
  );
}

function cellTag({ cells }: MatrixRow, environment: string) {
  const cell = cells.find((one) => one.environment === environment);
  if (cell === undefined) return html`–`;
  return html`${cell.fate}${cell.lagMs === undefined ? "" : ` ${printSpan(cell.lagMs)}`}`;
}
