/** An audit's result for people: the verdict and the figures first, then all that is not well. */

import { printPlace } from "../../core/failure.ts";
import {
  type AuditResult,
  fates,
  type Inversion,
  type LedgerCommit,
  type LedgerDeploy,
  type LeftBehind,
} from "../../core/results/audit.ts";
import { lagsOf } from "../../core/results/dora.ts";
import { auditHeadline, byHand, isBad } from "../html/audit-figures.ts";
import { counted, printCount, printSpan, printTime } from "../html/words.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { mentionLine } from "./mentions.ts";

const subjectMax = 100;
/** How many of one kind are printed: who wants them all takes JSON or HTML. */
const linesMax = 20;

/** Returns the result as text, with a final newline. */
export function auditText(result: AuditResult, style: Style): string {
  const { failure, warnings, commits, deploys, inversions } = result;
  const paint = isBad(result) ? style.bad : style.good;
  const lines = [style.bold(paint(plain(auditHeadline(result)))), `  ${style.dim(about(result))}`];
  if (failure === undefined) lines.push(...figures(result));
  for (const fate of ["gap", "pending", "rolled-back"] as const) {
    const own = commits.filter((commit) => commit.fate === fate);
    lines.push(...some(own, (commit) => commitLine(commit, style)));
  }
  lines.push(...some(inversions, (inversion) => inversionLine(inversion, style)));
  lines.push(...some(byHand({ ...result, deploys }), (deploy) => handLine(deploy, style)));
  lines.push(...some(result.leftBehind, (pin) => behindLine(pin, style)));
  const { mentions = [] } = result;
  lines.push(...some(mentions, (mention) => mentionLine(mention, style)));
  for (const warning of warnings) lines.push(`  ${style.warn("warning")}  ${plain(warning)}`);
  if (failure !== undefined) {
    const place = failure.place === undefined ? "" : `${printPlace(failure.place)}: `;
    lines.push(`  ${plain(place + failure.message)}`, `  ${style.dim(plain(failure.hint))}`);
  }
  return `${lines.join("\n")}\n`;
}

function about({ repository, branch, sinceMs, asOfMs }: AuditResult): string {
  const from = sinceMs <= 0 ? "the first commit" : printTime(sinceMs);
  return `${plain(branch)} of ${plain(repository)}, ${from} to ${printTime(asOfMs)}`;
}

function figures(result: AuditResult): readonly string[] {
  const { commits, counts, deploys, inversions, leftBehind } = result;
  const parts = fates.filter((fate) => counts[fate] > 0 || fate === "gap");
  const judged = parts.map((fate) => `${printCount(counts[fate])} ${fate}`).join(", ");
  const lags = lagsOf(result);
  const lag =
    lags === undefined
      ? []
      : [`  lag: median ${printSpan(lags.median)}, longest ${printSpan(lags.longest)}`];
  return [
    `  ${counted(commits.length, "code commit")}: ${judged}`,
    `  ${counted(deploys.length, "deploy commit")}: ${printCount(byHand(result).length)} by hand, ` +
      `${counted(inversions.length, "inversion")}, ${counted(leftBehind.length, "pin")} left behind`,
    ...lag,
  ];
}

function some<Item>(items: readonly Item[], print: (item: Item) => string): readonly string[] {
  const lines = items.slice(0, linesMax).map(print);
  const rest = items.length - lines.length;
  return rest === 0 ? lines : [...lines, `  and ${printCount(rest)} more of these`];
}

function commitLine(commit: LedgerCommit, style: Style): string {
  const { fate, revision, atMs, subject, by } = commit;
  const paint = fate === "gap" ? style.bad : style.warn;
  const cause = by === undefined ? "" : `  ${style.dim(`by ${by.slice(0, 7)}`)}`;
  return `${word(fate, paint)}${revision.slice(0, 7)}  ${printTime(atMs)}  ${short(subject)}${cause}`;
}

function inversionLine({ commit, atMs, image, from, to }: Inversion, style: Style): string {
  const change = `${plain(image)} ${plain(from)} -> ${plain(to)}`;
  return `${word("inversion", style.bad)}${commit.slice(0, 7)}  ${printTime(atMs)}  ${change}`;
}

function handLine({ commit, atMs, subject, moves }: LedgerDeploy, style: Style): string {
  const pins = style.dim(counted(moves.length, "pin"));
  const what = `${commit.slice(0, 7)}  ${printTime(atMs)}  ${short(subject)}  ${pins}`;
  return `${word("by hand", style.warn)}${what}`;
}

function behindLine(pin: LeftBehind, style: Style): string {
  const { file, line, image, tag, deploys, sinceMs, fromTheStart, goneMs } = pin;
  const since = fromTheStart ? "never moved, there since" : "not moved since";
  const gone = goneMs === undefined ? "" : `, gone since ${printTime(goneMs)}`;
  const missed = `missed ${counted(deploys, "deploy")}, ${since} ${printTime(sinceMs)}${gone}`;
  const where = `${plain(printPlace({ file, line }))}  ${plain(image)}:${plain(tag)}`;
  return `${word("left behind", style.warn)}${where}  ${style.dim(missed)}`;
}

function word(text: string, paint: (text: string) => string): string {
  return `  ${paint(text.padEnd(11))}  `;
}

function short(subject: string): string {
  return plain(subject, subjectMax);
}
