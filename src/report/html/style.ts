/** How the HTML reports look. One fixed text, so that the page's policy can name it by its hash. */

import { markStyle } from "./style-marks.ts";

const colours = `
:root {
  color-scheme: light dark;
  --page: #fff; --panel: #f5f6f8; --line: #d5dae0; --faint: #e9ecf0;
  --text: #1a1f26; --soft: #545d68; --link: #0b57b3; --focus: #0b57b3;
  --calm: #2f5d8c; --quiet: #6b7480; --mended: #7a5200; --waiting: #545d68;
  --notice: #7b3fa0; --bad: #b3201a; --bad-wash: #fdeeec;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2026; --line: #363d46; --faint: #262b32;
    --text: #e4e7eb; --soft: #a0a9b4; --link: #8ab8f5; --focus: #8ab8f5;
    --calm: #86b2e0; --quiet: #8f98a3; --mended: #dcb057; --waiting: #a0a9b4;
    --notice: #cba0ec; --bad: #ff8f85; --bad-wash: #3a1d1c;
  }
}`;

const frame = `
* { box-sizing: border-box; }
html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; }
header, nav, main, footer { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.75rem; }
h1, h2, p, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; }
h1 { font-size: 1.75rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em;
  text-wrap: balance; }
h1.bad { color: var(--bad); }
.advice { margin-top: 0.35rem; max-width: 48rem; }
h2 { font-size: 1.125rem; font-weight: 650; line-height: 1.4; }
h2 .count { color: var(--soft); font-weight: 400; margin-left: 0.4em; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
code, pre { font: 0.9em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono",
  monospace; }
small { display: block; font-size: 0.8667rem; color: var(--soft); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: 1.5rem; top: -4rem; padding: 0.4rem 0.8rem;
  background: var(--page); }
.skip:focus { top: 0.4rem; z-index: 2; }
.brand { color: var(--soft); font-size: 0.8667rem; margin-bottom: 0.35rem; }
.brand b { color: var(--text); font-weight: 650; }
.about { margin-top: 0.5rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: 0 1.75rem; }
.about div { display: flex; gap: 0.5em; }
.about dt { white-space: nowrap; }
.about dd { color: var(--text); min-width: 0; }
nav { margin-top: 1.25rem; }
nav ul { list-style: none; margin: 0; padding: 0.5rem 0; display: flex; flex-wrap: wrap;
  gap: 0.25rem 1.5rem;
  border: solid var(--line); border-width: 1px 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav span { color: var(--soft); font-variant-numeric: tabular-nums; }
section { margin-top: 2.25rem; }
section > p, section > .note { color: var(--soft); max-width: 48rem; margin-top: 0.15rem; }
footer { margin-top: 3rem; padding-bottom: 2rem; color: var(--soft); font-size: 0.8667rem; }
.notes { margin: 1.25rem 0 0; padding: 0.6rem 0.9rem; list-style: none; background: var(--panel);
  border-left: 3px solid var(--quiet); }
.notes .bad { color: var(--bad); font-weight: 650; }
.notes.bad { border-color: var(--bad); background: var(--bad-wash); }
.figures { display: flex; flex-wrap: wrap; gap: 1.25rem 2.75rem; margin-top: 1.5rem; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dd { font-size: 1.5rem; line-height: 1.25; font-weight: 600; letter-spacing: -0.01em;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.figures dt { color: var(--soft); font-size: 0.8667rem; line-height: 1.35; }
.figures .bad dd { color: var(--bad); }
pre { margin: 0.75rem 0 0; padding: 0.75rem 0; overflow-x: auto; background: var(--panel);
  tab-size: 4; }
pre span { display: block; padding: 0 0.9rem; min-height: 1.5em; white-space: pre-wrap; }
pre .add { color: var(--calm); }
pre .cut { color: var(--bad); }`;

const tables = `
.scroll { margin-top: 0.75rem; }
table { width: 100%; border-collapse: collapse; table-layout: fixed;
  font-variant-numeric: tabular-nums; font-size: 0.9333rem; line-height: 1.45; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0;
  font-weight: 400; }
tbody th, tbody td { border-bottom: 1px solid var(--faint); }
thead th { position: sticky; top: 0; background: var(--page); box-shadow: inset 0 -1px var(--line);
  color: var(--soft); font-size: 0.8667rem; vertical-align: bottom; z-index: 1; }
col.time { width: 10.5rem; }
time { white-space: nowrap; }
col.id { width: 5.75rem; }
col.word { width: 8.5rem; }
col.number { width: 7rem; }
col.name { width: 19rem; }
tr[data-kind=gap], tr[data-kind=behind], tr[data-kind=mixed], tr[data-kind=missing],
tr[data-kind=diverged], tr[data-kind=unreadable] { background: var(--bad-wash);
  box-shadow: inset 3px 0 var(--bad); }
tr { scroll-margin-top: 3rem; }
tbody tr > :first-child, thead tr > :first-child { padding-left: 0.75rem; }
tr:target { outline: 2px solid var(--focus); outline-offset: -2px; }
meter { width: 9rem; height: 0.7rem; vertical-align: -0.05em; }
.moves { list-style: none; margin: 0; padding: 0; }
.moves li + li { margin-top: 0.2rem; }
summary { cursor: pointer; color: var(--link); }
.arrow { color: var(--soft); }
.filter { margin-top: 0.75rem; padding: 0.6rem 0.9rem; background: var(--panel);
  display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem; }
.filter[hidden], .more[hidden] { display: none; }
.filter fieldset { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1.1rem;
  min-width: 0; }
.filter legend { float: left; color: var(--soft); margin-right: 1.1rem; padding: 0; }
.filter label { white-space: nowrap; }
.filter b { font-weight: 400; color: var(--soft); font-variant-numeric: tabular-nums; }
.filter input[type=checkbox] { margin: 0 0.15rem 0 0; vertical-align: -0.1em;
  accent-color: var(--link); }
.filter input[type=search], button { font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--quiet); border-radius: 3px; padding: 0.2rem 0.55rem; }
.filter input[type=search] { width: 17rem; max-width: 100%; margin-left: 0.4rem; }
button:hover { border-color: var(--text); }
.filter output { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.more { margin-top: 0.75rem; }
#left-behind tbody tr, #inversions tbody tr { background: var(--bad-wash);
  box-shadow: inset 3px 0 var(--bad); }
@media (max-width: 60rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td, tbody th { display: block; }
  tbody tr { padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--faint); }
  tbody tr > *, tbody tr > :first-child { padding: 0.1rem 0; border: 0; }
  tbody tr > :not(th):empty { display: none; }
  tbody td[data-label]::before { content: attr(data-label) ": "; color: var(--soft);
    font-size: 0.8667rem; }
  tbody th { font-weight: 650; }
  tbody th small { font-weight: 400; }
  .filter output { margin-left: 0; }
  .filter label { white-space: normal; }
  .timeline .scroll { overflow-x: auto; direction: rtl; }
  .timeline svg { min-width: 52rem; direction: ltr; }
}
@media print {
  html { font-size: 10pt; }
  header, main, footer { padding: 0; max-width: none; }
  nav, .filter, .more, .skip { display: none !important; }
  .scroll { overflow: visible; }
  tr, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
  thead th { position: static; }
  a { color: inherit; text-decoration: none; }
}`;

/** The style of every report, as it is between the tags of its `style` element. */
export const style = `${colours}${frame}${markStyle}${tables}\n`;
