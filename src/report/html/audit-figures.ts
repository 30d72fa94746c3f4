/** The figures that head an audit's report, all counted from the one result. */

import {
  type AuditFinding,
  type AuditResult,
  findingsOf,
  type LedgerDeploy,
} from "../../core/results/audit.ts";
import { landedFates } from "../../core/results/dora.ts";
import { counted } from "./words.ts";

/** Returns how many code commits landed and were not taken out. */
export function landedCount({ counts }: AuditResult): number {
  return landedFates.reduce((sum, fate) => sum + counts[fate], 0);
}

/** Returns the deploys that nobody's tool made. */
export function byHand({ deploys }: AuditResult): readonly LedgerDeploy[] {
  return deploys.filter(({ kind }) => kind === "by-hand");
}

/** So many of what stayed behind are named in the heading. */
const namesMax = 2;

const findingWords: Readonly<Record<AuditFinding, (count: number, result: AuditResult) => string>> =
  {
    gap: (count) => `${counted(count, "code commit")} never reached production`,
    "left-behind": (count, { leftBehind }) => {
      const files = [...new Set(leftBehind.map(({ file }) => file))];
      const more =
        files.length > namesMax
          ? ` and ${counted(files.length - namesMax, "more file", "more files")}`
          : "";
      return `${counted(count, "pin")} left behind: ${files.slice(0, namesMax).join(", ")}${more}`;
    },
    inversion: (count) => counted(count, "inversion"),
    "by-hand": (count) => counted(count, "deploy by hand", "deploys by hand"),
  };

const remedies: Readonly<Record<AuditFinding, string>> = {
  gap: "landfall sync lands what is published and was lost; of the others the build failed or never ran.",
  "left-behind":
    "landfall promote moves every pin of an image. Look at why the deploys before it passed these by.",
  inversion:
    "Promote the newer revision again, or record the way back: landfall rollback --to REVISION.",
  "by-hand": "Deploy by landfall promote, so that the next change by hand stands out.",
};

/** Returns what to do about the worst, where something is wrong. A failure brings its own words. */
export function adviceOf(result: AuditResult): { readonly advice?: string } {
  const [worst] = findingsOf(result);
  if (worst === undefined || result.failure !== undefined) return {};
  return { advice: remedies[worst[0]] };
}

/** Returns whether something should not be as it is, or could not be read. */
export function isBad(result: AuditResult): boolean {
  return result.failure !== undefined || findingsOf(result).length > 0;
}

/** Returns the audit's verdict in one sentence. */
export function auditHeadline(result: AuditResult): string {
  const { pending } = result.counts;
  if (result.failure !== undefined) return "The audit could not be finished";
  const findings = findingsOf(result).map(([kind, count]) => findingWords[kind](count, result));
  if (findings.length > 0) return findings.join("; ");
  if (result.commits.length === 0) return "No code commits in this time";
  if (pending > 0) return `No gaps, and ${counted(pending, "code commit")} still on the way`;
  return "Every code commit is accounted for";
}
