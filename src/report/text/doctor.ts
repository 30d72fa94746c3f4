/** What doctor found, for people: one line each, and the remedy below what is not well. */

import type { Check, DoctorResult } from "../../core/results/doctor.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { mentionLines } from "./mentions.ts";

const detailMax = 500;

/** Returns the result as text, with a final newline. */
export function doctorText({ checks, mentions = [] }: DoctorResult, style: Style): string {
  const wide = Math.max(...checks.map(({ name }) => plain(name).length));
  const lines = checks.flatMap(({ name, state, detail, remedy }) => {
    const line = `${paint(state, style)}  ${plain(name).padEnd(wide)}  ${plain(detail, detailMax)}`;
    if (remedy === undefined) return [line];
    return [line, `${" ".repeat(wide + 11)}${style.dim(plain(remedy))}`];
  });
  const told = mentionLines(mentions, style);
  return `${[...lines, ...told, "", summary(checks, style)].join("\n")}\n`;
}

function paint(state: Check["state"], style: Style): string {
  const word = state.padEnd(7);
  if (state === "ok") return style.good(word);
  if (state === "fail") return style.bad(word);
  return state === "warn" ? style.warn(word) : style.dim(word);
}

function summary(checks: readonly Check[], style: Style): string {
  const count = (state: Check["state"]) => checks.filter((check) => check.state === state).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed > 0) return style.bad(`${failed} to fix`);
  const isThrottled = checks.some(({ code }) => code === "throttled");
  if (isThrottled) return style.warn("Not everything could be checked: a server asks to wait");
  if (warned > 0) return style.warn(`A deploy can work; ${warned} to look at`);
  return style.good("Everything is there that a deploy needs");
}
