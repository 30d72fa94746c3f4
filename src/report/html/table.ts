/** A table of an HTML report: real headers, and a filter that only a running script shows. */

import { type Html, html, nothing } from "./html.ts";
import { markedWord, type Word } from "./marks.ts";
import type { Section } from "./page.ts";
import { counted, printCount } from "./words.ts";

/** One row. */
export interface Row {
  /** Where links point to. Letters, digits and dashes. */
  readonly id?: string;
  /** What the filter goes by, and the mark that stands in the row. */
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
}

/** Returns a section of the page that holds a table, or says that there is nothing to list. */
export function listing(
  table: Table,
  words: { readonly title: string; readonly note: string; readonly none: string },
): Section {
  const { id, rows } = table;
  const { title, note, none } = words;
  const body = (heading: string) =>
    rows.length === 0
      ? html`<p>${none}</p>`
      : html`<p>${note}</p>\n${tableTag({ ...table, id: `${id}-table` }, heading)}`;
  return { id, title, count: rows.length, body };
}

/** Returns the table with its filter before it. `labelledBy` is the id of its heading. */
function tableTag(table: Table, labelledBy: string): Html {
  const { id, columns, rows, kinds } = table;
  return html`${kinds === undefined ? nothing : filterTag(table, kinds)}
<div class="scroll" role="group" tabindex="0" aria-labelledby="${labelledBy}">
<table id="${id}" aria-labelledby="${labelledBy}">
<colgroup>${columns.map(({ width }) => html`<col class="${width}">`)}</colgroup>
<thead><tr>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => rowTag(row, table))}</tbody>
</table>
</div>
<p class="more" data-more="${id}" hidden><button type="button">Show more</button></p>`;
}

function rowTag({ id, kind, cells }: Row, { naming }: Table): Html {
  const tagged = cells.map((cell, at) =>
    at === naming ? html`<th scope="row">${cell}</th>\n` : html`<td>${cell}</td>\n`,
  );
  const name = id === undefined ? nothing : html` id="${id}"`;
  return html`<tr${name}${kind === undefined ? nothing : html` data-kind="${kind}"`}>${tagged}</tr>\n`;
}

function filterTag({ id, noun, rows }: Table, kinds: readonly Word[]): Html {
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
<fieldset><legend>Show only</legend>
${boxes}</fieldset>
<button type="reset">Clear</button>
<output aria-live="polite">${counted(rows.length, ...noun)}</output>
</form>`;
}
