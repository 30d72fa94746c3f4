/** What a race in the lab came to: the one object behind its text and its JSON. Types only. */

import type { CommitId, Revision } from "../ids.ts";
import type { Outcome } from "./promote.ts";

/** One move of the branch. */
export interface RaceRound {
  /** Model time, in milliseconds since the race began. */
  readonly atMs: number;
  /** The deployer, or the people, who moved it. */
  readonly winner: string;
  /** The first line of the commit's message. */
  readonly subject: string;
  readonly commit: CommitId;
}

/** One run of one command. */
export interface RaceRun {
  readonly name: string;
  readonly command: "promote" | "sync" | "rollback" | "release" | "freeze" | "thaw";
  readonly revision: Revision;
  /** `crashed`: the process was cut off, and the next run of the same took over. */
  readonly outcome: Outcome | "crashed";
  readonly code?: string | undefined;
  /** Model time from its start to its end, in milliseconds. Undefined: it was cut off. */
  readonly waitedMs?: number | undefined;
}

/** A law that was broken. There should be none. */
export interface RaceViolation {
  readonly law: string;
  readonly message: string;
}

/** What a race came to. The field `version` changes when a reader would have to. */
export interface RaceResult {
  readonly version: 1;
  readonly command: "race";
  readonly seed: number;
  readonly deployers: number;
  /** Who raced beside the deployers. */
  readonly syncs: number;
  readonly rollbacks: number;
  readonly foreign: number;
  readonly shape: string;
  /** All of it happened in two environments of the branch. */
  readonly environments?: true;
  /** Changes went through requests on a forge. */
  readonly land?: "pull-request";
  /** The faults that could strike, as `--faults` takes them. */
  readonly faults: string;
  readonly rounds: readonly RaceRound[];
  readonly runs: readonly RaceRun[];
  /** How often each fault struck. */
  readonly injected: Readonly<Record<string, number>>;
  /** Steps that the scheduler took, and a number that tells their order from any other. */
  readonly steps: number;
  readonly schedule: string;
  readonly violations: readonly RaceViolation[];
  /** The command that runs exactly this race again. */
  readonly replay: string;
  readonly exit: number;
}
