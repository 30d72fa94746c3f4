/** What is between the headline and the findings: failure and warnings, and large figures. */

import { printPlace } from "../../core/failure.ts";
import type { FailureReport } from "../../core/results/promote.ts";
import { type Html, type HtmlContent, html, nothing } from "./html.ts";

/** A figure and what it counts. `id` is for programs that read the page. */
export interface Figure {
  readonly id: string;
  readonly value: HtmlContent;
  readonly label: string;
  readonly tone?: "bad" | "";
}

/** Returns the failure, with its remedy, and the warnings. */
export function notesTag(failure: FailureReport | undefined, warnings: readonly string[]): Html {
  return html`${failure === undefined ? nothing : failureTag(failure)}${
    warnings.length === 0
      ? nothing
      : html`<ul class="notes" aria-label="Warnings">
${warnings.map((warning) => html`<li>Warning: ${warning}</li>\n`)}</ul>`
  }`;
}

function failureTag({ message, hint, place }: FailureReport): Html {
  const where = place === undefined ? "" : `${printPlace(place)}: `;
  return html`<div class="notes bad" role="note" aria-label="Failure">
<p><span class="bad">${where}${message}</span></p><p>${hint}</p></div>\n`;
}

/** Returns a row of large figures. */
export function figuresTag(figures: readonly Figure[]): Html {
  return html`<dl class="figures">
${figures.map(
  ({ id, value, label, tone }) =>
    html`<div class="${tone ?? ""}"><dt>${label}</dt><dd data-figure="${id}">${value}</dd></div>\n`,
)}</dl>`;
}
