/** The table of deploys in an audit's report. */

import type { AuditResult, LedgerDeploy, ReportedPinMove } from "../../core/results/audit.ts";
import { changeTag, linkTo, shownTag } from "./audit-cells.ts";
import { type Html, html, nothing } from "./html.ts";
import { markedWord } from "./marks.ts";
import type { Column, Table } from "./table.ts";
import { counted, idTag, timeTag } from "./words.ts";

const kinds = [
  ...(["deploy", "recovery", "rollback", "release"] as const),
  ...(["superseded", "by-hand"] as const),
];

/** Returns every deploy, newest first. */
export function deployTable(result: AuditResult): Table {
  const known = knownRevisions(result);
  return {
    id: "deploys",
    noun: ["deploy", "deploys"],
    columns: [...deployColumns, { title: "Kind", width: "word" }, ...deployEnd],
    naming: 1,
    rows: result.deploys.map((deploy) => ({
      id: `d-${deploy.commit}`,
      kind: deploy.kind,
      cells: [...deployCells(deploy), markedWord(deploy.kind), ...deployEnds(deploy, known)],
    })),
    kinds,
    look: ["recovery", "rollback", "by-hand"],
  };
}

const deployColumns: readonly Column[] = [
  { title: "Committed", width: "time" },
  { title: "Commit", width: "id" },
  { title: "Subject and author", width: "text" },
];
const deployEnd: readonly Column[] = [
  { title: "Revision", width: "id" },
  { title: "Pins moved", width: "name" },
];

function deployCells({ commit, subject, author, atMs }: LedgerDeploy): readonly Html[] {
  return [timeTag(atMs), idTag(commit), html`${subject}<small>${author}</small>`];
}

function deployEnds({ revision, moves }: LedgerDeploy, known: ReadonlySet<string>) {
  return [revision === undefined ? nothing : linkTo("c-", revision, known), movesTag(moves)];
}

function knownRevisions({ commits }: AuditResult): ReadonlySet<string> {
  return new Set(commits.map(({ revision }) => revision));
}

function movesTag(moves: readonly ReportedPinMove[]): Html {
  const items = moves.map(
    ({ file, image, from, to }) =>
      html`<li>${image} ${changeTag(from, to)}<small>${file}</small></li>`,
  );
  if (moves.length === 0) return html`none`;
  const list = html`<ul class="moves">${items}</ul>`;
  if (moves.length === 1) return list;
  const tags = [...new Set(moves.map(({ to }) => to))];
  const what = tags.length === 1 ? html` to <code>${shownTag(tags[0] ?? "")}</code>` : nothing;
  return html`<details aria-label="Pins moved"><summary>${counted(moves.length, "pin")}${what}</summary>${list}</details>`;
}
