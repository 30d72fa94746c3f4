/** A promotion's result for people: the outcome first, then what moved and where. */

import { printPlace } from "../../core/failure.ts";
import { scopeOf } from "../../core/landing/hold.ts";
import type {
  HoldReport,
  ImageReport,
  Outcome,
  PromoteResult,
} from "../../core/results/promote.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { mentionLines } from "./mentions.ts";

/** Returns the result as text, with a final newline. */
export function promoteText(result: PromoteResult, style: Style): string {
  const lines = [
    headline(result, style),
    ...result.images.flatMap((image) => imageLines(image, style)),
  ];
  if (result.request !== undefined) lines.push(`  request     ${plain(result.request.url)}`);
  for (const hold of result.holds ?? []) lines.push(holdLine(hold, style));
  for (const warning of result.warnings)
    lines.push(`  ${style.warn("warning")}  ${plain(warning)}`);
  lines.push(...mentionLines(result.mentions ?? [], style));
  const { failure } = result;
  if (failure !== undefined) {
    const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
    lines.push(`  ${plain(place + failure.message)}`, `  ${style.dim(plain(failure.hint))}`);
  }
  const diff = result.diff === undefined ? "" : `\n${diffText(result.diff, style)}`;
  return `${lines.join("\n")}\n${diff}`;
}

function headline(result: PromoteResult, style: Style): string {
  const tags = [...new Set(result.images.map((image) => image.tag))].join(", ");
  const where = `${result.branch} of ${plain(result.repository)}`;
  const commit = result.commit === undefined ? "" : `  commit ${result.commit}`;
  const rounds = result.attempts === 1 ? "1 round" : `${result.attempts} rounds`;
  const seconds = (result.tookMs / 1000).toFixed(1);
  const word = style.bold(paintOutcome(result.outcome, style));
  const what = whatOf(result, tags);
  const parts = [word, what, where + commit, style.dim(`(${rounds}, ${seconds} s)`)];
  return parts.filter((part) => part !== "").join("  ");
}

function whatOf({ command, revision }: PromoteResult, tags: string): string {
  const what = tags === "" ? (revision ?? "") : tags;
  if (what === "" || command === "promote" || command === "sync") return what;
  return command === "rollback" ? `back to ${what}` : `hold on ${what}`;
}

function holdLine({ change, through, ...words }: HoldReport, style: Style): string {
  const head = change === "set" ? style.warn("held    ") : style.good("lifted  ");
  const until = words.until === undefined ? "" : ` until ${plain(words.until)}`;
  const why = `${plain(words.reason)} (${plain(words.by)}, ${plain(words.at)})`;
  const what =
    through === undefined
      ? `everything new of ${imagesIn(words)}`
      : `${imagesIn(words)} through ${through.slice(0, 12)}${words.freeze ? " until released" : ""}`;
  return `  ${head}    ${what} in ${plain(scopeOf(words))}${until}: ${why}`;
}

function imagesIn({ images }: Pick<HoldReport, "images">): string {
  if (images === undefined) return "all images";
  return images.length === 1 ? images[0]! : `${images.length} images`;
}

function paintOutcome(outcome: Outcome, style: Style): string {
  if (outcome === "landed" || outcome === "unchanged") return style.good(outcome);
  if (outcome === "failed" || outcome === "unknown" || outcome === "refused")
    return style.bad(outcome);
  return style.warn(outcome);
}

/** Returns the lines of one image: its outcome, then its pins. */
export function imageLines(image: ImageReport, style: Style): readonly string[] {
  const lines = [`  ${image.outcome.padEnd(10)}  ${image.image}`];
  for (const pin of image.pins) {
    const change = pin.from === pin.to ? plain(pin.from) : `${plain(pin.from)} -> ${plain(pin.to)}`;
    lines.push(`              ${style.dim(plain(printPlace(pin)))}  ${change}`);
  }
  return lines;
}

/** Returns a diff painted, and safe for a terminal. */
export function diffText(diff: string, style: Style): string {
  const painted = diff.split("\n").map((line) => {
    // A manifest may hold any byte that UTF-8 can; a terminal must not act on it.
    const safe = plain(line, Number.POSITIVE_INFINITY);
    if (line.startsWith("+")) return style.good(safe);
    return line.startsWith("-") ? style.bad(safe) : safe;
  });
  return painted.join("\n");
}
