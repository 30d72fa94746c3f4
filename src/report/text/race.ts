/** A race's result for people: who moved the branch, how each run ended, what was injected. */

import type { RaceResult, RaceRun } from "../../core/results/race.ts";
import { plain } from "../safe-text.ts";
import type { Style } from "../style.ts";

/** Returns the result as text, with a final newline. */
export function raceText(result: RaceResult, style: Style): string {
  const { shape, seed, steps, schedule, environments, land } = result;
  const where = environments ? ", in staging and prod each" : "";
  const door = land === undefined ? "" : ", by pull request";
  const title = `${whoRaced(result)}${where}${door}, shape ${shape}, seed ${seed}`;
  const lines = [
    `${style.bold(title)}  ${style.dim(`${steps} steps, schedule ${schedule}`)}`,
    "",
    style.bold("Who moved the branch"),
    ...result.rounds.map(
      ({ atMs, winner, subject }, at) =>
        `  ${String(at + 1).padStart(3)}  ${seconds(atMs)}  ${winner.padEnd(18)}  ${plain(subject)}`,
    ),
    "",
    style.bold("What each run said, and how long it took"),
    ...result.runs.map((run) => runLine(run, style)),
    "",
    `${style.bold("Injected")}  ${injectedText(result)}`,
    ...verdictLines(result, style),
  ];
  return `${lines.join("\n")}\n`;
}

function whoRaced({ deployers, syncs, rollbacks, foreign }: RaceResult): string {
  const counts = [
    [deployers, "deployer", "deployers"],
    [syncs, "sync", "syncs"],
    [rollbacks, "rollback", "rollbacks"],
    [foreign, "person who pushes", "people who push"],
  ] as const;
  const present = counts.filter(([count]) => count > 0);
  return present.map(([count, one, many]) => `${count} ${count === 1 ? one : many}`).join(", ");
}

function runLine({ name, revision, outcome, code, waitedMs }: RaceRun, style: Style): string {
  const why = code === undefined || code === outcome ? "" : `  ${style.dim(code)}`;
  const waited = waitedMs === undefined ? "         " : seconds(waitedMs);
  const tag = revision.slice(0, 7);
  return `  ${name.padEnd(12)}  ${tag}  ${waited}  ${paint(outcome, style)}${why}`;
}

function paint(outcome: RaceRun["outcome"], style: Style): string {
  if (outcome === "landed" || outcome === "unchanged") return style.good(outcome);
  return outcome === "failed" || outcome === "unknown" ? style.bad(outcome) : style.warn(outcome);
}

function injectedText({ injected, faults }: RaceResult): string {
  const counts = Object.entries(injected).map(([kind, count]) => `${kind} ${count}`);
  if (counts.length > 0) return counts.join(", ");
  return faults === "none" ? "nothing" : "nothing that this seed chose struck";
}

function verdictLines({ violations, replay }: RaceResult, style: Style): readonly string[] {
  if (violations.length === 0) return [`${style.bold("Verdict")}   ${style.good("no law broken")}`];
  return [
    `${style.bold("Verdict")}   ${style.bad(`${violations.length} laws broken`)}`,
    ...violations.map(({ law, message }) => `  ${style.bad(law.padEnd(6))}  ${plain(message)}`),
    `  Replay: ${replay}`,
  ];
}

/** Prints model time so that columns line up. */
function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(7)} s`;
}
