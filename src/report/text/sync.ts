/** A run of the sync checker for people: what was found, then image by image, place by place. */

import { printPlace } from "../../core/failure.ts";
import { calmVerdicts, type SyncImage, type SyncResult } from "../../core/results/sync.ts";
import { counted, printSpan } from "../html/words.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { syncHeadline } from "../text/sync-headline.ts";
import { mentionLines } from "./mentions.ts";
import { diffText } from "./promote.ts";

/** Returns the result as text, with a final newline. */
export function syncText(result: SyncResult, style: Style): string {
  const { images, warnings, failure, atMs } = result;
  const { text, tone } = syncHeadline(result);
  const lines = [
    style.bold(style[tone](text)),
    `  ${style.dim(about(result))}`,
    ...images.flatMap((image, at) => imageLines(image, images.slice(0, at), { atMs, style })),
  ];
  lines.push(...mentionLines(result.mentions ?? [], style));
  for (const warning of warnings) lines.push(`  ${style.warn("warning")}  ${plain(warning)}`);
  // What is wrong with an image has been said above.
  if (failure !== undefined && !images.some(({ detail }) => detail === failure.message)) {
    const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
    lines.push(`  ${plain(place + failure.message)}`, `  ${style.dim(plain(failure.hint))}`);
  }
  const diff = result.diff === undefined ? "" : `\n${diffText(result.diff, style)}`;
  return `${lines.join("\n")}\n${diff}`;
}

function about({ branch, repository, commit, outcome, attempts, tookMs }: SyncResult): string {
  const repaired = commit === undefined ? "" : `  commit ${commit}`;
  const repair = outcome === undefined ? "" : `repair ${outcome}, `;
  const took = `(${repair}${counted(attempts, "round")}, ${(tookMs / 1000).toFixed(1)} s)`;
  return `${plain(branch)} of ${plain(repository)}${repaired}  ${took}`;
}

/** What an earlier image said word for word is not repeated. */
function imageLines(
  image: SyncImage,
  before: readonly SyncImage[],
  { atMs, style }: { readonly atMs: number; readonly style: Style },
): readonly string[] {
  const { verdict, fixed, wanted, gap, detail, hint, pins } = image;
  const paint = calmVerdicts.has(verdict) ? style.good : fixed ? style.warn : style.bad;
  const indent = " ".repeat(14);
  const behind =
    gap === undefined
      ? ""
      : ` Behind by ${counted(gap.commits, "commit")}, for ${printSpan(atMs - gap.sinceMs)}.`;
  const lines = [
    `  ${paint(verdict.padEnd(10))}  ${plain(image.image)}${fixed ? style.good("  repaired") : ""}`,
  ];
  const isSaid = before.some((other) => other.detail === detail && other.hint === hint);
  if (!isSaid) lines.push(`${indent}${plain(detail)}${style.dim(behind)}`);
  if (hint !== undefined && !isSaid) lines.push(`${indent}${style.dim(plain(hint))}`);
  if (verdict === "in-sync") return lines;
  for (const pin of pins) {
    const isWanted = pin.tag === wanted?.tag;
    const to = fixed && !isWanted && wanted !== undefined ? ` -> ${wanted.tag}` : "";
    const place = printPlace({
      file: pin.file,
      ...(pin.line === undefined ? {} : { line: pin.line }),
    });
    lines.push(`${indent}${style.dim(plain(place))}  ${plain(pin.tag) || "(no tag)"}${to}`);
  }
  return lines;
}
