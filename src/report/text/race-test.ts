/** The verdict on a race of real processes, for people. */

import type { LabVerdict } from "../../core/results/race-test.ts";
import { plain } from "../safe-text.ts";

/** Returns the verdict as text, with a final newline. */
export function labText({ seed, deployers, accounted, newest, violations }: LabVerdict): string {
  const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
  const lines = [
    `race of ${deployers} deployers, seed ${seed}: ${accounted} accounted for, ${count}`,
    ...violations.map(({ law, message }) => `  ${law}  ${plain(message)}`),
  ];
  if (violations.length === 0) {
    lines.push(`the manifests hold revision ${newest}, the newest that was deployed`);
  }
  return `${lines.join("\n")}\n`;
}
