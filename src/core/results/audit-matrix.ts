/** Audits of several environments side by side: each commit, and what became of it in each. */

import type { Revision } from "../ids.ts";
import type { AuditResult, DeployFate } from "./audit.ts";
import { worstExit } from "./several.ts";

/** What became of a commit in one environment. */
export interface MatrixCell {
  readonly environment: string;
  readonly fate: DeployFate;
  /** From the commit's date to that of the deploy that landed it there, in milliseconds. */
  readonly lagMs?: number | undefined;
}

/** A commit, environment by environment. One that is not code there has no cell. */
export interface MatrixRow {
  readonly revision: Revision;
  readonly subject: string;
  /** Committer's date, milliseconds since the epoch. */
  readonly atMs: number;
  readonly cells: readonly MatrixCell[];
}

/** Audits of several environments. `version` changes when a reader would have to. */
export interface AuditMatrix {
  readonly version: 1;
  readonly command: "audit";
  readonly exit: number;
  readonly environments: readonly AuditResult[];
  /** Newest first. */
  readonly commits: readonly MatrixRow[];
}

/** Lays audits side by side. */
export function auditMatrix(audits: readonly AuditResult[]): AuditMatrix {
  const rows = new Map<Revision, MatrixRow>();
  for (const { environment = "", commits } of audits) {
    for (const { revision, subject, atMs, fate, lagMs } of commits) {
      const row = rows.get(revision) ?? { revision, subject, atMs, cells: [] };
      const cell = lagMs === undefined ? { environment, fate } : { environment, fate, lagMs };
      rows.set(revision, { ...row, cells: [...row.cells, cell] });
    }
  }
  const commits = [...rows.values()].sort((a, b) => b.atMs - a.atMs);
  return {
    version: 1,
    command: "audit",
    exit: worstExit(audits),
    environments: audits,
    commits,
  };
}
