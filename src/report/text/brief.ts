/** Answers first: what matters most in a few lines, and how many are left. */

import type { Style } from "../style.ts";

const linesMax = 4;

/** Whether the first lines are enough, or all are wanted. */
export type Length = "brief" | "whole";

/**
 * Returns the lines of groups, the first that fit into four; a group is shown whole or not, but for
 * the first. A last line says what is left.
 */
export function firstLines(
  groups: readonly (readonly string[])[],
  style: Style,
  length: Length,
): readonly string[] {
  if (length === "whole") return groups.flat();
  const shown: string[] = [];
  let count = 0;
  for (const group of groups) {
    if (count > 0 && shown.length + group.length > linesMax) break;
    shown.push(...group);
    count += 1;
  }
  const left = groups.length - count;
  return left === 0 ? shown : [...shown, style.dim(`  and ${left} more, with -v`)];
}
