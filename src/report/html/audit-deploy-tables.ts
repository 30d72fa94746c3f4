/** The table of deploys in an audit's report. */

import type { AuditResult, LedgerDeploy, ReportedPinMove } from "../../core/results/audit.ts";
import { comparePage } from "../commit-pages.ts";
import { changeTag, commitTag, linkTo, shownTag } from "./audit-cells.ts";
import { type Html, html, nothing } from "./html.ts";
import { markedWord } from "./marks.ts";
import type { Table } from "./table.ts";
import { counted, timeTag } from "./words.ts";

const kinds = [
  ...(["deploy", "recovery", "rollback", "release"] as const),
  ...(["superseded", "by-hand"] as const),
];

/** Returns every deploy, newest first. */
export function deployTable(result: AuditResult): Table {
  const { commits, deploys, repository, source } = result;
  const known = new Set<string>(commits.map(({ revision }) => revision));
  const before = revisionsBefore(deploys);
  return {
    id: "deploys",
    noun: ["deploy", "deploys"],
    columns: [
      { title: "Committed", width: "time" },
      { title: "Commit", width: "id" },
      { title: "Subject and author", width: "text" },
      { title: "Kind", width: "word" },
      { title: "Revision", width: "id" },
      { title: "Pins moved", width: "name" },
    ],
    naming: 1,
    rows: deploys.map((deploy, at) => ({
      id: `d-${deploy.commit}`,
      kind: deploy.kind,
      cells: [
        timeTag(deploy.atMs),
        commitTag(repository, deploy.commit),
        html`${deploy.subject}<small>${deploy.author}</small>`,
        markedWord(deploy.kind),
        html`${deploy.revision && linkTo("c-", deploy.revision, known)}
${changesTag(deploy, before[at], source)}`,
        movesTag(deploy.moves),
      ],
    })),
    kinds,
    look: ["recovery", "rollback", "by-hand"],
  };
}

/** For each deploy the revision of the one before it. The newest deploy is first. */
function revisionsBefore(deploys: readonly LedgerDeploy[]): readonly (string | undefined)[] {
  let before: string | undefined;
  const found = deploys.toReversed().map(({ revision, moves }) => {
    const last = before;
    if (moves.length > 0) before = revision ?? before;
    return last;
  });
  return found.reverse();
}

/** What went out with a deploy, where a forge shows that. */
function changesTag(
  { revision, moves }: LedgerDeploy,
  before: string | undefined,
  source: string,
): Html {
  const isNews = before !== undefined && before !== revision && moves.length > 0;
  const page = isNews && revision !== undefined && comparePage(source, before, revision);
  return page ? html`<small><a href="${page}">changes</a></small>` : nothing;
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
