/** Types only: what a run of the checker is asked, and what it needs of the world. */

import type { ImageName } from "../../core/image-ref.ts";
import type { HoldQuestion } from "../../core/landing/hold.ts";
import type { TagFormat } from "../../core/tag-format.ts";
import type { DeployLog, Registry, Remote, SourceHistory } from "../../ports.ts";
import type { AuditScope } from "../audit/facts.ts";
import type { LandPorts } from "../landing/change.ts";
import type { GateQuestion } from "../landing/gate.ts";

/** An image, and the source paths whose changes rebuild it. Absent: every change does. */
export interface SyncSubject {
  readonly image: ImageName;
  readonly paths?: readonly string[] | undefined;
}

/** What the user asks. */
export interface SyncRequest extends HoldQuestion, AuditScope {
  readonly images: readonly SyncSubject[];
  readonly tagFormat: TagFormat;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  /** One id per run, so that its commit can be found again. */
  readonly deploy: string;
  /** What the subjects of deploy commits from before Landfall match. */
  readonly pattern: RegExp;
  /** How many code commits to look back. */
  readonly lookback: number;
  /** How old a revision must be before a missing deploy counts as lost, in milliseconds. */
  readonly graceMs: number;
  /** What becomes of a revision that somebody moved away by hand. */
  readonly movedAway: "leave" | "land again";
  /** The checker may land only what was attempted, or what the gate lets through. */
  readonly guarded?: { readonly gate?: GateQuestion | undefined } | undefined;
  /** What is left beside the branch for other environments. */
  readonly marks?: readonly ("attempted" | "landed")[] | undefined;
  readonly mode: "push" | "dry-run";
  readonly skipCi: boolean;
}

/** The world of the checker. */
export interface SyncPorts extends LandPorts {
  /** The branch of the environment before, where it is another one. */
  readonly before?: Remote | undefined;
  readonly history: SourceHistory;
  readonly registry: Registry;
  readonly log: DeployLog;
}
