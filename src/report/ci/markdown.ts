/** Markdown that cannot be broken out of: foreign text becomes text, whatever it looks like. */

import { plain } from "../safe-text.ts";

const textMax = 200;

/**
 * Characters that mean something to Markdown or HTML within a line. (What means something at the
 * start of a line only is left: foreign text is never there.)
 */
const special = /[\\`*_[\]<>&~|$]/g;

/**
 * Returns a text as it may be inside a line or a cell: on one line, cut at 200 code points, its
 * special characters after a backslash. Nobody is mentioned, and nothing linked: a space without
 * width follows each @, which GitHub looks for in what it has rendered.
 */
export function escapeMarkdown(text: string): string {
  return plain(text, textMax)
    .replace(special, "\\$&")
    .replaceAll("@", "@\u200b")
    .replaceAll("://", ":\\//")
    .replace(/(www)\./gi, "$1\\.");
}

/** Returns a link to an address of ours. */
export function markdownLink(text: string, url: string): string {
  const target = encodeURI(url).replaceAll("(", "%28").replaceAll(")", "%29");
  return `[${escapeMarkdown(text)}](${target})`;
}

/** Returns lines of a code block, in a fence longer than any that the text has. */
export function codeBlock(language: string, text: string): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const safe = lines.map((line) => plain(line, Number.POSITIVE_INFINITY));
  const runs = safe.flatMap((line) => line.match(/`+/g) ?? []);
  const longest = runs.reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...safe, fence];
}

/** Returns a row of a table. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeMarkdown).join(" | ")} |`;
}

/** Returns the two lines that begin a table. */
export function tableHead(heads: readonly string[]): readonly string[] {
  return [tableRow(heads), `|${heads.map(() => " --- |").join("")}`];
}
