/** Audits of several environments for people: commit by commit, then what is not well in each. */

import type { AuditMatrix, MatrixRow } from "../../core/results/audit-matrix.ts";
import { printSpan } from "../html/words.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { auditText } from "./audit.ts";

const rowsMax = 20;
const subjectMax = 50;

/** Returns the matrix as text, with a final newline. */
export function auditMatrixText({ environments, commits }: AuditMatrix, style: Style): string {
  const names = environments.map(({ environment = "" }) => environment);
  const shown = commits.slice(0, rowsMax);
  const cells = shown.map((row) => names.map((name) => cellText(row, name)));
  const widths = names.map((name, at) =>
    Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)),
  );
  const line = (first: string, texts: readonly string[], last: string) =>
    `  ${first.padEnd(7)}  ${texts.map((text, at) => text.padEnd(widths[at] ?? 0)).join("  ")}  ${last}`;
  const rest = commits.length - shown.length;
  const lines = [
    style.dim(line("commit", names, "")).trimEnd(),
    ...shown.map((row, at) =>
      line(row.revision.slice(0, 7), cells[at] ?? [], plain(row.subject, subjectMax)),
    ),
    ...(rest > 0 ? [`  and ${rest} more of these`] : []),
  ];
  const each = environments.map(
    (audit) => `\n${style.bold(audit.environment ?? "")}\n${auditText(audit, style)}`,
  );
  return `${lines.join("\n")}\n${each.join("")}`;
}

function cellText({ cells }: MatrixRow, environment: string): string {
  const cell = cells.find((one) => one.environment === environment);
  if (cell === undefined) return "–";
  return cell.lagMs === undefined ? cell.fate : `${cell.fate} ${printSpan(cell.lagMs)}`;
}
