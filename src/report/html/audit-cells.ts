/** What several tables of an audit's report hold in their cells. */

import { commitPage, requestPage } from "../commit-pages.ts";
import { type Html, html } from "./html.ts";
import { idTag } from "./words.ts";

/** Returns a commit's id, as a link to its row where `known` says that there is one. */
export function linkTo(kind: "c-" | "d-", id: string, known: ReadonlySet<string>): Html {
  if (!known.has(id)) return idTag(id);
  return html`<a href="#${kind}${id}"><code>${id.slice(0, 7)}</code></a>`;
}

/** Returns a commit's id, as a link to its page where the repository's forge is known. */
export function commitTag(repository: string, id: string): Html {
  const page = commitPage(repository, id);
  return page === undefined ? idTag(id) : html`<a href="${page}">${idTag(id)}</a>`;
}

/** How forges name a request in the subject of its merge or its squash. */
const requestPattern = /^(.*(?:\(|Merge pull request |See merge request ))([#!])(\d+)(.*)$/;

/** Returns a commit's subject, in which the request that it came by is a link on a known forge. */
export function subjectTag(repository: string, subject: string): Html {
  const [, before, sign, number, after] = requestPattern.exec(subject) ?? [];
  const page = number === undefined ? undefined : requestPage(repository, Number(number));
  if (page === undefined) return html`${subject}`;
  return html`${before}<a href="${page}">${sign}${number}</a>${after}`;
}

/** Returns a tag before and after. */
export function changeTag(from: string, to: string): Html {
  return html`<code>${shownTag(from)}</code> <span class="arrow">→</span> <code>${shownTag(to)}</code>`;
}

/** Returns a tag as it is shown: empty where a manifest names none. */
export function shownTag(tag: string): string {
  return tag === "" ? "(no tag)" : tag;
}
