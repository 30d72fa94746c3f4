/** What the demo showed, for people: what each deploy said, the branch, the pins at its tip. */

import type { PromoteResult } from "../../core/results/promote.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";
import { pinsText } from "./pins.ts";
import { promoteText } from "./promote.ts";

/** What is printed of the demo. */
interface Shown {
  readonly exit: number;
  readonly deploys: readonly {
    readonly who: string;
    readonly subject: string;
    readonly result: PromoteResult;
    readonly commits: number;
  }[];
  readonly log: readonly string[];
  readonly pins: Parameters<typeof pinsText>[0];
  readonly folder?: string;
}

/** Returns the result as text, with a final newline. */
export function demoText(shown: Shown, style: Style): string {
  const parts = shown.deploys.map(
    ({ who, subject, result }) =>
      `\n${style.bold(`The ${who} commit`)}, "${plain(subject)}", said:\n${promoteText(result, style)}`,
  );
  const log = shown.log.map((line) => `  ${plain(line)}`).join("\n");
  parts.push(`\n${style.bold("The branch, newest first")}\n${log}\n`);
  parts.push(`\n${style.bold("The pins at its tip")}\n${pinsText(shown.pins, style)}`);
  if (shown.folder !== undefined) parts.push(`\nKept in ${plain(shown.folder)}\n`);
  const verdict =
    shown.exit === 0
      ? style.good("Both deploys are accounted for: the remote shows each of them exactly once.")
      : style.bad("The remote does not show what the deploys said. This is a bug in Landfall.");
  return `${parts.join("")}\n${verdict}\n`;
}
