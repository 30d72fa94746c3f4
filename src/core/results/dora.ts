/**
 * The four figures by which DORA measures delivery (dora.dev, "Software delivery performance"), and
 * their course over time, all from one audit. docs/audit.md says how each is counted.
 */

import type { AuditResult, DeployFate, LedgerCommit, LedgerDeploy } from "./audit.ts";

/** Fates of commits that production holds, or held through something newer. */
export const landedFates: readonly DeployFate[] = [
  ...(["deployed", "covered", "superseded", "recovered"] as const),
];

/** How long commits took until they had landed, in milliseconds. */
export interface Lags {
  readonly median: number;
  /** Nineteen of twenty took no longer. */
  readonly most: number;
  readonly longest: number;
}

/** Returns the lags of all landed commits, or undefined where none is known. Nearest rank. */
export function lagsOf({ commits }: Pick<AuditResult, "commits">): Lags | undefined {
  const lags = commits
    .filter(({ fate }) => landedFates.includes(fate))
    .flatMap(({ lagMs }) => lagMs ?? [])
    .sort((a, b) => a - b);
  const [median, most, longest] = [0.5, 0.95, 1].map((part) => rank(lags, part));
  if (median === undefined || most === undefined || longest === undefined) return undefined;
  return { median, most, longest };
}

/** Of numbers in order the one below which, and at which, `part` of them are. */
function rank(sorted: readonly number[], part: number): number | undefined {
  return sorted[Math.ceil(sorted.length * part) - 1];
}

/** The four figures. Spans are in milliseconds; what nothing tells is undefined. */
export interface FourFigures {
  /** Deployment frequency: deploys that moved pins forward, a day. */
  readonly deploysPerDay: number | undefined;
  /** Lead time for changes: the median from a commit to the deploy that landed it. */
  readonly leadTimeMs: number | undefined;
  /** Change failure rate: rollbacks for each deploy, from 0 to 1. */
  readonly failureRate: number | undefined;
  /** Failed deployment recovery time: the median from a deploy to the rollback that took it out. */
  readonly recoveryMs: number | undefined;
}

const dayMs = 86_400_000;
const forward: readonly LedgerDeploy["kind"][] = ["deploy", "recovery", "by-hand"];

const isForward = ({ kind, moves }: LedgerDeploy) => forward.includes(kind) && moves.length > 0;
const isRollback = ({ kind, moves }: LedgerDeploy) => kind === "rollback" && moves.length > 0;

/** Returns the four figures of the time that an audit looked at. */
export function fourFigures(audit: AuditResult): FourFigures {
  const { deploys } = audit;
  const days = (audit.asOfMs - startOf(audit)) / dayMs;
  const count = deploys.filter(isForward).length;
  const rollbacks = deploys.filter(isRollback).length;
  const recoveries = recoveryTimes(deploys).sort((a, b) => a - b);
  return {
    deploysPerDay: days > 0 ? count / days : undefined,
    leadTimeMs: lagsOf(audit)?.median,
    failureRate: count > 0 ? Math.min(1, rollbacks / count) : undefined,
    recoveryMs: rank(recoveries, 0.5),
  };
}

/** When the time begins: with what was asked, or with the oldest commit where that is later. */
function startOf({ sinceMs, asOfMs, commits, deploys }: AuditResult): number {
  const times = [...commits, ...deploys].map(({ atMs }) => atMs);
  return Math.max(
    sinceMs,
    times.reduce((least, ms) => Math.min(least, ms), asOfMs),
  );
}

/** From each deploy that a rollback took out, the first one after it, to that rollback. */
function recoveryTimes(deploys: readonly LedgerDeploy[]): number[] {
  return deploys.flatMap((deploy, at) => {
    if (!isRollback(deploy)) return [];
    const before = deploys.find((one, place) => place > at && one.moves.length > 0);
    return before && isForward(before) ? [Math.max(0, deploy.atMs - before.atMs)] : [];
  });
}

/** A day or a week of an audit, and what happened in it. */
export interface Period {
  /** Midnight in UTC, milliseconds since the epoch. */
  readonly fromMs: number;
  readonly days: number;
  readonly deploys: number;
  readonly leadTimeMs: number | undefined;
  readonly gaps: number;
  readonly rollbacks: number;
}

/** More days than this are shown by weeks. */
const daysMax = 35;
/** Nobody reads more rows; dates that are made up would make millions. */
const periodsMax = 120;

/** Returns the course of an audit's figures by days, or by weeks when it is long. Newest first. */
export function courseOf(audit: AuditResult): readonly Period[] {
  const { asOfMs, commits, deploys } = audit;
  const days = (asOfMs - startOf(audit)) / dayMs > daysMax ? 7 : 1;
  const sizeMs = days * dayMs;
  const end = Math.ceil(asOfMs / dayMs) * dayMs;
  const count = Math.min(periodsMax, Math.ceil((end - startOf(audit)) / sizeMs));
  const at = ({ atMs }: LedgerCommit | LedgerDeploy) => Math.floor((end - 1 - atMs) / sizeMs);
  const [commitsAt, deploysAt] = [groupBy(commits, at), groupBy(deploys, at)];
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const [own, moved] = [commitsAt.get(index) ?? [], deploysAt.get(index) ?? []];
    return {
      ...{ fromMs: end - (index + 1) * sizeMs, days },
      deploys: moved.filter(isForward).length,
      leadTimeMs: lagsOf({ commits: own })?.median,
      gaps: own.filter(({ fate }) => fate === "gap").length,
      rollbacks: moved.filter(isRollback).length,
    };
  });
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => number): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
