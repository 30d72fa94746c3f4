/** A result as outputs of a step of GitHub Actions. */

import type { ReportModel } from "./model.ts";

/**
 * Returns lines for the file that GITHUB_OUTPUT names.
 *
 * @param delimiter Ends each value. Nobody may be able to guess it, or a value could go on as
 *   another output.
 */
export function githubOutputs(brief: ReportModel, delimiter: string): string {
  const { command, verdict, exit, outputs } = brief;
  const all = [
    ...([
      ["command", command],
      ["verdict", verdict],
      ["exit", String(exit)],
    ] as const),
    ...outputs,
  ];
  return all
    .map(([name, value]) => {
      if (value.includes(delimiter)) throw new Error(`an output holds the delimiter ${delimiter}`);
      return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
    })
    .join("");
}
