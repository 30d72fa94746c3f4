/** The marks of the HTML reports: a shape and a tone for each word, so colour is never alone. */

import type { DeployFate, LedgerDeploy } from "../../core/results/audit.ts";
import type { SyncVerdict } from "../../core/results/sync.ts";
import { type Html, html } from "./html.ts";

/** A shape that the style draws beside a word, and that a timeline draws as a path. */
type MarkShape =
  | ("dot" | "ring" | "dashes" | "diamond" | "square" | "down" | "up")
  | ("cross" | "bar" | "stub");
/** What a colour says: all well, of no weight, mended, on its way, look here, wrong. */
type Tone = "calm" | "quiet" | "mended" | "waiting" | "notice" | "bad";

/** A shape in a tone. */
export type Mark = readonly [shape: MarkShape, tone: Tone];

const fateMarks: Readonly<Record<DeployFate, Mark>> = {
  deployed: ["dot", "calm"],
  covered: ["ring", "calm"],
  superseded: ["diamond", "quiet"],
  recovered: ["square", "mended"],
  "rolled-back": ["down", "notice"],
  pending: ["dashes", "waiting"],
  gap: ["cross", "bad"],
};

const deployMarks: Readonly<Record<LedgerDeploy["kind"], Mark>> = {
  deploy: ["bar", "calm"],
  recovery: ["square", "mended"],
  rollback: ["down", "notice"],
  release: ["up", "notice"],
  superseded: ["stub", "quiet"],
  "by-hand": ["diamond", "notice"],
};

const verdictMarks: Readonly<Record<SyncVerdict, Mark>> = {
  "in-sync": ["dot", "calm"],
  ahead: ["up", "calm"],
  pending: ["dashes", "waiting"],
  held: ["square", "waiting"],
  behind: ["cross", "bad"],
  mixed: ["cross", "bad"],
  floating: ["diamond", "notice"],
  stalled: ["diamond", "notice"],
  reverted: ["down", "notice"],
  missing: ["cross", "bad"],
  diverged: ["cross", "bad"],
  unreadable: ["cross", "bad"],
};

/** Every word that has a mark. */
export const markOf: Readonly<Record<DeployFate | LedgerDeploy["kind"] | SyncVerdict, Mark>> = {
  ...fateMarks,
  ...deployMarks,
  ...verdictMarks,
  // A fate and a deploy, or a fate and a verdict, share these words.
  superseded: fateMarks.superseded,
};

/** A word that has a mark. */
export type Word = keyof typeof markOf;

/** Outlines around the point that a path has moved to, in units of the drawing. */
const outlines: Readonly<Record<MarkShape, string>> = {
  dot: "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
  ring: "m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z",
  dashes: "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
  diamond: "m0-4l4 4-4 4-4-4z",
  square: "m-3-3h6v6h-6z",
  down: "m-4-3h8l-4 7z",
  up: "m-4 3h8l-4-7z",
  cross: "m-4-4l8 8m-8 0l8-8",
  bar: "m0-6v12",
  stub: "m0-3v6",
};

/** Returns the data of an SVG path that draws a shape at a point. */
export function outlineAt(shape: MarkShape, x: number, y: number): string {
  return `M${round(x)} ${round(y)}${outlines[shape]}`;
}

/** Returns a word with its mark before it. */
export function markedWord(word: Word): Html {
  const [shape, tone] = markOf[word];
  return html`<span class="k ${shape} ${tone}">${printWord(word)}</span>`;
}

/** Returns a word as people write it: `rolled back`. */
export function printWord(word: Word): string {
  return word === "by-hand" || word === "rolled-back" ? word.replace("-", " ") : word;
}

/** Returns a coordinate to a tenth of a unit. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
