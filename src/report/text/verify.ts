/** A verification's result for people: the outcome first, then step by step. */

import { notLookedAt, type VerifyResult, type VerifyStep } from "../../core/results/verify.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { firstLines, type Length } from "./brief.ts";
import { promoteText } from "./promote.ts";

const detailMax = 500;

/** What is not well first, then what explains it, then what is. */
const order: readonly ((step: VerifyStep) => boolean)[] = [
  ({ state }) => state === "failed",
  ({ state }) => state === "unreadable",
  ({ state }) => state === "waiting",
  ({ state, detail }) => state === "skipped" && detail !== notLookedAt,
  ({ state }) => state === "done",
  () => true,
];

/** Returns the result as text, with a final newline. */
export function verifyText(result: VerifyResult, style: Style, length: Length): string {
  const { outcome, tag, commit, tookMs, steps } = result;
  const word = outcome === "verified" ? style.good(outcome) : style.bad(outcome);
  const took = style.dim(`(${seconds(tookMs)})`);
  const head = `${style.bold(word)}  ${tag}  commit ${commit}  ${took}`;
  const rank = (step: VerifyStep) => order.findIndex((isOf) => isOf(step));
  const sorted = length === "whole" ? steps : steps.toSorted((a, b) => rank(a) - rank(b));
  const groups = sorted.map((step) => stepLines(step, style));
  const text = `${[head, ...firstLines(groups, style, length)].join("\n")}\n`;
  return result.rollback === undefined ? text : text + promoteText(result.rollback, style);
}

/** Returns the lines of one step: how it ended, what was seen, and what to do about it. */
function stepLines(step: VerifyStep, style: Style): readonly string[] {
  const { name, target, state, detail, hint, waitedMs } = step;
  const waited = waitedMs === 0 ? "" : `  ${style.dim(`(${seconds(waitedMs)})`)}`;
  const what = `${name.padEnd(7)}  ${plain(target)}`;
  const lines = [`  ${paint(state, style)}  ${what}  ${plain(detail, detailMax)}${waited}`];
  if (hint !== undefined) lines.push(`              ${style.dim(plain(hint))}`);
  return lines;
}

function paint(state: VerifyStep["state"], style: Style): string {
  const word = state.padEnd(10);
  if (state === "done") return style.good(word);
  if (state === "skipped") return style.dim(word);
  return state === "waiting" ? style.warn(word) : style.bad(word);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
