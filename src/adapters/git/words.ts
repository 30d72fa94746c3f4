/** What git printed, whole or as far as a reader gets to see it. */

/** What a git command left behind. */
export interface GitExchange {
  /** Exit status. Undefined: killed by a signal or out of time. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How much of a server's words is kept, in characters. */
const wordsMax = 4_096;

/** Returns what git itself said: no words of hooks, which may say anything, and no quoted names. */
export function gitsOwn(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !line.startsWith("remote:"));
  return lines.join("\n").replace(/'[^'\n]*'/g, "''");
}

/** Returns git's words that may help a reader: no hints, no control characters, not too much. */
export function wordsOf({ code, stdout, stderr }: GitExchange): string {
  const refs = stdout.split("\n").filter((line) => line.startsWith("!"));
  const lines = [...stderr.split("\n"), ...refs]
    .map((line) =>
      line
        .replace(/\s+$/, "")
        .replace(/[\p{Cc}\p{Cf}]+/gu, " ")
        .trim(),
    )
    .filter((line) => line !== "" && !/^(?:hint:|To |From )/.test(line));
  const words = lines.join("; ").slice(0, wordsMax);
  if (words !== "") return words;
  return code === undefined ? "git was stopped before it could answer" : `exit status ${code}`;
}
