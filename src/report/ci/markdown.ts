/** Markdown that cannot be broken out of: foreign text becomes text, whatever it looks like. */

import { plain } from "../safe-text.ts";

const textMax = 200;

/**
 * Characters that mean something to Markdown, HTML or GitHub within a line. (What means something
 * at the start of a line only is left: foreign text never stands there.)
 */
const special = /[&<>"'\\`*_{}[\]()#!|~$:^=@]/g;

/**
 * Returns a text as it may stand inside a line or a cell: on one line, cut at 200 code points, its
 * special characters as numbers, which no structure is made of. Nobody is mentioned, and nothing
 * linked.
 */
export function escapeMarkdown(text: string): string {
  return plain(text, textMax)
    .replace(special, (found) => `&#${found.charCodeAt(0)};`)
    .replaceAll("&#64;", "&#64;&#8203;")
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}&#46;`);
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
