/** What several tables of an audit's report hold in their cells. */

import { commitPage } from "../commit-pages.ts";
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

/** Returns a tag before and after. */
export function changeTag(from: string, to: string): Html {
  return html`<code>${shownTag(from)}</code> <span class="arrow">→</span> <code>${shownTag(to)}</code>`;
}

/** Returns a tag as it is shown: empty where a manifest names none. */
export function shownTag(tag: string): string {
  return tag === "" ? "(no tag)" : tag;
}
