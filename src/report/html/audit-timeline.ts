/** The timeline of an audit in SVG: each code commit at its time and its lag, deploys below. */

import type { AuditResult, LedgerCommit, LedgerDeploy } from "../../core/results/audit.ts";
import { lagsOf } from "../../core/results/dora.ts";
import { Html, html, nothing } from "./html.ts";
import { markOf, outlineAt, printWord, round, type Word } from "./marks.ts";
import { lagTicks, logShare, type Range, share, timeTicks } from "./timeline-scale.ts";
import { counted, printSpan, printTime } from "./words.ts";

const width = 1_140;
const plot = { left: 74, right: width - 14 };
/** Lanes from the top: what nothing landed, the lags, the deploys, the dates. */
const lane = { none: [4, 40], lag: [54, 232], deploys: [246, 274], dates: 292 } as const;
const height = 300;

/** The scales of one drawing. */
interface Scales {
  readonly time: Range;
  readonly lag: Range;
}

/** Returns the drawing alone: a picture whose description is the element `describedBy`. */
export function auditTimeline(result: AuditResult, describedBy: string): Html {
  const scales = scalesOf(result);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img"
 aria-label="Timeline of code commits and deploys" aria-describedby="${describedBy}">
${grid(scales)}${lack(result, scales)}
${marksTag(
  "commits-table",
  result.commits.map((commit) => commitMark(commit, scales)),
)}
${marksTag(
  "deploys-table",
  result.deploys.map((deploy) => deployMark(deploy, scales)),
)}
${median(result, scales)}</svg>`;
}

function scalesOf({ commits, deploys, sinceMs, asOfMs }: AuditResult): Scales {
  const lags = commits.flatMap(({ lagMs }) => lagMs ?? []);
  const times = [...commits, ...deploys].map(({ atMs }) => atMs);
  const oldest = times.reduce((least, ms) => Math.min(least, ms), asOfMs);
  const ticks = lagTicks([
    lags.reduce((least, ms) => Math.min(least, ms), 60_000),
    lags.reduce((most, ms) => Math.max(most, ms), 600_000),
  ]);
  return {
    time: [Math.max(sinceMs, oldest), asOfMs],
    lag: [ticks[0]?.ms ?? 1, ticks.at(-1)?.ms ?? 1],
  };
}

function xOf(ms: number, { time }: Scales): number {
  return round(plot.left + share(ms, time) * (plot.right - plot.left));
}

function yOf(lagMs: number, { lag }: Scales): number {
  const [top, bottom] = lane.lag;
  return round(bottom - logShare(lagMs, lag) * (bottom - top));
}

function grid(scales: Scales): Html {
  const { left, right } = plot;
  const dates = timeTicks(scales.time).map(({ ms, label }) => {
    const x = xOf(ms, scales);
    return html`<path class="grid" d="M${x} ${lane.none[0]}V${lane.deploys[1]}"/><text x="${x}" y="${lane.dates}" text-anchor="middle">${label}</text>\n`;
  });
  const lags = lagTicks(scales.lag).map(({ ms, label }) => {
    const y = yOf(ms, scales);
    return html`<path class="grid" d="M${left} ${y}H${right}"/><text x="${left - 8}" y="${y + 4}" text-anchor="end">${label}</text>\n`;
  });
  const rules = [lane.none[1] + 7, lane.deploys[0] - 7, lane.deploys[1]].map(
    (y) => html`<path class="rule" d="M0 ${y}H${right}"/>\n`,
  );
  return html`${dates}${lags}${rules}<text class="strong" x="0" y="26">No deploy</text>
<text class="strong" x="0" y="${lane.lag[0] + 12}">Lag</text>
<text class="strong" x="0" y="264">Deploys</text>\n`;
}

function median(result: AuditResult, scales: Scales): Html {
  const lags = lagsOf(result);
  if (lags === undefined) return nothing;
  const y = yOf(lags.median, scales);
  return html`<path class="median over" d="M${plot.left} ${y}H${plot.right}"/>
<text class="over" x="${plot.right}" y="${y - 6}" text-anchor="end">median ${printSpan(lags.median)}</text>\n`;
}

/** How long production has lacked something: a red line from the first gap to the end. */
function lack({ commits, counts }: AuditResult, scales: Scales): Html {
  const first = commits.findLast(({ fate }) => fate === "gap");
  if (first === undefined) return nothing;
  const [top, bottom] = lane.none;
  const x = xOf(first.atMs, scales);
  const label = `${counted(counts.gap, "gap")}, the first on ${printTime(first.atMs).slice(0, 10)}`;
  const [labelX, anchor] = x > width / 2 ? [x - 12, "end"] : [x, "start"];
  return html`<rect class="wash" x="${x}" y="${top}" width="${round(plot.right - x)}" height="${bottom - top}"/>
<path class="lack" d="M${x} 28H${plot.right}"/>
<text class="bad" x="${labelX}" y="17" text-anchor="${anchor}">${label}</text>\n`;
}

/** A mark: its word, where it is, and what it says when it is pointed at. */
interface Mark {
  readonly word: Word;
  readonly x: number;
  readonly y: number;
  readonly title: string;
}

/** More marks than this are drawn as one path for each word: nobody can point at one of them. */
const singleMax = 1_000;

function marksTag(table: string, marks: readonly Mark[]): Html {
  if (marks.length <= singleMax) {
    return html`<g class="marks" data-marks="${table}">\n${marks.map(markTag)}</g>`;
  }
  const words = [...new Set(marks.map(({ word }) => word))];
  const paths = words.map((word) => {
    const [shape, tone] = markOf[word];
    const own = marks.filter((mark) => mark.word === word);
    const places = new Set(own.map(({ x, y }) => outlineAt(shape, Math.round(x), Math.round(y))));
    return html`<path class="${shape} ${tone}" d="${new Html([...places])}"/>\n`;
  });
  return html`<g class="marks many">\n${paths}</g>`;
}

function commitMark({ revision, subject, atMs, fate, lagMs }: LedgerCommit, scales: Scales): Mark {
  const lag = lagMs === undefined ? "" : ` after ${printSpan(lagMs)}`;
  return {
    word: fate,
    x: xOf(atMs, scales),
    y: lagMs === undefined ? 28 : yOf(lagMs, scales),
    title: `${revision.slice(0, 7)} ${printWord(fate)}${lag}: ${subject}`,
  };
}

function deployMark({ commit, subject, kind, atMs }: LedgerDeploy, scales: Scales): Mark {
  const title = `${commit.slice(0, 7)} ${printWord(kind)}: ${subject}`;
  return { word: kind, x: xOf(atMs, scales), y: 260, title };
}

function markTag({ word, x, y, title }: Mark): Html {
  const [shape, tone] = markOf[word];
  return html`<path class="${shape} ${tone}" d="${outlineAt(shape, x, y)}"><title>${title.slice(0, 200)}</title></path>\n`;
}
