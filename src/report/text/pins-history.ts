/** What was deployed when, for people: a line for each deploy, the newest first. */

import type {
  PinnedImage,
  PinsHistoryResult,
  PinsHistoryRow,
} from "../../core/history/pins-history.ts";
import { printTime } from "../html/words.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";

/** Returns the list as text, with a final newline. */
export function pinsHistoryText(result: PinsHistoryResult, style: Style): string {
  const { deploys, leftOut, previous, repository, branch, environment } = result;
  const lines = [`${branch} of ${plain(repository)}`];
  for (const [at, row] of deploys.entries()) {
    lines.push(headOf(row, style) + (at === 0 ? `  ${style.good("now")}` : ""));
    if (!isUniform(row)) lines.push(...row.images.map((image) => imageLine(image, style)));
  }
  if (deploys.length === 0) lines.push("  nothing was deployed here");
  if (leftOut > 0) lines.push(style.dim(`  ${leftOut} older left out: --limit shows more`));
  for (const warning of result.warnings) {
    lines.push(`  ${style.warn("warning")}  ${plain(warning)}`);
  }
  if (previous !== undefined) {
    const to = previous.slice(0, 12);
    const where = environment === undefined ? "" : `--env ${plain(environment)} `;
    lines.push("", `Go back: landfall rollback ${where}--to ${to} --reason "what is wrong"`);
  }
  return `${lines.join("\n")}\n`;
}

function headOf(row: PinsHistoryRow, style: Style): string {
  const day = printTime(row.atMs).slice(0, 16).replace("T", " ");
  const outcome = row.outcome === "rollback" ? style.warn : (text: string) => text;
  const tag = isUniform(row) ? tagsOf(row.images[0]) : "several tags";
  const revision = row.revision === undefined ? "" : row.revision.slice(0, 12);
  const words = [outcome(row.outcome.padEnd(8)), tag.padEnd(14), revision.padEnd(12)];
  const commit = style.dim(`commit ${row.commit.slice(0, 12)}  ${plain(row.author)}`);
  return `  ${day}  ${words.join("  ")}  ${commit}`;
}

function imageLine(image: PinnedImage, style: Style): string {
  return `      ${tagsOf(image).padEnd(14)}  ${style.dim(plain(image.image))}`;
}

/** Whether all images hold the same, which is then printed once. */
function isUniform({ images }: PinsHistoryRow): boolean {
  return new Set(images.map(tagsOf)).size === 1;
}

function tagsOf(image: PinnedImage | undefined): string {
  return image?.tags.map((tag) => plain(tag) || "(no tag)").join(", ") || "(no pin)";
}
