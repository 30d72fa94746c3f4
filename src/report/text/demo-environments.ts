/** What the demo of environments showed, for people: each command, what it said, and the pins. */

import type { EnvironmentsDemo } from "../../core/results/demo-environments.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";

/** Returns the result as text, with a final newline. */
export function demoEnvironmentsText(
  { exit, steps, log, folder }: EnvironmentsDemo,
  style: Style,
): string {
  const parts = steps.map(({ why, command, status, out, staging, prod, isRight }) => {
    const head = why === "" ? "" : `${style.bold(why)}\n`;
    const lines = out.trimEnd().split("\n");
    // What says no, says why.
    const said = status === 0 ? lines.slice(0, 1) : lines.slice(0, 3);
    const pins = style.dim(`  staging ${staging}   prod ${prod}   exit ${status}`);
    const odd = isRight ? "" : `\n${style.bad("  This is not as it should be.")}`;
    return `\n${head}$ ${plain(command)}\n${said.map(plain).join("\n")}\n${pins}${odd}\n`;
  });
  const commits = log.map((line) => `  ${plain(line)}`).join("\n");
  parts.push(`\n${style.bold("The branch, newest first")}\n${commits}\n`);
  if (folder !== undefined) parts.push(`\nKept in ${plain(folder)}\n`);
  const verdict =
    exit === 0
      ? style.good(
          "Prod had only what staging had shown to run, and went back and stood still alone.",
        )
      : style.bad("The remote does not show what it should. This is a bug in Landfall.");
  return `${parts.join("")}\n${verdict}\n`;
}
