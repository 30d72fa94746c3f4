/** A run of the sync checker as one HTML file: the verdict, image by image, and the change. */

import type { CommitId } from "../../core/ids.ts";
import type { FailureReport } from "../../core/results/promote.ts";
import {
  calmVerdicts,
  type SyncImage,
  type SyncResult,
  syncVerdicts,
} from "../../core/results/sync.ts";
import { syncHeadline } from "../text/sync-headline.ts";
import { changeTag, commitTag, shownTag } from "./audit-cells.ts";
import { type Html, type HtmlContent, html, nothing } from "./html.ts";
import { markedWord } from "./marks.ts";
import { type Figure, figuresTag, notesTag } from "./notes.ts";
import { type Page, printPage, type Section } from "./page.ts";
import { listing, type Row, type Table } from "./table.ts";
import { counted, printCount, printSpan, timeTag } from "./words.ts";

/** Returns the run as the text of one self-contained HTML file: the same result, the same text. */
export function syncHtml(result: SyncResult): string {
  const { warnings, diff, atMs, tookMs, deploy } = result;
  return printPage({
    kind: "Sync",
    ...heading(result),
    about: about(result),
    lead: html`${notesTag(unsaid(result), warnings)}${figuresTag(figures(result))}`,
    sections: [
      listing(imageTable(result), {
        title: "Images",
        note: "What each image's pins hold, and what they should hold. The worst comes first.",
      }),
      ...(diff === undefined ? [] : [diffSection(diff)]),
    ],
    foot: html`Times are UTC. Looked at ${timeTag(atMs)} for ${printSpan(tookMs)}; run ${deploy}.`,
  });
}

/** The worst by name, and what to do about it. */
function heading(result: SyncResult): Pick<Page, "headline" | "advice" | "tone"> {
  const { text, tone } = syncHeadline(result);
  const worst = result.images.filter(({ verdict }) => verdict === result.verdict);
  const [first] = worst;
  if (first === undefined || calmVerdicts.has(first.verdict)) return { headline: text, tone };
  const { image, verdict, wanted, fixed, hint } = first;
  const more = worst.length === 1 ? "" : ` and ${counted(worst.length - 1, "more image")}`;
  const be = worst.length > 1 ? (fixed ? "were" : "are") : fixed ? "was" : "is";
  const should = wanted === undefined ? "" : `, ${fixed ? "now at" : "should be at"} ${wanted.tag}`;
  return { headline: `${text}: ${image}${more} ${be} ${verdict}${should}`, advice: hint, tone };
}

/** The failure, unless an image's finding says the same. */
function unsaid({ failure, images }: SyncResult): FailureReport | undefined {
  return images.some(({ detail }) => detail === failure?.message) ? undefined : failure;
}

function about(result: SyncResult): readonly (readonly [name: string, value: HtmlContent])[] {
  const { repository, branch, source, tip, commit, atMs } = result;
  const id = (name: string, found: CommitId | undefined) =>
    found === undefined ? [] : [[name, commitTag(repository, found)] as const];
  return [
    ["Manifests", html`${branch} of ${repository}`],
    ...(source === repository ? [] : [["Source", source] as const]),
    ["At", timeTag(atMs)],
    ...id("Tip", tip),
    ...id("Repaired by", commit),
  ];
}

function figures({ verdict, outcome, images, attempts }: SyncResult): readonly Figure[] {
  const fixed = images.filter((image) => image.fixed).length;
  const behind = images.flatMap(({ gap }) => gap?.commits ?? []);
  return [
    { id: "verdict", value: markedWord(verdict), label: "the worst verdict found" },
    { id: "images", value: printCount(images.length), label: "images" },
    { id: "fixed", value: printCount(fixed), label: "repaired by this run" },
    { id: "behind", value: printCount(Math.max(0, ...behind)), label: "commits behind, at most" },
    ...(outcome === undefined
      ? []
      : [{ id: "outcome", value: outcome, label: `repair, in ${counted(attempts, "round")}` }]),
  ];
}

function imageTable(result: SyncResult): Table {
  const { advice } = heading(result);
  const kinds = syncVerdicts.filter((word) =>
    result.images.some(({ verdict }) => verdict === word),
  );
  return {
    id: "images",
    noun: ["finding", "findings"],
    columns: [
      { title: "Image and pins", width: "name" },
      { title: "Verdict", width: "word" },
      { title: "What was found", width: "text" },
      { title: "Behind", width: "number" },
    ],
    naming: 0,
    rows: findingsOf(result).map((images) => findingRow(images, result.atMs, advice)),
    ...(kinds.length > 1 ? { kinds } : {}),
  };
}

/** The images of each finding, so that what several have in common is said once; worst first. */
function findingsOf({ images }: SyncResult): readonly (readonly SyncImage[])[] {
  const findings = new Map<string, SyncImage[]>();
  for (const image of images) {
    const { verdict, detail, hint, gap, fixed, wanted } = image;
    const key = JSON.stringify([verdict, detail, hint, gap, fixed, wanted?.tag]);
    findings.set(key, [...(findings.get(key) ?? []), image]);
  }
  const rank = ([first]: readonly SyncImage[]) =>
    first === undefined ? 0 : syncVerdicts.indexOf(first.verdict);
  return [...findings.values()].sort((a, b) => rank(b) - rank(a));
}

/** `said`: what the heading has said already. */
function findingRow(images: readonly SyncImage[], atMs: number, said?: string): Row {
  const [first] = images;
  if (first === undefined) return { cells: [] };
  const { verdict, detail, hint, gap, fixed } = first;
  const isSaid = hint === said;
  return {
    kind: verdict,
    cells: [
      html`${images.map((image) => html`<div>${image.image}</div>${pinsTag(image)}`)}`,
      html`${markedWord(verdict)}${fixed ? html`<small>repaired</small>` : nothing}`,
      html`${detail}${hint === undefined || isSaid ? nothing : html`<small>${hint}</small>`}`,
      gap === undefined
        ? nothing
        : html`${counted(gap.commits, "commit")}<small>for ${printSpan(atMs - gap.sinceMs)}</small>`,
    ],
  };
}

function pinsTag({ pins, wanted }: SyncImage): Html {
  const items = pins.map(({ file, line, tag }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    const isThere = wanted === undefined || wanted.tag === tag;
    const tags = isThere ? html`<code>${shownTag(tag)}</code>` : changeTag(tag, wanted.tag);
    return html`<li>${tags}<small>${place}</small></li>`;
  });
  return pins.length === 0 ? html`<small>no pin</small>` : html`<ul class="moves">${items}</ul>`;
}

function diffSection(diff: string): Section {
  const lines = diff.replace(/\n$/, "").split("\n");
  const body = lines.map((line) => {
    const isHeading = /^(?:\+\+\+|---) /.test(line);
    const tone = isHeading ? "" : line.startsWith("+") ? "add" : line.startsWith("-") ? "cut" : "";
    return html`<span class="${tone}">${line}</span>`;
  });
  return {
    id: "change",
    title: "The change that a run would push",
    body: (heading) =>
      html`<div class="scroll" role="group" tabindex="0" aria-labelledby="${heading}"><pre>${body}</pre></div>`,
  };
}
