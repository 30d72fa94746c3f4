/** The frame of every HTML report: one file that loads nothing, and runs one script of our own. */

import { Html, type HtmlContent, html, nothing } from "./html.ts";
import { LaterRows } from "./later-rows.ts";
import { script } from "./script.ts";
import { style } from "./style.ts";
import { printCount } from "./words.ts";

/** SHA-256 of the two fixed texts. After a change of either, this file's test says the new one. */
const hashes = {
  style: "sha256-+vEe9hEIGWLuT9hnOm+H9OPvFsan0yXazBtLyfMDSZ4=",
  script: "sha256-lniQGbVdEtSK8lXzUwy9H1cjY1ZhI3ylJZZN7FGeOE4=",
};

const policy = [
  "default-src 'none'",
  `style-src '${hashes.style}'`,
  `script-src '${hashes.script}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** A part of the page that the navigation leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** How many things it lists. */
  readonly count?: number;
  /** Given the id of its heading, for what is labelled by that, and where it may leave rows. */
  readonly body: (headingId: string, later: LaterRows) => Html;
}

/** A page. */
export interface Page {
  /** Of the command: `Audit`. */
  readonly kind: string;
  readonly headline: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
  readonly tone: "good" | "bad";
  /** What was looked at: names and values below the headline. */
  readonly about: readonly (readonly [name: string, value: HtmlContent])[];
  readonly lead: Html;
  readonly sections: readonly Section[];
  readonly foot: HtmlContent;
}

/** Returns the page as the text of one HTML file. */
export function printPage(page: Page): string {
  const { kind, headline, advice, tone, about, lead, sections, foot } = page;
  const later = new LaterRows();
  const body = sections.map((section) => sectionTag(section, later));
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html([policy])}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${headline} – Landfall ${kind.toLowerCase()}</title>
<style>${new Html([style])}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the findings</a>
<header>
<p class="brand"><b>Landfall</b> ${kind}</p>
<h1 class="${tone}">${headline}</h1>
${advice === undefined ? nothing : html`<p class="advice">${advice}</p>\n`}<dl class="about">${about.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
</header>
${navigation(sections)}
<main id="main" tabindex="-1">
${lead}
${body}</main>
<footer>${foot}</footer>
${later.toHtml()}<script>${new Html([script])}</script>
</body>
</html>`}\n`;
}

function navigation(sections: readonly Section[]): Html {
  const links = sections.map(
    ({ id, title, count }) =>
      html`<li><a href="#${id}">${title}</a>${count === undefined ? nothing : html` <span>${printCount(count)}</span>`}</li>\n`,
  );
  return html`<nav aria-label="Sections"><ul>\n${links}</ul></nav>`;
}

function sectionTag({ id, title, count, body }: Section, later: LaterRows): Html {
  const heading = `${id}-title`;
  const number =
    count === undefined ? nothing : html` <span class="count">${printCount(count)}</span>`;
  return html`<section id="${id}" aria-labelledby="${heading}">
<h2 id="${heading}">${title}${number}</h2>
${body(heading, later)}
</section>\n`;
}
