/** What an audit found: the one object behind its text, its JSON and its HTML. */

import type { CommitId, Revision } from "../ids.ts";
import type { MentionReport } from "./mention.ts";
import type { FailureReport } from "./promote.ts";

/** What became of a code commit. */
export type DeployFate =
  /** A deploy commit of its own landed it. */
  | "deployed"
  /** A deploy of a descendant landed it too, or a commit by hand did. */
  | "covered"
  /** A newer revision had landed when its own deploy came, which said so and moved nothing. */
  | "superseded"
  /** The sync checker landed it (or what covers it) after its own deploy was lost. */
  | "recovered"
  /** It had landed, and a rollback took it out; or a hold keeps it out. */
  | "rolled-back"
  /** Younger than the grace time, and nothing has landed it yet. */
  | "pending"
  /** Nothing that landed holds it, and the grace time has passed. */
  | "gap";

/** All fates, from well to bad. */
export const fates: readonly DeployFate[] = [
  ...(["deployed", "covered", "superseded", "recovered", "rolled-back"] as const),
  ...(["pending", "gap"] as const),
];

/** A code commit and what became of it. */
export interface LedgerCommit {
  readonly revision: Revision;
  /** First line of its message, as it is: not safe to print as it comes. */
  readonly subject: string;
  readonly author: string;
  /** Committer's date, milliseconds since the epoch. */
  readonly atMs: number;
  readonly fate: DeployFate;
  /** The deploy commit that landed it, or that took it out. */
  readonly by?: CommitId | undefined;
  /** From its own date to that of the deploy commit, in milliseconds. */
  readonly lagMs?: number | undefined;
}

/** A pin that a deploy commit moved. Empty where the manifest named no tag. */
export interface ReportedPinMove {
  readonly file: string;
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

/** A commit of the manifests branch that moved pins, or recorded why it moved none. */
export interface LedgerDeploy {
  readonly commit: CommitId;
  readonly subject: string;
  readonly author: string;
  readonly atMs: number;
  /** `by-hand`: it moved pins, and neither its trailers nor its subject say that a tool made it. */
  readonly kind: "deploy" | "recovery" | "rollback" | "release" | "superseded" | "by-hand";
  /** The revision it deployed, where its tag or trailer names one of the source. */
  readonly revision?: Revision | undefined;
  readonly moves: readonly ReportedPinMove[];
}

/** A deploy that put an image back without being a rollback. */
export interface Inversion {
  readonly commit: CommitId;
  readonly atMs: number;
  readonly image: string;
  readonly from: string;
  readonly to: string;
}

/** A pin that deploys of its image went past, at the branch's tip or until it went away. */
export interface LeftBehind {
  readonly file: string;
  /** 1-based, at the branch's tip or where it was last. */
  readonly line: number;
  readonly image: string;
  readonly tag: string;
  /** How many deploys of this image moved other pins of it since this one moved last. */
  readonly deploys: number;
  /** When it last moved, or came into being, in milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Whether no deploy has ever moved it. */
  readonly fromTheStart: boolean;
  /** When the pin went away, in milliseconds since the epoch. Absent: it is still there. */
  readonly goneMs?: number | undefined;
}

/** What an audit found. The field `version` changes when a reader would have to. */
export interface AuditResult {
  readonly version: 1;
  readonly command: "audit";
  readonly environment?: string | undefined;
  /** 0, 3 when there are findings, or the status of the failure. */
  readonly exit: number;
  readonly repository: string;
  readonly branch: string;
  readonly source: string;
  /** The time asked about, from and to, in milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly asOfMs: number;
  /** How many code commits have each fate. All of `fates` are there. */
  readonly counts: Readonly<Record<DeployFate, number>>;
  /** Newest first. */
  readonly commits: readonly LedgerCommit[];
  /** Newest first. */
  readonly deploys: readonly LedgerDeploy[];
  readonly inversions: readonly Inversion[];
  readonly leftBehind: readonly LeftBehind[];
  /** Whether deploys by hand are findings too. Absent: they are not. */
  readonly strict?: true | undefined;
  /** Places that name the images as the branch is, and that no deploy moves. */
  readonly mentions?: readonly MentionReport[] | undefined;
  readonly warnings: readonly string[];
  readonly failure?: FailureReport | undefined;
}

/** What should not be, for which an audit exits with 3. The worst comes first. */
export type AuditFinding = "gap" | "left-behind" | "inversion" | "by-hand";

/** Returns the findings of an audit, and how many there are of each. */
export function findingsOf(
  audit: Pick<AuditResult, "counts" | "leftBehind" | "inversions" | "deploys" | "strict">,
): readonly (readonly [AuditFinding, count: number])[] {
  const byHand = audit.deploys.filter(({ kind }) => kind === "by-hand");
  const all: readonly (readonly [AuditFinding, number])[] = [
    ["gap", audit.counts.gap],
    ["left-behind", audit.leftBehind.length],
    ["inversion", audit.inversions.length],
    ["by-hand", audit.strict ? byHand.length : 0],
  ];
  return all.filter(([, count]) => count > 0);
}
