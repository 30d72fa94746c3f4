/** Audit: which commits of the source reached production, and which did not. Only reads. */

import { asFailure, exit, exitOfFailure } from "../../core/failure.ts";
import { keepLedger } from "../../core/history/audit.ts";
import { codeLine } from "../../core/history/code-line.ts";
import { type AuditResult, type DeployFate, fates } from "../../core/results/audit.ts";
import { reportFailure } from "../../core/results/promote.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { DeployLog, Progress } from "../../ports.ts";
import { type AuditSubject, gatherFacts } from "./facts.ts";

/** What is asked. Times are milliseconds since the epoch. */
export interface AuditRequest extends AuditSubject {
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  readonly sinceMs: number;
  /** How old a commit must be before a missing deploy counts as lost. */
  readonly graceMs: number;
  /** After how many deploys a pin that did not move has stayed behind. */
  readonly behind: number;
  readonly tagFormat: TagFormat;
}

/** What an audit needs of the world. */
export interface AuditPorts {
  readonly log: DeployLog;
  readonly progress: Progress;
}

/** Audits a branch. A failure of the world is in the result. */
export async function audit(request: AuditRequest, ports: AuditPorts): Promise<AuditResult> {
  const { repository, branch, source, sinceMs, asOfMs } = request;
  const head = { version: 1, command: "audit", repository, branch, source } as const;
  try {
    ports.progress.step(`Reading the history of ${branch}`);
    const facts = await gatherFacts(request, ports.log);
    const ledger = keepLedger(facts.graph, facts.branch, {
      ...request,
      holds: facts.holds,
      code: codeLine(facts.graph, facts.judge),
    });
    const status = ledger.counts.gap > 0 ? exit.drift : exit.done;
    const warnings = [...facts.warnings, ...ledger.warnings];
    return { ...head, exit: status, sinceMs, asOfMs, ...ledger, warnings };
  } catch (error) {
    const failure = asFailure(error);
    const lists = { commits: [], deploys: [], inversions: [], leftBehind: [], warnings: [] };
    const failed = { exit: exitOfFailure(failure.code), failure: reportFailure(failure) };
    return { ...head, sinceMs, asOfMs, counts: noCounts(), ...lists, ...failed };
  }
}

function noCounts(): Record<DeployFate, number> {
  return Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<DeployFate, number>;
}
