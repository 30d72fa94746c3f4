/** A pull or merge request of ours: what it says, and how we know later what we said. */

import type { CommitId, Revision } from "../ids.ts";
import { lastParagraph, readCommit } from "../landing/commit-message.ts";

/** A request as the forge shows it. */
export interface ForgeRequest {
  readonly number: number;
  readonly url: string;
  readonly state: "open" | "merged" | "closed";
  readonly title: string;
  readonly body: string;
  /** What its branch shows, or showed when it was merged or closed. */
  readonly head: CommitId | undefined;
  /** The commit that merging made on the branch, as the forge says. */
  readonly mergedAs?: CommitId | undefined;
}

/** What people read in a request. */
export interface RequestText {
  readonly title: string;
  readonly body: string;
}

/** What a request is made of. */
export interface Proposed {
  readonly commit: CommitId;
  /** The commit's whole message: what moves, from where, and its trailers. */
  readonly message: string;
  /** Which manifests it is about: an environment's name, or their paths. */
  readonly scope: string;
  /** Where what is new between two tags is shown, as far as that is known. */
  readonly compare: (from: string, to: string) => string | undefined;
}

/** What we left in a request's text, for the next run. Nobody sees it on the page. */
export interface RequestMark {
  readonly commit: CommitId;
  readonly deploy: string;
  readonly revision?: Revision | undefined;
  readonly scope: string;
  /** Set when it was us who closed it. */
  readonly closed?: "overtaken" | undefined;
  /** Of the text as we wrote it. */
  readonly text: string;
}

const markLine = /^<!-- landfall (\{.*\}) -->$/m;

/**
 * Returns the title and the text of a request. A squash may take them for its message, so the moves
 * stand there as in the commit, and the trailers come last.
 */
export function requestText({ commit, message, scope, compare }: Proposed): RequestText {
  const [subject = ""] = message.split("\n");
  const said = readCommit(message);
  const moves = [...message.matchAll(/^(\S+): (.+) -> (\S+)$/gm)];
  const lines = moves.map(([line]) => line.replaceAll("`", "'"));
  const links = moves.flatMap(([, , from = "", to = ""]) => {
    const link = compare(from, to);
    return link === undefined ? [] : [`What is new: [${code(from)} → ${code(to)}](${link})`];
  });
  const paragraphs = message.trimEnd().split(/\n{2,}/);
  const [reason] = paragraphs.slice(1, -1).filter((text) => !/ -> |^\[skip ci\]$/.test(text));
  const words = [
    ...(reason === undefined ? [] : [code(reason)]),
    lines.length === 0 ? "" : ["```", ...lines, "```"].join("\n"),
    [...new Set(links)].join("\n\n"),
    "Landfall keeps this request up to date: a newer revision takes it over, and it is closed when the branch has moved on. Merge it as usual. What is edited here by hand is left as it is.",
    lastParagraph(message),
  ];
  const text = words.filter((part) => part !== "").join("\n\n");
  const mark = { commit, deploy: said?.deploy ?? "", revision: said?.revision, scope };
  return { title: subject, body: withMark(text, { ...mark, text: digestOf(subject, text) }) };
}

/** Returns what we left in a request's text. Undefined: nothing that can be read. */
export function readMark({ body }: RequestText): RequestMark | undefined {
  try {
    return JSON.parse(markLine.exec(body)?.[1] ?? "") as RequestMark;
  } catch {
    return undefined;
  }
}

/** Returns whether somebody has written into a request's title or text since we did. */
export function isEdited({ title, body }: RequestText): boolean {
  return readMark({ title, body })?.text !== digestOf(title, withoutMark(body));
}

/** Returns a request's text with another mark, and people's words as they are. */
export function remarked(old: RequestText, mark: RequestMark): RequestText {
  return { title: old.title, body: withMark(withoutMark(old.body), mark) };
}

function withMark(text: string, mark: RequestMark): string {
  // A comment of HTML ends at its first "-->", wherever that comes from.
  const line = JSON.stringify(mark).replaceAll("--", "-\\u002d");
  return `<!-- landfall ${line} -->\n${text}\n`;
}

function withoutMark(body: string): string {
  return body.replaceAll("\r\n", "\n").replace(markLine, "").trim();
}

/** Tells one text from another, and no more: FNV-1a with 32 bits. */
function digestOf(title: string, text: string): string {
  let hash = 0x811c9dc5;
  for (const character of `${title.trim()}\n${text.trim()}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}

/** Markdown does nothing with it: no link, no mention of a person, no closed issue. */
function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replace(/\s+/g, " ").trim()}\``;
}
