/** The tables of an audit's report that are not of deploys: commits, inversions, pins. */

import {
  type AuditResult,
  fates,
  type LedgerCommit,
  type LeftBehind,
} from "../../core/results/audit.ts";
import { changeTag, commitTag, linkTo, shownTag, subjectTag } from "./audit-cells.ts";
import { html, nothing } from "./html.ts";
import { markedWord } from "./marks.ts";
import type { Row, Table } from "./table.ts";
import { printCount, printSpan, timeTag } from "./words.ts";

/** Returns every code commit, newest first. */
export function commitTable({ commits, deploys, source }: AuditResult): Table {
  const known = new Set<string>(deploys.map(({ commit }) => commit));
  return {
    id: "commits",
    noun: ["code commit", "code commits"],
    columns: [
      { title: "Committed", width: "time" },
      { title: "Commit", width: "id" },
      { title: "Subject and author", width: "text" },
      { title: "Fate", width: "word" },
      { title: "Lag", width: "number" },
      { title: "By deploy", width: "id" },
    ],
    naming: 1,
    rows: commits.map((commit) => commitRow(commit, source, known)),
    kinds: fates,
    look: ["recovered", "rolled-back", "pending", "gap"],
  };
}

function commitRow(commit: LedgerCommit, source: string, known: ReadonlySet<string>): Row {
  const { revision, subject, author, atMs, fate, by, lagMs } = commit;
  return {
    id: `c-${revision}`,
    kind: fate,
    cells: [
      timeTag(atMs),
      commitTag(source, revision),
      html`${subjectTag(source, subject)}<small>${author}</small>`,
      markedWord(fate),
      lagMs === undefined ? nothing : html`${printSpan(lagMs)}`,
      by === undefined ? nothing : linkTo("d-", by, known),
    ],
  };
}

/** Returns the deploys that put an image back. */
export function inversionTable({ inversions, deploys }: AuditResult): Table {
  const known = new Set<string>(deploys.map(({ commit }) => commit));
  return {
    id: "inversions",
    noun: ["inversion", "inversions"],
    columns: [
      { title: "Committed", width: "time" },
      { title: "By deploy", width: "id" },
      { title: "Image", width: "text" },
      { title: "Went back", width: "name" },
    ],
    naming: 1,
    rows: inversions.map(({ commit, atMs, image, from, to }) => ({
      cells: [timeTag(atMs), linkTo("d-", commit, known), html`${image}`, changeTag(from, to)],
    })),
  };
}

/** Returns the pins that deploys went past. */
export function leftBehindTable({ leftBehind }: AuditResult): Table {
  return {
    id: "left-behind",
    noun: ["pin", "pins"],
    columns: [
      { title: "Pin", width: "text" },
      { title: "Image", width: "text" },
      { title: "Tag", width: "word" },
      { title: "Since", width: "time" },
      { title: "Until", width: "time" },
      { title: "Deploys it missed", width: "number" },
    ],
    naming: 0,
    rows: leftBehind.map(leftBehindRow),
  };
}

function leftBehindRow(pin: LeftBehind): Row {
  const { file, line, image, tag, deploys, sinceMs, fromTheStart, goneMs } = pin;
  const past = fromTheStart ? "never moved by a deploy" : "last moved";
  return {
    cells: [
      html`${file}:${line}`,
      html`${image}`,
      html`<code>${shownTag(tag)}</code>`,
      html`${timeTag(sinceMs)}<small>${past}</small>`,
      goneMs === undefined
        ? html`still there`
        : html`${timeTag(goneMs)}<small>it went away</small>`,
      html`${printCount(deploys)}`,
    ],
  };
}
