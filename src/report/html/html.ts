/** HTML that cannot be broken out of: whatever a template is given is escaped, and made plain. */

import { plain } from "../safe-text.ts";

/** Markup of our own, which a template takes as it is. Only templates and this room make it. */
export class Html {
  /** What is before, between and after the contents. */
  readonly parts: readonly string[];
  readonly contents: readonly HtmlContent[];

  constructor(parts: readonly string[], contents: readonly HtmlContent[] = []) {
    this.parts = parts;
    this.contents = contents;
  }

  toString(): string {
    return this.parts
      .map((part, at) => (at === 0 ? "" : print(this.contents[at - 1])) + part)
      .join("");
  }
}

/** What a template takes: markup, text (escaped), numbers, nothing, or a row of these. */
export type HtmlContent = Html | string | number | undefined | readonly HtmlContent[];

/** No markup at all. */
export const nothing = new Html([""]);

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Returns a text as it may be between tags and within quoted attributes: on one line, without
 * control, bidirectional and invisible characters, its five special characters as entities.
 */
export function escapeHtml(text: string): string {
  return plain(text).replace(/[&<>"']/g, (found) => entities[found] ?? "");
}

/**
 * Makes markup from a template. Texts that are in an attribute must be in quotes there, and
 * none may be within a `script`, a `style`, a comment or a URL.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly HtmlContent[]): Html {
  return new Html(parts, contents);
}

function print(content: HtmlContent): string {
  if (content === undefined) return "";
  if (content instanceof Html) return content.toString();
  if (typeof content === "object") return content.map(print).join("");
  return escapeHtml(String(content));
}
