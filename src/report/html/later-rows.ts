/**
 * Rows of long tables as data: what they have in common once, as `template` elements, and the texts
 * of each. The page's script makes a row of them when it is shown. Markup would take five times the
 * bytes, and a browser many seconds.
 */

import { plain } from "../safe-text.ts";
import { Html, type HtmlContent, html } from "./html.ts";
import { pack } from "./pack.ts";

/** A text, or what a template holds. */
type Data = string | Filled;
/** The number of a template and its contents; `list` and contents that follow one another. */
interface Filled extends ReadonlyArray<number | Data> {}

const list = -1;

/** Gathers rows, and prints them. */
export class LaterRows {
  readonly #templates = new Map<string, number>();
  readonly #tables: Record<string, readonly Data[]> = {};

  /** Keeps rows of a table for its script. */
  add(table: string, rows: readonly Html[]): void {
    this.#tables[table] = rows.map((row) => this.#dataOf(row));
  }

  #dataOf(content: HtmlContent): Data {
    if (content instanceof Html) {
      const { markup, contents } = templateOf(content);
      const number = this.#templates.get(markup) ?? this.#templates.size;
      this.#templates.set(markup, number);
      return [number, ...contents.map((one) => this.#dataOf(one))];
    }
    if (typeof content === "object") return [list, ...content.map((one) => this.#dataOf(one))];
    return plain(String(content ?? ""));
  }

  /** Returns the templates and the data, or nothing where there are no rows. */
  toHtml(): Html {
    if (this.#templates.size === 0) return new Html([""]);
    const templates = [...this.#templates.keys()].map(
      (markup) => html`<template class="row">${new Html([markup])}</template>\n`,
    );
    // Within a script only `<` could end it. In JSON it is within texts alone.
    const data = JSON.stringify(this.#tables).replaceAll("<", "\\u003c");
    return html`${templates}<script type="text/plain" id="later-rows" data-size="${data.length}">${new Html([pack(data)])}</script>\n`;
  }
}

/**
 * Returns markup with numbered holes, and what goes into them. A text that begins another one, as
 * seven digits do the id in their title, is a hole for so much of that. Markup goes where an
 * element is: a parser takes text out of a row that is not in a cell.
 */
function templateOf({ parts, contents }: Html): { markup: string; contents: HtmlContent[] } {
  const kept: HtmlContent[] = [];
  const holes = contents.map((content) => {
    const whole = kept.findIndex((other) => isBeginning(content, other));
    if (whole >= 0) return `{${whole}:${String(content).length}}`;
    const at = kept.push(content) - 1;
    return typeof content === "object" ? `<template data-hole="${at}"></template>` : `{${at}}`;
  });
  const markup = parts.map((part, at) => (at === 0 ? part : `${holes[at - 1]}${part}`)).join("");
  return { markup, contents: kept };
}

function isBeginning(content: HtmlContent, other: HtmlContent): boolean {
  if (typeof content !== "string" || typeof other !== "string") return false;
  return content.length >= 4 && plain(other) === other && other.startsWith(content);
}
