/** Whether a page shows that the deploy runs. */

import { asTag, type Revision, type Tag } from "../ids.ts";
import type { StepVerdict } from "../results/verify.ts";

/** A page that is to show something. */
export interface SmokePage {
  readonly url: string;
  readonly status: number;
  /** `{tag}` and `{revision}` stand for those of the deploy. */
  readonly contains?: string | undefined;
  /** The most times it is asked again; undefined means until time is up. */
  readonly retries?: number | undefined;
}

/** What a page said. */
export interface PageReply {
  readonly status: number;
  /** As much of the body as was read. */
  readonly text: string;
  /** Whether the body was longer than what was read. */
  readonly isCut: boolean;
  /** Where it redirects to, when that was not followed. */
  readonly location: string | undefined;
}

/** One look at a page. */
export interface SmokeFacts {
  readonly page: SmokePage;
  readonly reply: PageReply;
  readonly tag: Tag;
  readonly revision: Revision;
  /** Tags of revisions that descend from ours: somebody else has moved on. */
  readonly newer: ReadonlySet<Tag>;
}

/** Judges a page. It never fails for good: a page may recover until time is up. */
export function smokeVerdict({ page, reply, tag, revision, newer }: SmokeFacts): StepVerdict {
  if (reply.status !== page.status) {
    const to = reply.location === undefined ? "" : `; it redirects to "${reply.location}"`;
    return { kind: "waiting", detail: `status ${reply.status}, not ${page.status}${to}` };
  }
  if (page.contains === undefined) return { kind: "done", detail: `status ${reply.status}` };
  const wanted = fill(page.contains, tag, revision);
  if (reply.text.includes(wanted)) return { kind: "done", detail: `shows "${wanted}"` };
  const shown = tagsShown(page.contains, reply.text);
  const moved = shown.find((other) => newer.has(other));
  if (moved !== undefined) {
    return { kind: "done", detail: `shows ${moved}, which is newer than ${tag}` };
  }
  const instead = shown.length === 0 ? "" : `; it shows ${shown.join(", ")}`;
  const cut = reply.isCut ? " in the part of it that was read" : "";
  return { kind: "waiting", detail: `"${wanted}" is not${cut} on the page${instead}` };
}

const tagsShownMax = 3;

/** Returns the tags that a page shows where the template has `{tag}`, each once. */
export function tagsShown(template: string, text: string): readonly Tag[] {
  const [before = "", ...after] = template.split("{tag}");
  if (after.length === 0 || before.trim() === "") return [];
  const shown = new Set<Tag>();
  for (let from = text.indexOf(before); from >= 0; from = text.indexOf(before, from + 1)) {
    const start = from + before.length;
    const tag = asTag(/^\w[\w.-]{0,127}/.exec(text.slice(start, start + 128))?.[0] ?? "");
    if (tag !== undefined) shown.add(tag);
    if (shown.size === tagsShownMax) break;
  }
  return [...shown];
}

function fill(template: string, tag: Tag, revision: Revision): string {
  return template.replaceAll("{tag}", tag).replaceAll("{revision}", revision);
}
