/** A table of an HTML report: real headers, and a filter that only a running script shows. */

import { escapeHtml, Html, html, nothing } from "./html.ts";
import type { LaterRows } from "./later-rows.ts";
import { markedWord, type Word } from "./marks.ts";
import type { Section } from "./page.ts";
import { counted, printCount } from "./words.ts";

/** One row. */
export interface Row {
  /** Where links point to. Letters, digits and dashes. */
  readonly id?: string;
  /** What the filter goes by, and the mark in the row. */
  readonly kind?: Word;
  readonly cells: readonly Html[];
}

/** A column: its heading, and how wide it is. */
export interface Column {
  readonly title: string;
  readonly width: "time" | "id" | "word" | "number" | "name" | "text";
}

/** A table. The cell in the column `naming` is its row's header. */
export interface Table {
  readonly id: string;
  readonly noun: readonly [one: string, many: string];
  readonly columns: readonly Column[];
  readonly naming: number;
  readonly rows: readonly Row[];
  /** The kinds to filter by, in this order. Without kinds there is no filter. */
  readonly kinds?: readonly Word[];
  /** Those of them that need a look: of a long table they are shown at first, and no others. */
  readonly look?: readonly Word[];
}

/** A table of more rows shows only what needs a look, until it is asked for more. */
const lookAbove = 50;
/** So many rows of a table with a filter are markup, which needs no script; the rest is data. */
const markupMax = 300;

/** Returns a section of the page that holds a table, or says that there is nothing to list. */
export function listing(
  table: Table,
  words: { readonly title: string; readonly note: string },
): Section {
  const { id, rows } = table;
  const { title, note } = words;
  const body: Section["body"] = (heading, later) =>
    rows.length === 0
      ? html`<p>There are none in this time.</p>`
      : html`<p>${note}</p>\n${tableTag({ ...table, id: `${id}-table` }, heading, later)}`;
  return { id, title, count: rows.length, body };
}

/** Returns the table with its filter before it. `labelledBy` is the id of its heading. */
function tableTag(table: Table, labelledBy: string, later: LaterRows): Html {
  const { id, columns, rows, kinds } = table;
  const written = rows.map((row) => rowTag(row, table));
  const rest = kinds === undefined ? [] : written.splice(markupMax);
  if (rest.length > 0) later.add(id, rest);
  return html`${kinds === undefined ? nothing : filterTag(table, kinds)}
<div class="scroll" role="group" tabindex="0" aria-labelledby="${labelledBy}">
<table id="${id}" role="table" aria-labelledby="${labelledBy}">
<colgroup>${columns.map(({ width }) => html`<col class="${width}">`)}</colgroup>
<thead role="rowgroup"><tr role="row">${columns.map(({ title }) => html`<th scope="col" role="columnheader">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">
${written}</tbody>
</table>
</div>
${rest.length === 0 ? nothing : html`<noscript><p>${counted(rest.length, "more row")} can be shown by a script alone.</p></noscript>\n`}<p class="more" data-more="${id}" hidden><button type="button">Show more</button></p>`;
}

/** The roles are those that the tags have anyway, until cards on a narrow screen take them away. */
function rowTag({ id, kind, cells }: Row, { naming, columns }: Table): Html {
  const tagged = cells.map((cell, at) => {
    if (at === naming) return html`<th scope="row" role="rowheader">${cell}</th>\n`;
    const { title = "", width } = columns[at] ?? {};
    if (width === "text") return html`<td role="cell">${cell}</td>\n`;
    // The label is the same in every row: part of the markup, not of what a row holds.
    return new Html([`<td role="cell" data-label="${escapeHtml(title)}">`, "</td>\n"], [cell]);
  });
  if (id !== undefined) {
    return html`<tr id="${id}" data-kind="${kind}" role="row">${tagged}</tr>\n`;
  }
  if (kind !== undefined) return html`<tr data-kind="${kind}" role="row">${tagged}</tr>\n`;
  return html`<tr role="row">${tagged}</tr>\n`;
}

function filterTag({ id, noun, rows, look }: Table, kinds: readonly Word[]): Html {
  const count = (kind: Word) => rows.filter((row) => row.kind === kind).length;
  const boxes = kinds
    .map((kind) => ({ kind, count: count(kind) }))
    .filter(({ count }) => count > 0)
    .map(
      ({ kind, count }) =>
        html`<label><input type="checkbox" name="kind" value="${kind}"> ${markedWord(kind)} <b>${printCount(count)}</b></label>\n`,
    );
  return html`<form class="filter" data-filter="${id}" data-one="${noun[0]}" data-many="${noun[1]}" aria-label="Filter ${noun[1]}" hidden>
<label class="search">Search <input type="search" name="words" autocomplete="off" spellcheck="false"></label>
${rows.length > lookAbove ? lookTag(look) : nothing}<fieldset><legend>Show only</legend>
${boxes}</fieldset>
<button type="reset">Clear</button>
<output aria-live="polite">${counted(rows.length, ...noun)}</output>
</form>`;
}

function lookTag(look: readonly Word[] | undefined): Html {
  if (look === undefined) return nothing;
  return html`<label><input type="checkbox" name="look" value="${look.join(" ")}" checked> Only what needs a look</label>\n`;
}
