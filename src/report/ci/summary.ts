/** A result as the summary of a step, in Markdown: what people see first on the page of the run. */

import { codeBlock, escapeMarkdown, markdownLink, tableHead, tableRow } from "./markdown.ts";
import type { Fact, Notice, ReportModel, ReportTable } from "./model.ts";

/** Rows of one table. The JSON and the HTML file have all of them. */
const rowsMax = 100;
const signs: Readonly<Record<Notice["level"], string>> = {
  error: "Error",
  warning: "Warning",
  notice: "Note",
};

/**
 * Returns the summary, with a final newline.
 *
 * @param bytesMax GitHub throws a summary away that is larger than 1 MiB. What does not fit is left
 *   out block by block, and the last line says so.
 */
export function summaryMarkdown(brief: ReportModel, bytesMax = 1024 * 1024): string {
  const { command, headline, facts, tables, troubles, diff } = brief;
  const title = `## ${escapeMarkdown(headline)}\n`;
  const blocks = [
    facts.map(factLine),
    troubles.slice(0, rowsMax).map(noticeLine),
    ...tables.map(tableLines),
    diff === undefined ? [] : ["### The change", "", ...codeBlock("diff", diff)],
  ].filter((lines) => lines.length > 0);
  const end = `\n_landfall ${command}_\n`;
  const cut = "\n_Not everything fits here._\n";
  let text = title;
  let left = bytesMax - bytesOf(title + end + cut);
  if (left < 0) return "";
  for (const lines of blocks) {
    const block = `\n${lines.join("\n")}\n`;
    left -= bytesOf(block);
    if (left < 0) return text + cut + end;
    text += block;
  }
  return text + end;
}

function factLine([name, value, link]: Fact): string {
  return `- ${name}: ${link === undefined ? escapeMarkdown(value) : markdownLink(value, link)}`;
}

function noticeLine({ level, title, message, hint }: Notice): string {
  const words = [title, message, hint].filter((part) => part !== undefined && part !== "");
  return `- **${signs[level]}** ${words.map((word) => escapeMarkdown(word ?? "")).join(" – ")}`;
}

function tableLines({ title, heads, rows }: ReportTable): readonly string[] {
  if (rows.length === 0) return [];
  const rest = rows.length - rowsMax;
  const more = rest > 0 ? ["", `and ${rest} more.`] : [];
  const body = rows.slice(0, rowsMax).map(tableRow);
  return [`### ${title}`, "", ...tableHead(heads), ...body, ...more];
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
