/** A run of the sync checker as one HTML file: the verdict, image by image, and the change. */

import type { CommitId } from "../../core/ids.ts";
import { type SyncImage, type SyncResult, syncVerdicts } from "../../core/results/sync.ts";
import { syncHeadline } from "../text/sync-headline.ts";
import { type Html, type HtmlContent, html, nothing } from "./html.ts";
import { markedWord } from "./marks.ts";
import { type Figure, figuresTag, notesTag } from "./notes.ts";
import { printPage, type Section } from "./page.ts";
import { listing, type Row, type Table } from "./table.ts";
import { counted, idTag, printCount, printSpan, timeTag } from "./words.ts";

/** Returns the run as the text of one self-contained HTML file: the same result, the same text. */
export function syncHtml(result: SyncResult): string {
  const { failure, warnings, diff, atMs, tookMs, deploy } = result;
  const { text, tone } = syncHeadline(result);
  return printPage({
    kind: "Sync",
    headline: text,
    tone,
    about: about(result),
    lead: html`${notesTag(failure, warnings)}${figuresTag(figures(result))}`,
    sections: [
      listing(imageTable(result), {
        title: "Images",
        note: "What each image's pins hold, and what they should hold.",
        none: "No image was looked at.",
      }),
      ...(diff === undefined ? [] : [diffSection(diff)]),
    ],
    foot: html`Times are UTC. Looked at ${timeTag(atMs)} for ${printSpan(tookMs)}; run ${deploy}.`,
  });
}

function about(result: SyncResult): readonly (readonly [name: string, value: HtmlContent])[] {
  const { repository, branch, source, tip, commit, atMs } = result;
  const id = (name: string, found: CommitId | undefined) =>
    found === undefined ? [] : [[name, idTag(found)] as const];
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

function imageTable({ images, atMs }: SyncResult): Table {
  const kinds = syncVerdicts.filter((word) => images.some(({ verdict }) => verdict === word));
  return {
    id: "images",
    noun: ["image", "images"],
    columns: [
      { title: "Image", width: "text" },
      { title: "Verdict", width: "word" },
      { title: "What was found", width: "text" },
      { title: "Pins", width: "name" },
      { title: "Wanted", width: "word" },
      { title: "Behind", width: "number" },
    ],
    naming: 0,
    rows: images.map((image) => imageRow(image, atMs)),
    ...(kinds.length > 1 ? { kinds } : {}),
  };
}

function imageRow(image: SyncImage, atMs: number): Row {
  const { verdict, detail, hint, wanted, gap, fixed } = image;
  return {
    kind: verdict,
    cells: [
      html`${image.image}`,
      html`${markedWord(verdict)}${fixed ? html`<small>repaired</small>` : nothing}`,
      html`${detail}${hint === undefined ? nothing : html`<small>${hint}</small>`}`,
      pinsTag(image),
      wanted === undefined
        ? nothing
        : html`<code title="${wanted.digest ?? ""}">${wanted.tag}</code>`,
      gap === undefined
        ? nothing
        : html`${counted(gap.commits, "commit")}<small>for ${printSpan(atMs - gap.sinceMs)}</small>`,
    ],
  };
}

function pinsTag({ pins }: SyncImage): Html {
  const items = pins.map(({ file, line, tag }) => {
    const place = line === undefined ? file : `${file}:${line}`;
    return html`<li><code>${tag === "" ? "(no tag)" : tag}</code><small>${place}</small></li>`;
  });
  return pins.length === 0 ? html`none` : html`<ul class="moves">${items}</ul>`;
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
